// The edge of the workstation: what comes in is checked against the contract's schemas, what goes wrong
// becomes a ContractError in words for a person.
import type { core } from 'zod';
import { ParameterError } from '../contract/parameters.ts';
import { requestSchemas, WorkstationError, type ContractError, type RequestName, type RequestOf } from '../contract/requests.ts';
import { StoreError, type StoreErrorCode } from '../store/errors.ts';
import { unknownName } from './plan.ts';

/** @throws WorkstationError `invalid-request` with the field at fault */
export function parseRequest(name: unknown, request: unknown): { name: RequestName; request: RequestOf<RequestName> } {
  if (!isRequestName(name)) {
    const message = typeof name === 'string' ? unknownName('request', name, Object.keys(requestSchemas)) : 'a request needs a name';
    throw new WorkstationError({ code: 'invalid-request', message: `${message}.`, field: null });
  }
  const parsed = requestSchemas[name].safeParse(request, { error: describeIssue });
  if (parsed.success) return { name, request: parsed.data };
  const issue = parsed.error.issues[0];
  const field = issue && issue.path.length > 0 ? issue.path.map(String).join('.') : null;
  const message = `${field ?? 'the request'}: ${issue?.message ?? 'not valid'}. Nothing was changed.`;
  throw new WorkstationError({ code: 'invalid-request', message, field });
}

function isRequestName(name: unknown): name is RequestName {
  return typeof name === 'string' && Object.hasOwn(requestSchemas, name);
}

const typeNames = new Map(
  Object.entries({
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'an object',
    record: 'an object',
  }),
);
const typeName = (name: string): string => typeNames.get(name) ?? name;

/** zod's issue in a person's words; messages written in the schema itself go before this. */
function describeIssue(issue: core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `${typeName(issue.expected)} is needed, and nothing was given`
        : `must be ${typeName(issue.expected)}`;
    case 'too_small':
      return `${hasLength(issue) ? 'needs' : 'must be'} at least ${amount(issue, issue.minimum)}`;
    case 'too_big':
      return hasLength(issue) ? `has room for ${amount(issue, issue.maximum)} at most` : `must be at most ${amount(issue, issue.maximum)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return `${issue.keys
        .slice(0, 3)
        .map((key) => `"${key.slice(0, 60)}"`)
        .join(', ')} is not known here`;
    default:
      return 'is not a value of the kind that is needed';
  }
}

const hasLength = ({ origin }: { origin: string }): boolean => origin === 'string' || origin === 'array';

/** "1 character", "10,000 entries", "1,000,000". */
function amount({ origin }: { origin: string }, limit: number | bigint): string {
  const number = limit.toLocaleString('en-US');
  if (origin === 'string') return `${number} ${limit === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `${number} ${limit === 1 ? 'entry' : 'entries'}`;
  return number;
}

const codeOfStoreError: Record<StoreErrorCode, ContractError['code']> = {
  'newer-version': 'unavailable',
  'read-only': 'unavailable',
  'disk-full': 'unavailable',
  corrupt: 'failed',
  locked: 'unavailable',
  'not-found': 'not-found',
  ambiguous: 'conflict',
  conflict: 'conflict',
  superseded: 'conflict',
  invalid: 'invalid-request',
};

/** Any error as the contract's. An unforeseen one keeps its message: it tells more than an apology. */
export function toContractError(error: unknown): ContractError {
  if (error instanceof WorkstationError) return { code: error.code, message: error.message, field: error.field };
  if (error instanceof ParameterError)
    return {
      code: 'invalid-request',
      message: withStop(beginsWithName(error) ? error.message : capital(error.message)),
      field: error.parameter,
    };
  if (error instanceof StoreError) return { code: codeOfStoreError[error.code], message: sentence(error.message), field: null };
  return { code: 'failed', message: sentence(error instanceof Error ? error.message : String(error)), field: null };
}

const sentence = (text: string): string => withStop(capital(text));
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A hyper-parameter's name stays as it is written. */
const beginsWithName = ({ parameter, message }: ParameterError): boolean => message.startsWith(parameter.split('.').at(-1) ?? '');
