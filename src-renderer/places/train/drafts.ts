// Drafted changes of live hyper-parameters: what is typed, what follows from it, and what the declarations say about it.
import { checkEdit, largestFor, whyNotLive, type AgentParameters, type TaskActions } from '../../../src-main/contract/agent-values.ts';
import {
  formatParameter,
  ParameterError,
  parseParameter,
  type ParameterDeclaration,
  type ParameterValues,
} from '../../../src-main/contract/parameters.ts';

/** As typed, by hyper-parameter. */
type Typed = Readonly<Record<string, string>>;

export interface Drafts {
  typed: Typed;
  /** Those of `typed` that nobody typed: filled in because another draft asks for them. */
  proposed: ReadonlySet<string>;
}
export const noDrafts: Drafts = { typed: {}, proposed: new Set() };

/** What drafts are checked against. */
export interface Situation {
  agent: AgentParameters;
  task: TaskActions;
  /** The hyper-parameters in force. */
  values: ParameterValues;
  /** What would keep the policy as it is, after these values; null where that is not known. */
  propose: (name: string, after: ParameterValues) => number | null;
}

export interface CheckedDrafts {
  /** By hyper-parameter. */
  errors: Readonly<Record<string, string>>;
  /** What Apply sends. */
  given: ParameterValues;
  /** Those of `given` that change something. */
  changes: ParameterValues;
  /** The values as they would be, as far as the drafts are in order. */
  after: ParameterValues;
}

/** What a rule of the temperature begins with beside what it asks for, where the value in force would be a jump. */
const proposedByRule: Readonly<Record<string, readonly string[]>> = { schedule: ['schedule-from', 'schedule-to'] };

/** Drafts a change; null or the value in force takes the draft back. What it asks for is filled in, what it makes idle is dropped. */
export function setDraft(drafts: Drafts, situation: Situation, name: string, text: string | null): Drafts {
  // A kind that is in force asks for nothing.
  const isIdleKind = (other: string, draft: string): boolean => {
    const declaration = find(situation.agent, other);
    return declaration.kind === 'choice' && isValueInForce(declaration, draft, situation.values);
  };
  const others = Object.entries(drafts.typed).filter(([other]) => other !== name && !drafts.proposed.has(other));
  const own = Object.fromEntries(
    [...others, ...(text === null ? [] : [[name, text] as const])].filter(([other, draft]) => !isIdleKind(other, draft)),
  );
  const after = { ...situation.values, ...parsed(own, situation.agent).given };
  const wanted = proposalsFor(own, situation.agent);
  const typed: Record<string, string> = {};
  for (const [other, draft] of Object.entries(own)) {
    const declaration = find(situation.agent, other);
    const isSame = isValueInForce(declaration, draft, situation.values) && !wanted.includes(other);
    // The one under the hand stays, so that its error can be read.
    if (!isSame && (other === name || whyNotLive(declaration, after) === null)) typed[other] = draft;
  }
  const proposed = new Set<string>();
  for (const other of wanted) {
    const declaration = situation.agent.parameters.find((one) => one.name === other);
    if (declaration === undefined || other in typed || whyNotLive(declaration, after) !== null) continue;
    typed[other] = proposal(declaration, situation, after);
    proposed.add(other);
  }
  return { typed, proposed };
}

/** Checks all drafts, each by itself and together. */
export function checkDrafts(drafts: Drafts, { agent, task, values }: Situation): CheckedDrafts {
  const { given, errors } = parsed(drafts.typed, agent);
  let changes: ParameterValues = {};
  if (Object.keys(given).length > 0) {
    try {
      changes = checkEdit(agent, task, values, given);
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[error.parameter] ??= error.message;
    }
  }
  return { errors, given, changes, after: { ...values, ...given } };
}

function parsed(typed: Typed, agent: AgentParameters): { given: ParameterValues; errors: Record<string, string> } {
  const given: ParameterValues = {};
  const errors: Record<string, string> = {};
  for (const [name, text] of Object.entries(typed)) {
    try {
      given[name] = parseParameter(find(agent, name), text);
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[name] = error.message;
    }
  }
  return { given, errors };
}

function find(agent: AgentParameters, name: string): ParameterDeclaration {
  const found = agent.parameters.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`${agent.title} has no hyper-parameter ${name}`);
  return found;
}

function isValueInForce(declaration: ParameterDeclaration, text: string, values: ParameterValues): boolean {
  try {
    return formatParameter(parseParameter(declaration, text)) === formatParameter(values[declaration.name] ?? '');
  } catch {
    return false;
  }
}

function proposalsFor(typed: Typed, agent: AgentParameters): string[] {
  return Object.entries(typed).flatMap(([name, text]) => {
    const asked = find(agent, name).asksFor?.[text];
    return [...(asked === undefined ? [] : [asked]), ...(name === 'temperature-rule' ? (proposedByRule[text] ?? []) : [])];
  });
}

/** What is measured now, to three digits and inside the allowed range, else the value in force. */
function proposal(
  { name, kind, min = -Infinity, max = Infinity, maxPerAction }: ParameterDeclaration,
  { task, values, propose }: Situation,
  after: ParameterValues,
): string {
  const measured = propose(name, after);
  if (measured === null || !Number.isFinite(measured)) return formatParameter(values[name] ?? '');
  const rounded = kind === 'integer' ? Math.round(measured) : Number(measured.toPrecision(3));
  return formatParameter(
    Math.min(Math.max(rounded, min), max, maxPerAction === undefined ? Infinity : largestFor(maxPerAction.value, task.action.length)),
  );
}
