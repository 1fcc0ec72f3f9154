// Where the runs lie and what they take.
import { existsSync } from 'node:fs';
import { formatBytes } from '../../contract/format.ts';
import type { DoctorLine } from '../../contract/requests.ts';
import { freeBytes } from '../../store/data-directory.ts';
import type { Store } from '../../store/store.ts';
import { line } from './line.ts';

/** A checkpoint with a full replay buffer of a large task is about this big. */
const comfortableBytes = 2e9;
const shownRuns = 20;
/** The check reads the whole file, and nothing else is answered meanwhile. */
const checkedBytes = 200e6;

export function describeStorage(store: Store): DoctorLine[] {
  const report = store.storage();
  return [
    isWithoutRoom(store)
      ? line(
          'data directory',
          `${report.dataDirectory}: it is there, and has no room left`,
          'warning',
          'Stored runs are shown; nothing can be started or changed until there is room. "npm run runs -- purge" deletes for good what was deleted before.',
        )
      : store.isReadonly
        ? line(
            'data directory',
            report.dataDirectory,
            'warning',
            'It cannot be written: stored runs are shown, and nothing can be started or changed. Name another with --data-dir.',
          )
        : line('data directory', report.dataDirectory, 'ok'),
    report.isNetworkFileSystem
      ? line(
          'file system',
          'a network’s',
          'warning',
          'SQLite’s locks cannot be trusted there; name a folder on a local disk with --data-dir.',
        )
      : line('file system', 'local', 'ok'),
    describeFreeDisk(report.freeBytes),
    line(
      'database',
      `${report.databasePath}, ${formatBytes(report.databaseBytes)} and ${formatBytes(report.walBytes)} in its write-ahead log`,
    ),
    line('database version', `${report.schemaVersion}, SQLite ${report.sqliteVersion}`),
    describeIntegrity(store, report.databaseBytes),
  ];
}

/** Open for reading, and the disk is as good as full: that is why. */
function isWithoutRoom(store: Store): boolean {
  return store.isReadonly && (store.storage().freeBytes ?? Infinity) < 1e6;
}

function describeIntegrity(store: Store, databaseBytes: number): DoctorLine {
  if (databaseBytes > checkedBytes) return line('integrity', `not checked: the database is larger than ${formatBytes(checkedBytes)}`);
  const problems = store.check();
  if (problems.length === 0) return line('integrity', 'the database is whole', 'ok');
  return line(
    'integrity',
    `${problems.length} places are damaged: ${problems[0] ?? ''}`,
    'missing',
    'Close Elbow, copy the data directory, and keep working in a new one (--data-dir); what can be read of the old one stays readable.',
  );
}

function describeFreeDisk(freeBytes: number | null): DoctorLine {
  if (freeBytes === null) return line('free disk', 'the system does not say');
  if (freeBytes >= comfortableBytes) return line('free disk', formatBytes(freeBytes), 'ok');
  return line(
    'free disk',
    formatBytes(freeBytes),
    'warning',
    'A run’s checkpoints can fill it. Delete runs or checkpoints for good (Runs, or "npm run runs -- purge RUN"), or name another folder with --data-dir.',
  );
}

/** The largest runs first; the rest in one line. */
export function describeStorageByRun(store: Store): DoctorLine[] {
  const runs = store.runs.list().sort((a, b) => b.diskBytes - a.diskBytes);
  const rest = runs.slice(shownRuns);
  const lines = runs
    .slice(0, shownRuns)
    .map((run) => line(`${run.name} (${run.id.slice(0, 8)})`, `${formatBytes(run.diskBytes)}, ${run.state}`));
  if (rest.length > 0) lines.push(line(`${rest.length} more`, formatBytes(rest.reduce((sum, run) => sum + run.diskBytes, 0))));
  return lines;
}

/** What cannot be opened may be there all the same. */
export function describeUnopened(dataDirectory: string, problem: string | null): DoctorLine {
  if (!existsSync(dataDirectory)) return line('data directory', dataDirectory, 'missing', problem);
  const free = freeBytes(dataDirectory);
  return line('data directory', `${dataDirectory}: it is there${free === null ? '' : `, ${formatBytes(free)} free`}`, 'warning', problem);
}
