// Hyper-parameters: what one is, and how a value from a person or a file is checked. The CLI's flags, the
// window's forms, the documentation and the stored configuration all come from these declarations.

export type ParameterValue = number | string | boolean | readonly number[];

/** Another hyper-parameter's value that this one depends on, and what to say where it has another. */
export interface Condition {
  parameter: string;
  is: readonly string[];
  otherwise: string;
}

/** One hyper-parameter, declared once beside the code that uses it. */
export interface ParameterDeclaration {
  /** kebab-case, as on the command line: `batch-size`. */
  name: string;
  /**
   * `integers` is a list of whole numbers, written `256,256`; `numbers` one number for every action dimension, or one for
   * all of them; `text` a name.
   */
  kind: 'integer' | 'number' | 'choice' | 'boolean' | 'integers' | 'numbers' | 'text';
  /** The default; `'auto'` where it depends on the task (see ResolvedAgent.taskDefaults) or follows another value. */
  default: ParameterValue;
  /** Smallest and largest value allowed, both inclusive (of each entry, for lists). */
  min?: number;
  max?: number;
  /** What is wrong beyond these bounds, for the message that refuses it. */
  why?: string;
  /**
   * What runs did that were stored before this was declared, where that is not the default; with `where`, in runs alone in
   * which another hyper-parameter has one of these values.
   */
  formerly?: { value: ParameterValue; where?: Pick<Condition, 'parameter' | 'is'> };
  /** Largest value allowed for each action dimension: a task with D of them allows D times this. `why` says where it comes from. */
  maxPerAction?: { value: number; why: string };
  /** The name of the hyper-parameter whose value is this one's default: it follows that one in the same run (contract/following.ts). */
  follows?: string;
  /** The name of a hyper-parameter that this one may not exceed. */
  atMost?: string;
  /** The name of a hyper-parameter that has to be larger, and what else would be. */
  lessThan?: { parameter: string; why: string };
  choices?: readonly string[];
  /** Unit as shown after the number: `nats`, `environment steps`, `1`. */
  unit: string;
  /** How a slider or an axis should be spaced. */
  scale: 'linear' | 'log';
  /** One sentence for a person who meets the name for the first time. */
  sentence: string;
  /** Where the parameter and its default come from. */
  citation: string;
  /** May it change during a run? */
  live: boolean;
  /** Where one of these does not hold, the value has no effect: it is shown greyed, with the reason. */
  usedWhen?: readonly Condition[];
  /** Where one of these does not hold, it cannot be changed during a run, for this reason: it has its effect where a run begins. */
  liveWhen?: readonly Condition[];
  /** For a choice: the hyper-parameter that a person has to give with a change to this value during a run. */
  asksFor?: Readonly<Record<string, string>>;
  /** The hyper-parameter that says after how many steps this one has had its effect: a fork of a later step cannot change it. */
  countsUntil?: string;
  /** A change during a run compiles the agent's programs anew. */
  recompiles?: boolean;
  /** It shapes the stored state: a fork cannot change it. */
  structural?: boolean;
  group: 'run' | 'optimisation' | 'temperature' | 'prior' | 'exploration' | 'networks' | 'replay' | 'evaluation' | 'task' | 'variant';
}

/** Longest text, and most entries of a list. */
export const textLimit = 120;
export const listLimits = { integers: 8, numbers: 64 } as const;

export type ParameterValues = Record<string, ParameterValue>;

/** A value refused: `parameter` names the field, the message says the allowed range. */
export class ParameterError extends Error {
  readonly parameter: string;
  constructor(parameter: string, message: string) {
    super(message);
    this.name = 'ParameterError';
    this.parameter = parameter;
  }
}

/** The allowed values in words: "a whole number from 1 to 65,536". */
export function describeRange(declaration: ParameterDeclaration): string {
  const { kind, min, max, choices } = declaration;
  if (kind === 'boolean') return 'true or false';
  if (kind === 'choice') return `one of ${(choices ?? []).join(', ')}`;
  if (kind === 'text') return `a text of at most ${textLimit} characters`;
  const what = {
    integer: 'a whole number',
    number: 'a number',
    integers: 'whole numbers, separated by commas, each',
    numbers: 'one number for all action dimensions or one for each, separated by commas, each',
  }[kind];
  if (min !== undefined && max !== undefined) return `${what} from ${formatBound(min)} to ${formatBound(max)}`;
  if (min !== undefined) return `${what} of at least ${formatBound(min)}`;
  if (max !== undefined) return `${what} of at most ${formatBound(max)}`;
  return what;
}

function formatBound(value: number): string {
  const size = Math.abs(value);
  const short = value.toExponential().replace('e+', 'e');
  // 1e9, but not 9.007199254740991e15.
  if (size !== 0 && (size < 1e-3 || (size >= 1e9 && short.length <= 6))) return short;
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

/**
 * Checks a typed value or a text against the declaration.
 * @throws ParameterError naming the parameter, what was given and the allowed range.
 */
export function parseParameter(declaration: ParameterDeclaration, given: unknown): ParameterValue {
  const refuse = (reason = ''): never => {
    // JSON would show NaN and the infinities as null.
    const shown =
      typeof given === 'string'
        ? `"${given.slice(0, 60)}"`
        : typeof given === 'number'
          ? String(given)
          : JSON.stringify(given)?.slice(0, 60);
    throw new ParameterError(declaration.name, `${declaration.name} must be ${describeRange(declaration)}${reason}; ${shown} was given`);
  };
  const inRange = (value: number): boolean =>
    Number.isFinite(value) &&
    (declaration.min === undefined || value >= declaration.min) &&
    (declaration.max === undefined || value <= declaration.max);
  /** A number that is none has no more to be told than the range. */
  const refuseNumbers = (values: readonly number[]): never =>
    refuse(
      declaration.why !== undefined && values.every((value) => !Number.isNaN(value)) && !values.every(inRange)
        ? `: ${declaration.why}`
        : '',
    );
  const toNumber = (value: unknown): number => {
    if (typeof value === 'number') return value;
    // Only plain decimal notation: '' would be 0, '0x10' 16, '1,5' NaN.
    if (typeof value === 'string' && /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return Number(value);
    return NaN;
  };

  switch (declaration.kind) {
    case 'boolean':
      if (given === true || given === 'true') return true;
      if (given === false || given === 'false') return false;
      return refuse();
    case 'choice':
      if (typeof given === 'string' && declaration.choices?.includes(given)) return given;
      return refuse();
    case 'number': {
      const value = toNumber(given);
      return inRange(value) ? value : refuseNumbers([value]);
    }
    case 'integer': {
      const value = toNumber(given);
      return inRange(value) && Number.isSafeInteger(value) ? value : refuseNumbers([value]);
    }
    case 'integers':
    case 'numbers': {
      const parts: unknown[] = Array.isArray(given) ? given : typeof given === 'string' ? given.trim().split(/\s*,\s*|\s+/) : [given];
      const values = parts.map(toNumber);
      if (values.length < 1 || values.length > listLimits[declaration.kind]) return refuse();
      return values.every((value) => inRange(value) && (declaration.kind === 'numbers' || Number.isSafeInteger(value)))
        ? values
        : refuseNumbers(values);
    }
    case 'text':
      return typeof given === 'string' && given.length <= textLimit ? given.trim() : refuse();
  }
}

/** A value as it is written on the command line and shown in tables: `256,256`, `0.0003`, `true`. */
export function formatParameter(value: ParameterValue): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}
