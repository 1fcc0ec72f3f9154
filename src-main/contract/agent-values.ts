// Hyper-parameters together: what no single declaration can check, for forms, the command line, the workstation and
// the trainer alike.
import type { AgentDeclaration, TaskDeclaration } from './declarations.ts';
import { formatValue } from './effects/numbers.ts';
import {
  type Condition,
  describeRange,
  formatParameter,
  ParameterError,
  type ParameterDeclaration,
  type ParameterValue,
  type ParameterValues,
  parseParameter,
} from './parameters.ts';

/** What the checks need to know of an agent and a task. */
export type AgentParameters = Pick<AgentDeclaration, 'title' | 'parameters' | 'unused'>;
export type TaskActions = Pick<TaskDeclaration, 'id' | 'action' | 'goal'>;

/** Why this value has no effect beside the others; null where it has one. */
export function whyUnused(declaration: ParameterDeclaration, values: ParameterValues): string | null {
  return failing(declaration.usedWhen, values);
}

/** Why this value cannot be changed during a run with these values; null where it can. */
export function whyNotLive(declaration: ParameterDeclaration, values: ParameterValues): string | null {
  if (!declaration.live) return 'it is fixed when the run begins; fork the run or start a new one to change it';
  return whyUnused(declaration, values) ?? failing(declaration.liveWhen, values);
}

/**
 * Why this value cannot differ from the parent's in a fork, or would have no effect there; null where it can.
 * @param values the fork's
 * @param step the checkpoint's, in environment steps; without it only what holds at every step is told
 * @param parent the parent's values at that step
 */
export function whyNotForkable(
  declaration: ParameterDeclaration,
  values: ParameterValues,
  step?: number,
  parent: ParameterValues = values,
): string | null {
  const { structural, liveWhen, countsUntil } = declaration;
  if (structural === true) return 'it shapes what the checkpoint stores, and another value would not fit; start a new run instead';
  const idle = failing(liveWhen, values);
  if (idle !== null) return `a fork goes on from the checkpoint, and this would only count where a run begins: ${idle}`;
  if (step === undefined || countsUntil === undefined) return null;
  const last = Math.max(Number(values[countsUntil]), Number(parent[countsUntil]));
  return step < last
    ? null
    : `the checkpoint is at step ${step.toLocaleString('en-US')}, and ${countsUntil} is over by then; choose an earlier checkpoint or start a new run`;
}

function failing(conditions: readonly Condition[] | undefined, values: ParameterValues): string | null {
  const failed = conditions?.find(({ parameter, is }) => !is.includes(String(values[parameter])));
  return failed?.otherwise ?? null;
}

/** The largest value that a bound for each action dimension allows, as a person reads it: rounded down to six decimals, so that it is allowed itself. */
export function largestFor(perAction: number, actions: number): number {
  return Math.floor(perAction * actions * 1e6) / 1e6;
}

/** Values of a `numbers` parameter, one for each action dimension. */
export function perAction(value: ParameterValue | undefined, actions: number): number[] {
  const list = Array.isArray(value) ? (value as readonly number[]) : typeof value === 'number' ? [value] : [];
  return Array.from({ length: actions }, (_, j) => list[list.length === 1 ? 0 : j] ?? NaN);
}

/**
 * Checks complete values against each other and against the task's number of actions. Values without effect are not checked.
 * @param changed the names of those that a person has just given, all where it is left out: of two that do not go together, the error names one of these
 * @throws ParameterError naming the parameter, the allowed range and the reason
 */
export function checkValues(agent: AgentParameters, task: TaskActions, values: ParameterValues, changed: ParameterValues = values): void {
  const actions = task.action.length;
  for (const declaration of agent.parameters) {
    const { name, maxPerAction, atMost, unit } = declaration;
    const value = values[name];
    if (value === undefined || whyUnused(declaration, values) !== null) continue;
    const refuse = (message: string): never => {
      throw new ParameterError(name, `${name} ${message}; ${formatParameter(value)} was given`);
    };
    if (maxPerAction !== undefined && typeof value === 'number' && value > maxPerAction.value * actions * (1 + 1e-12)) {
      const most = (count: number): string => largestFor(maxPerAction.value, count).toLocaleString('en-US', { maximumFractionDigits: 6 });
      refuse(
        `must be at most ${most(actions)} ${unit} on ${task.id}, ${most(1)} for each of its ${actions} action dimensions: ${maxPerAction.why}`,
      );
    }
    if (declaration.kind === 'numbers' && Array.isArray(value) && value.length !== 1 && value.length !== actions) {
      refuse(`must be one number, or ${actions} for ${task.id}: ${task.action.map((one) => one.name).join(', ')}`);
    }
    const bound = atMost === undefined ? undefined : values[atMost];
    if (atMost !== undefined && typeof bound === 'number' && typeof value === 'number' && value > bound) {
      if (Object.hasOwn(changed, name)) refuse(`must be at most ${atMost}, which is ${bound}`);
      throw new ParameterError(atMost, `${atMost} must be at least ${name}, which is ${value}; ${bound} was given`);
    }
    checkLessThan(declaration, values, changed);
    if (declaration.kind === 'text' && value === '')
      throw new ParameterError(name, `${name} has to be given beside the other values: ${describeRange(declaration)}`);
  }
  checkHindsight(task, values);
}

/** @throws ParameterError where transitions are to be judged by goals that they cannot be judged by */
export function checkHindsight({ id, goal }: Pick<TaskDeclaration, 'id' | 'goal'>, values: ParameterValues): void {
  const goals = values['hindsight-goals'];
  if (goal?.noHindsight === undefined || goals === undefined || goals === 0) return;
  throw new ParameterError(
    'hindsight-goals',
    `hindsight-goals must be 0 on ${id}, whose steps cannot be judged by another goal: ${goal.noHindsight}; ${formatParameter(goals)} was given`,
  );
}

/** A run that was made without this check keeps its edits: they are refused only where they bring the trouble about. */
export function checkLessThan(
  { name, lessThan, usedWhen = [] }: ParameterDeclaration,
  values: ParameterValues,
  changed: ParameterValues,
): void {
  if (lessThan === undefined || Number(values[name]) < Number(values[lessThan.parameter])) return;
  const named = [name, lessThan.parameter, ...usedWhen.map(({ parameter }) => parameter)].find((one) => Object.hasOwn(changed, one));
  if (named === undefined) return;
  const both = `${name} must be less than ${lessThan.parameter}: ${lessThan.why}`;
  throw new ParameterError(
    named,
    `${both}; they are ${formatParameter(values[name] ?? '')} and ${formatParameter(values[lessThan.parameter] ?? '')}`,
  );
}

/**
 * Checks a change of live hyper-parameters, typed or as numbers.
 * @param before the values in force
 * @param options.propose what a person may be told as a proposal for a parameter, by what is measured now; null where nothing is
 * @param options.asks must a change of kind bring its target along? Not where a former choice is put back.
 * @returns the changes that are changes, in their own types
 * @throws ParameterError naming the parameter, the allowed range and the reason
 */
export function checkEdit(
  agent: AgentParameters,
  task: TaskActions,
  before: ParameterValues,
  given: Readonly<Record<string, unknown>>,
  { propose = () => null, asks = true }: { propose?: (name: string, after: ParameterValues) => number | null; asks?: boolean } = {},
): ParameterValues {
  const parsed: ParameterValues = {};
  for (const [name, value] of Object.entries(given)) {
    const declaration = agent.parameters.find((one) => one.name === name);
    if (declaration === undefined) {
      const unused = agent.unused.find((one) => one.name === name);
      const live = agent.parameters.filter((one) => one.live).map((one) => one.name);
      throw new ParameterError(
        name,
        unused
          ? `${agent.title} has no ${name}: ${unused.reason}`
          : `${agent.title} has no hyper-parameter ${name}; live ones are ${live.join(', ')}`,
      );
    }
    parsed[name] = parseParameter(declaration, value);
  }
  // Asked for together with a change of kind a value may well stay the same; alone it is no change.
  const changes: ParameterValues = Object.fromEntries(
    Object.entries(parsed).filter(([name, value]) => formatParameter(before[name] ?? '') !== formatParameter(value)),
  );
  const after = { ...before, ...changes };
  for (const declaration of agent.parameters.filter(({ name }) => Object.hasOwn(changes, name))) {
    const { name } = declaration;
    // What is put back may lose its effect by it: with the kind of prior goes that kind's target.
    const reason = asks || whyNotLive(declaration, before) !== null ? whyNotLive(declaration, after) : null;
    if (reason !== null) throw new ParameterError(name, `${name} cannot be changed now: ${reason}`);
    const asked = asks ? declaration.asksFor?.[String(changes[name])] : undefined;
    const askedFor = agent.parameters.find((one) => one.name === asked);
    if (asked !== undefined && askedFor !== undefined && !Object.hasOwn(given, asked) && whyUnused(askedFor, after) === null) {
      const now = propose(asked, after);
      const unit = askedFor.unit === '1' ? '' : ` ${askedFor.unit}`;
      const proposal =
        now === null
          ? ''
          : `; measured now: ${now.toPrecision(3)}${unit}, so ${asked}=${now.toPrecision(3)} would keep the policy as it is`;
      throw new ParameterError(
        asked,
        `${asked} has to be given with ${name}=${formatParameter(changes[name] ?? '')}, since the stored ${formatParameter(before[asked] ?? '')} was not meant for that${proposal}`,
      );
    }
  }
  checkValues(agent, task, after, changes);
  return changes;
}

/** "entropy-target −6 → −3 nats, prior uniform → constant": what changes, for events and marks. */
export function describeChanges(agent: AgentParameters, before: ParameterValues, changes: ParameterValues): string {
  return Object.entries(changes)
    .map(([name, value]) => {
      const unit = agent.parameters.find((one) => one.name === name)?.unit ?? '';
      const shown = unit === '' || unit === '1' ? '' : ` ${unit}`;
      return `${name} ${formatValue(before[name])} → ${formatValue(value)}${shown}`;
    })
    .join(', ');
}
