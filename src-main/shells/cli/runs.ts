// `npm run runs`: the stored runs, without a window.
import { Command } from 'commander';
import type { ExitCode } from './failure.ts';
import { deleteRun, restoreRun } from './runs-delete.ts';
import { listEdits } from './runs-edits.ts';
import { type EvaluateOptions, evaluateRun } from './runs-evaluate.ts';
import { exportRunPolicy, type ExportOptions } from './runs-export.ts';
import { type ForkOptions, forkRun, repeatRun } from './runs-fork.ts';
import { type ListOptions, listRuns } from './runs-list.ts';
import { type PurgeOptions, purgeRuns } from './runs-purge.ts';
import { type RollBackOptions, rollBackRun } from './runs-rollback.ts';
import { setValues, type SteerOptions, undoEdit } from './runs-set.ts';
import { showRun } from './runs-show.ts';
import { type ShrinkOptions, shrinkRuns } from './runs-shrink.ts';
import { type StopOptions, stopRun } from './runs-stop.ts';
import type { CommonOptions } from './session.ts';

const runText = 'an id, the beginning of one, or a name';

export function createCommand(end: (code: ExitCode) => void): Command {
  const command = new Command('runs').description(
    'Lists, shows, steers, stops, forks, evaluates, exports, shrinks, deletes, restores and purges stored runs.',
  );
  const subcommand = (name: string, description: string): Command =>
    command
      .command(name)
      .description(description)
      .option('--data-dir <dir>', "where runs are stored (else ELBOW_DATA_DIR, else the platform's data folder)")
      .option('--json', 'one JSON object a line');
  const onRun = (name: string, description: string): Command => subcommand(name, description).argument('<run>', runText);

  subcommand('list', 'A table of all runs, the newest first.')
    .option('--deleted', 'those that were deleted and can be restored, in place of the others')
    .action((options: ListOptions) => listRuns(options));
  onRun('show', 'Everything about one run.').action((run: string, options: CommonOptions) => showRun(run, options));

  onRun('set', 'Changes live hyper-parameters of a run under way.')
    .argument('<name=value...>', 'such as entropy-target=-3; npm run agents lists what may be turned')
    .option('--no-wait', 'do not wait until the trainer has applied it')
    .action(async (run: string, assignments: string[], options: SteerOptions) => end(await setValues(run, assignments, options)));
  onRun('undo', 'Takes an edit back, by an edit of its own.')
    .argument('[edit]', 'its number (else the newest that is not taken back yet)')
    .option('--no-wait', 'do not wait until the trainer has applied it')
    .action(async (run: string, edit: string | undefined, options: SteerOptions) => end(await undoEdit(run, edit, options)));
  onRun('edits', 'A table of what was turned while the run went on.').action((run: string, options: CommonOptions) =>
    listEdits(run, options),
  );

  onRun('stop', 'Lets a run write a checkpoint and stop, or takes it out of the queue.')
    .option('--now', 'end its process, and no other, also where it does not respond: SIGTERM, and SIGKILL 5 s later')
    .action(async (run: string, options: StopOptions) => end(await stopRun(run, options)));

  onRun('fork', 'A new run that goes on from a checkpoint with other settings.')
    .option('--step <n>', 'the checkpoint at this step (else the newest)')
    .option('--set <name=value>', 'a hyper-parameter that differs; several may follow', (value: string, all: string[] = []) => [
      ...all,
      value,
    ])
    .option('--steps <n>', 'environment steps in all, those before the fork included')
    .option('--name <text>', 'a name for the new run')
    .action((run: string, options: ForkOptions) => forkRun(run, options));
  onRun('rollback', 'Goes on from an earlier checkpoint of the run itself; what came after it no longer counts.')
    .option('--step <n>', 'the checkpoint at this step (else the newest)')
    .option(
      '--set <name=value>',
      'a live hyper-parameter that differs from there on; several may follow',
      (value: string, all: string[] = []) => [...all, value],
    )
    .action((run: string, options: RollBackOptions) => rollBackRun(run, options));
  onRun('repeat', 'A new run with the same settings, seed and edits.')
    .option('--name <text>', 'a name for the new run')
    .action((run: string, options: CommonOptions & { name?: string }) => repeatRun(run, options));

  onRun('delete', 'Deletes a run; for 30 days it can be restored.').action((run: string, options: CommonOptions) =>
    deleteRun(run, options),
  );
  subcommand('restore', 'Brings a deleted run back.')
    .argument('<run>', 'the whole id')
    .action((run: string, options: CommonOptions) => restoreRun(run, options));
  subcommand('shrink', 'Makes stored runs smaller: packs what earlier versions wrote, thins evaluations to the budget, frees the room.')
    .argument('[run...]', `${runText} (else every run that does not train and has no star)`)
    .option('--budget <MB>', "megabytes that a run's rows may take (else the run's own disk-budget)")
    .option('--dry-run', 'only say what would be done')
    .action((runs: string[], options: ShrinkOptions) => shrinkRuns(runs, options));
  subcommand('purge', 'Deletes runs for good and says how much room that gave; works on a full disk.')
    .argument('[run...]', 'runs, deleted before or not (else all that were deleted before)')
    .option('--checkpoints', 'only their checkpoints; curves, evaluations, policies and episodes stay')
    .action(async (runs: string[], options: PurgeOptions) => end(await purgeRuns(runs, options)));
  onRun('evaluate', 'Runs a stored policy on its task.')
    .option('--step <n>', "the policy of the evaluation at this step (else the run's newest)")
    .option('--episodes <n>', 'episodes to run', '10')
    .option('--seed <n>', 'seed of resets and of sampled actions', '1')
    .option('--sampled', 'draw actions from the policy instead of taking its mean')
    .option(
      '--variant <name=value>',
      "an option of the task in place of the run's own, such as gravity-scale=0.5; several may follow",
      (value: string, all: string[] = []) => [...all, value],
    )
    .action(async (run: string, options: EvaluateOptions) => {
      end(await evaluateRun(run, options));
    });
  onRun('export-policy', 'Writes a stored policy as an ONNX file for use elsewhere.')
    .requiredOption('--out <file>', 'the file to write, such as policy.onnx')
    .option('--step <n>', "the policy of the evaluation at this step (else the run's newest)")
    .option('--force', 'replace the file where there is one')
    .action((run: string, options: ExportOptions) => exportRunPolicy(run, options));
  return command;
}
