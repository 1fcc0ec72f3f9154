// Which stored runs a behaviour prior can be fitted to: those whose policies see and do the same.
import type { TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import { describeDifference } from '../../../src-main/contract/dimensions.ts';
import type { RunSummary } from '../../../src-main/contract/runs.ts';
import { formatInteger } from '../../format.ts';

export interface TextOption {
  value: string;
  label: string;
}

/**
 * Runs on tasks with the same observation and action dimensions, newest first. The workstation says no to one that has
 * neither a recorded episode nor a checkpoint yet.
 */
export function priorRunOptions(runs: Iterable<RunSummary>, tasks: readonly TaskDeclaration[], task: TaskDeclaration): TextOption[] {
  const fitting = new Set(tasks.filter((one) => describeDifference(one, task) === null).map((one) => one.id));
  return [...runs]
    .filter((run) => fitting.has(run.task) && run.environmentSteps > 0)
    .sort((a, b) => b.ordinal - a.ordinal)
    .map((run) => ({
      value: run.id,
      label: `${run.name} · ${run.agent} · seed ${run.seed} · ${formatInteger(run.environmentSteps)} steps · ${run.id}`,
    }));
}
