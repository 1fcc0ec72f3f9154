// `npm run runs`: the stored runs, without a window.
import { Command } from 'commander';
import type { ExitCode } from './failure.ts';
import { deleteRun, restoreRun } from './runs-delete.ts';
import { evaluateRun } from './runs-evaluate.ts';
import { listRuns } from './runs-list.ts';
import { showRun } from './runs-show.ts';
import type { CommonOptions } from './session.ts';

export function createCommand(end: (code: ExitCode) => void): Command {
  const command = new Command('runs').description('Lists, shows, evaluates, deletes and restores stored runs.');
  const shared = (child: Command): Command =>
    child
      .option('--data-dir <dir>', "where runs are stored (else ELBOW_DATA_DIR, else the platform's data folder)")
      .option('--json', 'one JSON object a line');

  shared(command.command('list').description('A table of all runs, the newest first.')).action((options: CommonOptions) => listRuns(options));
  shared(command.command('show').argument('<run>', 'an id, the beginning of one, or a name').description('Everything about one run.')).action(
    (run: string, options: CommonOptions) => showRun(run, options),
  );
  shared(
    command.command('delete').argument('<run>', 'an id, the beginning of one, or a name').description('Deletes a run; for 30 days it can be restored.'),
  ).action((run: string, options: CommonOptions) => deleteRun(run, options));
  shared(command.command('restore').argument('<run>', 'the whole id').description('Brings a deleted run back.')).action((run: string, options: CommonOptions) =>
    restoreRun(run, options),
  );
  shared(command.command('evaluate').argument('<run>', 'an id, the beginning of one, or a name').description('Runs a stored policy on its task.'))
    .option('--step <n>', "the policy of the evaluation at this step (else the run's newest)")
    .option('--episodes <n>', 'episodes to run', '10')
    .option('--seed <n>', 'seed of resets and of sampled actions', '1')
    .option('--sampled', 'draw actions from the policy instead of taking its mean')
    .action(async (run: string, options: CommonOptions & { step?: string; episodes: string; seed: string; sampled?: boolean }) => {
      end(await evaluateRun(run, options));
    });
  return command;
}
