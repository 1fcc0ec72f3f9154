// `npm run runs -- delete RUN`, and `restore RUN`.
import { restorableDays } from '../../contract/runs.ts';
import { createOutput } from './output.ts';
import { type CommonOptions, openSession, resolveRun } from './session.ts';

export async function deleteRun(given: string, options: CommonOptions): Promise<void> {
  const output = createOutput(options.json === true);
  const session = await openSession(options);
  try {
    const { id, name } = session.store.runs.summary(resolveRun(session.store, given));
    await session.workstation.call('runs.delete', { runs: [id] });
    output.line(`Deleted run ${id} (${name}). For ${restorableDays} days it can be restored with: npm run runs -- restore ${id}`);
    output.json({ kind: 'deleted', run: id });
  } finally {
    await session.close();
  }
}

/** By its whole id: a name would have to be looked up among runs that are gone. */
export async function restoreRun(id: string, options: CommonOptions): Promise<void> {
  const output = createOutput(options.json === true);
  const session = await openSession(options);
  try {
    await session.workstation.call('runs.restore', { runs: [id] });
    output.line(`Restored run ${id} (${session.store.runs.summary(id).name}).`);
    output.json({ kind: 'restored', run: id });
  } finally {
    await session.close();
  }
}
