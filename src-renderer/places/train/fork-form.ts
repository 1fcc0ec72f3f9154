// The Fork dialog's form: from which checkpoint, what is changed, and the request that it makes.
import type { ResolvedAgent } from '../../../src-main/contract/declarations.ts';
import { formatParameter, ParameterError, parseParameter, type ParameterDeclaration, type ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { RequestOf } from '../../../src-main/contract/requests.ts';
import type { CheckpointSummary, RunDetail } from '../../../src-main/contract/runs.ts';
import { toRequest } from '../runs/new-run-form.ts';

export interface ForkForm {
  /** The checkpoint's step. */
  step: number;
  /** Only what was changed, as typed, by hyper-parameter. */
  typed: Readonly<Record<string, string>>;
  name: string;
}

export interface CheckedFork {
  /** By hyper-parameter. */
  errors: Record<string, string>;
  /** null while there are errors. */
  request: RequestOf<'runs.fork'> | null;
}

/** Checkpoints that a fork may begin at, newest first; of one step, the newest attempt's. */
export function forkPoints(checkpoints: readonly CheckpointSummary[]): CheckpointSummary[] {
  const byStep = new Map(checkpoints.toSorted((a, b) => a.attempt - b.attempt).map((one) => [one.step, one]));
  return [...byStep.values()].sort((a, b) => b.step - a.step);
}

/** The values in force at a step: those of now, with the edits after it taken back. */
export function valuesAt({ values, edits }: Pick<RunDetail, 'values' | 'edits'>, step: number): ParameterValues {
  return edits
    .filter((one) => one.state === 'applied' && (one.appliedStep ?? 0) > step)
    .toReversed()
    .reduce<ParameterValues>((later, { previous }) => ({ ...later, ...previous }), values);
}

/** What a fork may change: not what shapes the stored networks and memory; the total of steps has a field of its own. */
export function forkParameters(agent: Pick<ResolvedAgent, 'parameters'>): ParameterDeclaration[] {
  return agent.parameters.filter(({ name, structural }) => structural !== true && name !== 'steps');
}

export function checkFork(form: ForkForm, run: string, agent: Pick<ResolvedAgent, 'parameters'>, values: ParameterValues): CheckedFork {
  const errors: Record<string, string> = {};
  const hyperparameters: ParameterValues = {};
  for (const [name, text] of Object.entries(form.typed)) {
    const declaration = agent.parameters.find((one) => one.name === name);
    if (declaration === undefined) continue;
    try {
      const value = parseParameter(declaration, text);
      if (formatParameter(value) !== formatParameter(values[name] ?? '')) hyperparameters[name] = value;
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[name] = error.message;
    }
  }
  const total = Number(hyperparameters['steps'] ?? values['steps']);
  if (errors['steps'] === undefined && !(total > form.step)) {
    errors['steps'] = `steps must be more than ${form.step.toLocaleString('en-US')}, the checkpoint's step; ${total.toLocaleString('en-US')} was given`;
  }
  const name = form.name.trim();
  const isReady = Object.keys(errors).length === 0;
  return { errors, request: isReady ? { run, step: form.step, hyperparameters: toRequest(hyperparameters), name: name === '' ? null : name } : null };
}
