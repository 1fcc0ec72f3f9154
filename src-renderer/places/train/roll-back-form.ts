// The Roll back dialog's form: to which checkpoint, which live settings differ from there on, and the request that it makes.
import { checkEdit, whyNotLive } from '../../../src-main/contract/agent-values.ts';
import type { ResolvedAgent, TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import { ParameterError, parseParameter, type ParameterDeclaration, type ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { RequestOf } from '../../../src-main/contract/requests.ts';
import type { CheckpointSummary } from '../../../src-main/contract/runs.ts';
import { toRequest } from '../runs/new-run-form.ts';
import { type CheckpointForm, forkPoints } from './fork-form.ts';

export interface CheckedRollBack {
  /** By hyper-parameter. */
  errors: Record<string, string>;
  /** Why it has no effect beside the other values, by hyper-parameter. */
  fixed: Readonly<Record<string, string>>;
  /** null while there are errors. */
  request: RequestOf<'runs.rollBack'> | null;
}

/** Checkpoints that a run may go on from, newest first: not that of its last step. */
export function rollBackPoints(run: { checkpoints: readonly CheckpointSummary[]; totalSteps: number }): CheckpointSummary[] {
  return forkPoints(run.checkpoints).filter(({ step }) => step < run.totalSteps);
}

/** What may differ from the checkpoint on in the run itself; the rest is for a fork. */
export function liveParameters(agent: Pick<ResolvedAgent, 'parameters'>): ParameterDeclaration[] {
  return agent.parameters.filter(({ live }) => live);
}

/**
 * The trainer and the workstation check the same once more.
 * @param values in force at the checkpoint
 */
export function checkRollBack(
  form: CheckpointForm,
  run: string,
  agent: ResolvedAgent,
  task: TaskDeclaration,
  values: ParameterValues,
): CheckedRollBack {
  const errors: Record<string, string> = {};
  const given: ParameterValues = {};
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[error.parameter] = error.message;
    }
  };
  for (const declaration of liveParameters(agent)) {
    const text = form.typed[declaration.name];
    if (text !== undefined) guarded(() => void (given[declaration.name] = parseParameter(declaration, text)));
  }
  const after = { ...values, ...given };
  const fixed = Object.fromEntries(
    liveParameters(agent).flatMap((one) => {
      const reason = whyNotLive(one, after);
      return reason === null ? [] : [[one.name, reason] as const];
    }),
  );
  let changes: ParameterValues = {};
  if (Object.keys(errors).length === 0) guarded(() => void (changes = checkEdit(agent, task, values, given)));
  const isReady = Object.keys(errors).length === 0;
  return { errors, fixed, request: isReady ? { run, step: form.step, changes: toRequest(changes) } : null };
}
