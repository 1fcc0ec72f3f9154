// What a trainer waits for when it cannot store what it has.
import { z } from 'zod';
import { formatBytes } from './format.ts';

export const toldWaitSchema = z.object({
  /** Room on the disk, or a database that another process keeps busy. */
  on: z.enum(['disk', 'database']),
  /** What is to be stored: `The checkpoint at step 5,000`. */
  what: z.string().max(500),
  /** Milliseconds since 1970. */
  since: z.number(),
  /** What it takes, about; null where that is not known, and little. */
  neededBytes: z.number().nullable(),
});

/** As the trainer tells it. */
export type ToldWait = z.infer<typeof toldWaitSchema>;

/** As it is shown. */
export interface RunWait extends ToldWait {
  /** Free now where the runs lie; null where the system does not say. */
  freeBytes: number | null;
}

/** In few words, for a table and a pill. */
export function waitTitle({ on }: Pick<RunWait, 'on'>): string {
  return on === 'disk' ? 'waiting for disk' : 'waiting for database';
}

/** What it waits for and how much is there: "the checkpoint at step 5,000 needs 1.2 MB, 12 kB are free". */
export function describeWait({ on, what, neededBytes, freeBytes }: RunWait): string {
  const thing = what.charAt(0).toLowerCase() + what.slice(1);
  if (on === 'database') return `${thing} cannot be stored while another process keeps the database busy`;
  const needs = neededBytes === null ? `there is no room for ${thing}` : `${thing} needs about ${formatBytes(neededBytes)}`;
  return freeBytes === null ? needs : `${needs}, ${formatBytes(freeBytes)} are free`;
}
