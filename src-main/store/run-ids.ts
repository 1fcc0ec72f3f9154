// Ids of runs, and how a person's text finds one.
import { randomInt } from 'node:crypto';
import { distance } from 'fastest-levenshtein';
import type { Connection } from './connection.ts';
import { StoreError } from './errors.ts';

const letters = 'abcdefghjkmnpqrstvwxyz';
// Without 0 1 i l o u: nothing is misread, and few words are formed.
const alphabet = `23456789${letters}`;

/** Eight characters, the first a letter, so that no id looks like a number. */
function newRunId(): string {
  const pick = (from: string): string => from.charAt(randomInt(from.length));
  return pick(letters) + Array.from({ length: 7 }, () => pick(alphabet)).join('');
}

export function freeRunId(connection: Connection): string {
  for (;;) {
    const id = newRunId();
    if (!isRunIdTaken(connection, id)) return id;
  }
}

/** Also by a run that was removed for good: pollers tell them apart by id. */
export function isRunIdTaken(connection: Connection, id: string): boolean {
  return connection.get('SELECT 1 FROM runs WHERE id = ? UNION ALL SELECT 1 FROM removed_runs WHERE id = ?', id, id) !== undefined;
}

/**
 * A full id, else a unique name (capitals matter only where two names differ by them), else a unique beginning
 * of an id. Deleted runs are not found.
 * @throws StoreError not-found (naming the nearest), ambiguous (naming some of those that fit)
 */
export function resolveRun(connection: Connection, text: string): string {
  const wanted = text.trim();
  const all = connection.all<{ id: string; name: string }>('SELECT id, name FROM runs WHERE deleted_at IS NULL ORDER BY rowid DESC');
  const ways: ((run: { id: string; name: string }) => boolean)[] = [
    (run) => run.id === wanted,
    (run) => run.name === wanted,
    (run) => run.name.toLowerCase() === wanted.toLowerCase(),
    (run) => wanted !== '' && run.id.startsWith(wanted.toLowerCase()),
  ];
  for (const fits of ways) {
    const found = all.filter(fits);
    if (found.length === 1 && found[0]) return found[0].id;
    if (found.length > 1) {
      const some = found
        .slice(0, 5)
        .map((run) => `${run.id} (${run.name})`)
        .join(', ');
      throw new StoreError(
        'ambiguous',
        `"${shorten(wanted)}" fits ${found.length} runs: ${some}${found.length > 5 ? ' …' : ''}. Give one's id.`,
      );
    }
  }
  throw new StoreError('not-found', `There is no run "${shorten(wanted)}" in ${connection.dataDirectory}. ${nearest(all, wanted)}`);
}

function nearest(all: readonly { id: string; name: string }[], wanted: string): string {
  if (all.length === 0) return 'No run is stored there yet.';
  const text = wanted.slice(0, 120).toLowerCase();
  const scored = all.map((run) => ({ run, score: Math.min(distance(text, run.id), distance(text, run.name.toLowerCase())) }));
  scored.sort((a, b) => a.score - b.score);
  return `The nearest: ${scored
    .slice(0, 3)
    .map(({ run }) => `${run.id} (${run.name})`)
    .join(', ')}.`;
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
