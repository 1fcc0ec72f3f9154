// The Fork dialog's form: from which checkpoint, what is changed, and the request that it makes.
import { whyNotForkable } from '../../../src-main/contract/agent-values.ts';
import type { ResolvedAgent } from '../../../src-main/contract/declarations.ts';
import { withFollowing } from '../../../src-main/contract/following.ts';
import {
  formatParameter,
  ParameterError,
  parseParameter,
  type ParameterDeclaration,
  type ParameterValues,
} from '../../../src-main/contract/parameters.ts';
import type { RequestOf } from '../../../src-main/contract/requests.ts';
import type { CheckpointSummary, RunConfiguration, RunEdit } from '../../../src-main/contract/runs.ts';
import { toRequest } from '../runs/new-run-form.ts';

/** What both forms that begin at a checkpoint hold. */
export interface CheckpointForm {
  /** The checkpoint's step. */
  step: number;
  /** Only what was changed, as typed, by hyper-parameter. */
  typed: Readonly<Record<string, string>>;
}

export interface ForkForm extends CheckpointForm {
  name: string;
}

export interface CheckedFork {
  /** By hyper-parameter. */
  errors: Record<string, string>;
  /** Why a fork of that checkpoint cannot change it, by hyper-parameter. */
  fixed: Readonly<Record<string, string>>;
  /** null while there are errors. */
  request: RequestOf<'runs.fork'> | null;
}

/** Checkpoints that a fork may begin at, newest first; of one step, the newest attempt's. */
export function forkPoints(checkpoints: readonly CheckpointSummary[]): CheckpointSummary[] {
  const byStep = new Map(checkpoints.toSorted((a, b) => a.attempt - b.attempt).map((one) => [one.step, one]));
  return [...byStep.values()].sort((a, b) => b.step - a.step);
}

/**
 * The values with which the run took the step after this one: those that it began with and the edits applied until then,
 * in the order in which they were. The workstation makes a fork from the same.
 * @param edits all of the run's
 */
export function valuesAt(
  configuration: Pick<RunConfiguration, 'hyperparameters'>,
  edits: readonly RunEdit[],
  step: number,
): ParameterValues {
  return edits
    .flatMap(({ id, state, appliedStep, changes }) =>
      state === 'applied' && appliedStep !== null && appliedStep <= step ? [{ id, appliedStep, changes }] : [],
    )
    .sort((a, b) => a.appliedStep - b.appliedStep || a.id - b.id)
    .reduce<ParameterValues>((now, { changes }) => ({ ...now, ...changes }), configuration.hyperparameters);
}

/** What a fork may change: not what shapes the stored networks and memory; the total of steps has a field of its own. */
export function forkParameters(agent: Pick<ResolvedAgent, 'parameters'>): ParameterDeclaration[] {
  return agent.parameters.filter(({ name, structural }) => structural !== true && name !== 'steps');
}

/**
 * What a fork has where nothing is typed: its parent's values, and those that follow its own steps.
 * @param parent the parent's values at the checkpoint
 */
export function forkDefaults(
  agent: Pick<ResolvedAgent, 'parameters'>,
  parent: ParameterValues,
  typed: CheckpointForm['typed'],
): ParameterValues {
  const steps = agent.parameters.find(({ name }) => name === 'steps');
  const text = typed['steps'];
  if (steps === undefined || text === undefined) return parent;
  try {
    return withFollowing(agent.parameters, parent, { steps: parseParameter(steps, text) });
  } catch (error) {
    if (error instanceof ParameterError) return parent;
    throw error;
  }
}

/** What was typed is sent as it stands, also where it is what the parent had. */
export function checkFork(form: ForkForm, run: string, agent: Pick<ResolvedAgent, 'parameters'>, values: ParameterValues): CheckedFork {
  const errors: Record<string, string> = {};
  const hyperparameters: ParameterValues = {};
  for (const [name, text] of Object.entries(form.typed)) {
    const declaration = agent.parameters.find((one) => one.name === name);
    if (declaration === undefined) continue;
    try {
      hyperparameters[name] = parseParameter(declaration, text);
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[name] = error.message;
    }
  }
  const after = { ...values, ...hyperparameters };
  const fixed = Object.fromEntries(
    agent.parameters.flatMap((one) => {
      const reason = whyNotForkable(one, after, form.step, values);
      return reason === null ? [] : [[one.name, reason] as const];
    }),
  );
  for (const [name, value] of Object.entries(hyperparameters)) {
    const reason = fixed[name];
    if (reason !== undefined && formatParameter(value) !== formatParameter(values[name] ?? ''))
      errors[name] = `${name} cannot change in this fork: ${reason}`;
  }
  const total = Number(hyperparameters['steps'] ?? values['steps']);
  if (errors['steps'] === undefined && !(total > form.step)) {
    errors['steps'] =
      `steps must be more than ${form.step.toLocaleString('en-US')}, the checkpoint's step; ${total.toLocaleString('en-US')} was given`;
  }
  const name = form.name.trim();
  const isReady = Object.keys(errors).length === 0;
  return {
    errors,
    fixed,
    request: isReady ? { run, step: form.step, hyperparameters: toRequest(hyperparameters), name: name === '' ? null : name } : null,
  };
}
