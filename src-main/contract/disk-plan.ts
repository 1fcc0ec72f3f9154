// What a run will take on the disk, before it starts: an estimate from its settings. The budget bounds what the database keeps of
// it; checkpoints are files of their own, which the replay buffer makes large.
import type { TaskDeclaration } from './declarations.ts';
import { formatBytes } from './format.ts';
import type { ParameterValues } from './parameters.ts';
import { rowWidthOf } from './replay-memory.ts';
import type { RunDetail } from './runs.ts';

/** Bytes, each at most about that. */
export interface DiskPlan {
  /** In the database: curves, returns, rollouts, policies and critics. */
  recordings: number;
  /** What they would take without the budget. */
  recordingsWithoutBudget: number;
  /** The kept checkpoints with their replay rows. */
  checkpoints: number;
}

/** Bytes in the MB of the parameter `disk-budget`. */
export const budgetUnit = 1e6;

/** Bytes that the run's rows may take; null for a run of an Elbow that had no budgets: nothing of it is thinned. */
export function diskBudgetOf(hyperparameters: ParameterValues): number | null {
  const given = hyperparameters['disk-budget'];
  return typeof given === 'number' && given > 0 ? given * budgetUnit : null;
}

/** What zstd leaves of weights in single precision, measured. */
const weightShare = 0.92;
/** Curves of about 50 metrics: a point each 100 steps, which takes 34 bytes in the file. */
const curveBytesPerStep = 17;
/** Checkpoints of a run that stay, as `training/checkpoint` has it. */
const keptCheckpoints = 2;
/** Rows of a replay segment: what a kept checkpoint may still need though the buffer has overwritten it. */
const segmentRows = 65_536;

/** null where the values are not those of a run of this version. */
export function planDisk(
  task: Pick<TaskDeclaration, 'observation' | 'action' | 'rewardTerms' | 'timeLimit' | 'goal'>,
  values: ParameterValues,
): DiskPlan | null {
  const number = (name: string): number => (typeof values[name] === 'number' ? values[name] : NaN);
  const [steps, every, episodes, bufferSize] = ['steps', 'evaluation-every', 'evaluation-episodes', 'buffer-size'].map(number) as [
    number,
    number,
    number,
    number,
  ];
  const hidden = values['hidden'];
  if (!Array.isArray(hidden) || ![steps, every, episodes, bufferSize].every((value) => value > 0)) return null;
  const [o, a] = [task.observation.length, task.action.length];
  const actor = weightsOf([o, ...(hidden as number[]), 2 * a]);
  const critics = 2 * weightsOf([o + a, ...(hidden as number[]), 1]);
  // Positions and velocities are mostly what is observed too, and are then stored once.
  const rollout = task.timeLimit * 4 * (o + 2 * a + task.rewardTerms.length + 2);
  const evaluation = Math.min(3, episodes) * rollout + 4 * weightShare * (actor + critics);
  const recordingsWithoutBudget = (Math.floor(steps / every) + 1) * evaluation + curveBytesPerStep * steps;
  const rowWidth = rowWidthOf({ observationSize: o, actionSize: a, goalSize: task.goal?.dimensions.length ?? 0 });
  const rows = Math.min(steps, bufferSize + keptCheckpoints * segmentRows);
  // The networks with two moments each, and the critics' targets.
  const state = 4 * (3 * actor + 4 * critics);
  return {
    recordings: Math.min(recordingsWithoutBudget, diskBudgetOf(values) ?? Infinity),
    recordingsWithoutBudget,
    checkpoints: rows * rowWidth * 4 + keptCheckpoints * state,
  };
}

function weightsOf(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width, k) => sum + ((widths[k] as number) + 1) * width, 0);
}

/** "at most about 274 MB on disk: recordings and policies 100 MB (within the budget of 100 MB, evaluations are thinned), checkpoints 174 MB" */
export function describeDiskPlan({ recordings, recordingsWithoutBudget, checkpoints }: DiskPlan): string {
  const thinned =
    recordings < recordingsWithoutBudget
      ? ` (kept to that by thinning; all of them would take ${formatBytes(recordingsWithoutBudget)})`
      : '';
  return `at most about ${formatBytes(recordings + checkpoints)} on disk: rollouts, policies and curves ${formatBytes(recordings)}${thinned}, checkpoints ${formatBytes(checkpoints)}`;
}

/** "201 MB: 31 MB in the database, of a budget of 100 MB; 170 MB in files, mostly checkpoints" */
export function describeDiskUse({ rowBytes, diskBytes, budgetBytes }: Pick<RunDetail, 'rowBytes' | 'diskBytes' | 'budgetBytes'>): string {
  const budget = budgetBytes === null ? 'without a budget' : `of a budget of ${formatBytes(budgetBytes)}`;
  return `${formatBytes(diskBytes)}: ${formatBytes(rowBytes)} in the database, ${budget}; ${formatBytes(diskBytes - rowBytes)} in files, mostly checkpoints`;
}
