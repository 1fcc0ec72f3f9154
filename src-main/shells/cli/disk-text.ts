// A run's share of the disk in words: what it will take at most, and how much of its budget it takes now.
import { describeDiskPlan, diskBudgetOf, planDisk } from '../../contract/disk-plan.ts';
import { formatBytes } from '../../contract/format.ts';
import type { RunConfiguration, RunDetail } from '../../contract/runs.ts';
import { configureTask } from '../../tasks/declarations.ts';

/** Before a run starts; null where this version has not got its task. */
export function diskText({ task, taskOptions, hyperparameters }: RunConfiguration): string | null {
  try {
    const plan = planDisk(configureTask(task, taskOptions ?? {}).declaration, hyperparameters);
    return plan === null ? null : describeDiskPlan(plan);
  } catch {
    // A task of another version has no estimate; whoever starts the run says what is wrong with it.
    return null;
  }
}

/** "31 MB of its budget of 100 MB in the database, 170 MB in files" */
export function usedText({ rowBytes, diskBytes, configuration }: Pick<RunDetail, 'rowBytes' | 'diskBytes' | 'configuration'>): string {
  const budget = diskBudgetOf(configuration.hyperparameters);
  const rows = `${formatBytes(rowBytes)} in the database${budget === null ? ', without a budget' : `, of a budget of ${formatBytes(budget)}`}`;
  return `${formatBytes(diskBytes)}: ${rows}; ${formatBytes(diskBytes - rowBytes)} in files, mostly checkpoints`;
}
