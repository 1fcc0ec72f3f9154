// `npm run runs -- rollback RUN`: the run itself goes on from one of its checkpoints, with other live settings if wanted.
import { formatParameter } from '../../contract/parameters.ts';
import { formatCount } from './format.ts';
import { parseAssignments, parseWholeNumber } from './options.ts';
import { createOutput } from './output.ts';
import { waitingText } from './progress.ts';
import { type CommonOptions, openSession, resolveRun } from './session.ts';

export interface RollBackOptions extends CommonOptions {
  step?: string;
  set?: string[];
}

export async function rollBackRun(given: string, options: RollBackOptions): Promise<void> {
  const output = createOutput(options.json === true);
  const assignments = parseAssignments(options.set ?? [], { option: '--set', example: 'critic-learning-rate=1e-4' });
  const wanted = options.step === undefined ? null : parseWholeNumber('--step', options.step, 0, 1e9);
  const session = await openSession(options);
  try {
    const { store, workstation } = session;
    const run = resolveRun(store, given);
    const { environmentSteps, state } = store.runs.summary(run);
    const { step, edit } = await workstation.call('runs.rollBack', { run, step: wanted, changes: assignments });
    const { name, totalSteps, queuePosition } = store.runs.summary(run);
    const { trainerShare } = await workstation.call('system.describe', {});
    const changes = edit === null ? null : store.edits.get(run, edit).changes;
    output.line(
      `${output.bold(`Run ${run}`)} ${name}: rolled back${environmentSteps > step ? ` from step ${formatCount(environmentSteps)}` : ''} to the checkpoint at step ${formatCount(step)}, to go on to ${formatCount(totalSteps)} environment steps`,
    );
    if (changes !== null)
      output.line(
        `  from there on ${Object.entries(changes)
          .map(([parameter, value]) => `${parameter}=${formatParameter(value)}`)
          .join(', ')}`,
      );
    else if (state === 'failed')
      output.line('  nothing is changed: where numbers failed, they fail at the same step again; --set changes a live hyper-parameter');
    output.line(`  ${queuePosition === null ? `it starts; see: npm run runs -- show ${run}` : waitingText(queuePosition, trainerShare)}`);
    output.json({ kind: 'rolled-back', run, step, edit, changes, totalSteps, queuePosition });
  } finally {
    await session.close();
  }
}
