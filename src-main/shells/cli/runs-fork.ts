// `npm run runs -- fork RUN` and `repeat RUN`: new runs that are made from stored ones. They start when there is room.
import { formatCount } from './format.ts';
import { parseAssignments, parseWholeNumber, refuseStepsTwice } from './options.ts';
import { createOutput } from './output.ts';
import { waitingText } from './progress.ts';
import { type CommonOptions, openSession, resolveRun, type Session } from './session.ts';

export interface ForkOptions extends CommonOptions {
  step?: string;
  steps?: string;
  set?: string[];
  name?: string;
}

export async function forkRun(given: string, options: ForkOptions): Promise<void> {
  const hyperparameters = parseAssignments(options.set ?? []);
  const step = options.step === undefined ? null : parseWholeNumber('--step', options.step, 0, 1e9);
  const steps = options.steps === undefined ? null : parseWholeNumber('--steps', options.steps, 1, 1e9);
  refuseStepsTwice(steps, hyperparameters);
  await make(given, options, async ({ workstation, store }, original) => {
    const { run, remarks } = await workstation.call('runs.fork', {
      run: original,
      step,
      hyperparameters: { ...hyperparameters, ...(steps === null ? {} : { steps }) },
      name: options.name ?? null,
    });
    const { parent } = store.runs.summary(run);
    return { run, remarks, text: `forked from ${original} at step ${formatCount(parent?.step ?? 0)}`, kind: 'forked' };
  });
}

export async function repeatRun(given: string, options: CommonOptions & { name?: string }): Promise<void> {
  await make(given, options, async ({ workstation, store }, original) => {
    const { run } = await workstation.call('runs.repeat', { run: original, name: options.name ?? null });
    const { editCount } = store.runs.get(run);
    const edits = editCount === 0 ? '' : `, with ${formatCount(editCount)} ${editCount === 1 ? 'edit' : 'edits'} at the same steps`;
    return { run, remarks: [], text: `repeats ${original}${edits}`, kind: 'repeated' };
  });
}

async function make(
  given: string,
  options: CommonOptions,
  ask: (session: Session, original: string) => Promise<{ run: string; remarks: readonly string[]; text: string; kind: string }>,
): Promise<void> {
  const output = createOutput(options.json === true);
  const session = await openSession(options);
  try {
    const original = resolveRun(session.store, given);
    const { run, remarks, text, kind } = await ask(session, original);
    const { name, totalSteps, queuePosition, parent } = session.store.runs.summary(run);
    const { trainerShare } = await session.workstation.call('system.describe', {});
    output.line(`${output.bold(`Run ${run}`)} ${name}: ${text}, to ${formatCount(totalSteps)} environment steps`);
    output.line(`  ${queuePosition === null ? `it starts; see: npm run runs -- show ${run}` : waitingText(queuePosition, trainerShare)}`);
    for (const remark of remarks) output.line(`  ${remark}`);
    output.json({ kind, run, original, name, parent, totalSteps, queuePosition, remarks });
  } finally {
    await session.close();
  }
}
