// `npm run runs -- purge [RUN …]`: deletes for good, also on a full disk, and says how much room that gave.
import { formatBytes } from '../../contract/format.ts';
import type { Store } from '../../store/store.ts';
import { type ExitCode, exitCodes, UsageError } from './failure.ts';
import { createOutput, type Output } from './output.ts';
import { type CommonOptions, openSession, resolveRun, type Session } from './session.ts';

export interface PurgeOptions extends CommonOptions {
  checkpoints?: boolean;
}

/** @param given without any, all that were deleted before */
export async function purgeRuns(given: readonly string[], options: PurgeOptions): Promise<ExitCode> {
  const output = createOutput(options.json === true);
  if (options.checkpoints === true && given.length === 0) {
    throw new UsageError('of which run? --checkpoints needs one or several; npm run runs -- list shows what each takes');
  }
  const session = await openSession(options);
  try {
    const { store } = session;
    if (options.checkpoints === true) await dropCheckpoints(session, output, [...new Set(given.map((run) => resolveRun(store, run)))]);
    else await purge(session, output, given.length === 0 ? null : [...new Set(given.map((run) => resolveDeletedToo(store, run)))]);
    return exitCodes.done;
  } finally {
    await session.close();
  }
}

async function purge({ store, workstation }: Session, output: Output, runs: string[] | null): Promise<void> {
  const names = new Map([...store.runs.list(), ...store.runs.deleted(Number.MAX_SAFE_INTEGER).runs].map(({ id, name }) => [id, name]));
  const { purged, freedBytes } = await workstation.call('runs.purge', { runs });
  for (const run of purged) {
    output.line(`Deleted run ${run} (${names.get(run) ?? ''}) for good.`);
    output.json({ kind: 'purged', run });
  }
  if (purged.length === 0) {
    output.line(
      'No run was deleted before, so that there is nothing to purge. Name runs, or delete only checkpoints: purge RUN --checkpoints',
    );
  } else {
    output.line(`${formatBytes(freedBytes)} freed; ${freeText(store)}`);
  }
  output.json({ kind: 'freed', bytes: freedBytes, freeBytes: store.storage().freeBytes });
}

async function dropCheckpoints({ store, workstation }: Session, output: Output, runs: readonly string[]): Promise<void> {
  let bytes = 0;
  for (const run of runs) {
    const { freedBytes } = await workstation.call('runs.deleteCheckpoints', { run });
    bytes += freedBytes;
    output.line(
      `Deleted the checkpoints of run ${run} (${store.runs.summary(run).name}): ${formatBytes(freedBytes)}. It can no longer be continued.`,
    );
    output.json({ kind: 'checkpoints-deleted', run, bytes: freedBytes });
  }
  output.line(`${formatBytes(bytes)} freed; ${freeText(store)}`);
  output.json({ kind: 'freed', bytes, freeBytes: store.storage().freeBytes });
}

function freeText(store: Store): string {
  const { freeBytes, dataDirectory } = store.storage();
  return `${freeBytes === null ? 'an unknown number of bytes' : formatBytes(freeBytes)} are free in ${dataDirectory}.`;
}

/** A run by its id, the beginning of one, or its name: among the deleted ones first, since those are meant most. */
function resolveDeletedToo(store: Store, given: string): string {
  const text = given.trim();
  const fits = (fit: (run: { id: string; name: string }) => boolean): string | null => {
    const found = store.runs.deleted(Number.MAX_SAFE_INTEGER).runs.filter(fit);
    if (found.length > 1) {
      throw new UsageError(
        `"${text.slice(0, 60)}" fits ${found.length} deleted runs: ${found
          .slice(0, 5)
          .map(({ id, name }) => `${id} (${name})`)
          .join(', ')}. Give one's id.`,
      );
    }
    return found[0]?.id ?? null;
  };
  if (text !== '') {
    const found = fits(({ id }) => id === text) ?? fits(({ name }) => name === text) ?? fits(({ id }) => id.startsWith(text.toLowerCase()));
    if (found !== null) return found;
  }
  return resolveRun(store, given);
}
