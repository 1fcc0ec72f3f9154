// `npm run runs -- delete RUN`.
import { createOutput } from './output.ts';
import { type CommonOptions, openSession } from './session.ts';

export async function deleteRun(given: string, options: CommonOptions): Promise<void> {
  const output = createOutput(options.json === true);
  const session = await openSession(options);
  try {
    const { id, name } = session.store.runs.summary(session.store.runs.resolve(given));
    await session.workstation.call('runs.delete', { runs: [id] });
    output.line(`Deleted run ${id} (${name}). The window can restore it for 30 days (Runs, Ctrl+K: restore).`);
    output.json({ kind: 'deleted', run: id });
  } finally {
    await session.close();
  }
}
