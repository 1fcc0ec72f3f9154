// Long work between two steps (an evaluation, a fit, compiling) attends meanwhile to what its run is asked for: it may have
// to rest, or to end.
import { setTimeout as delay } from 'node:timers/promises';
import type { Request } from './requests.ts';

/**
 * Called between two pieces of work, each well under a second; it costs nothing while nobody has asked for anything.
 * @throws StoppedError where the work is to end
 */
export type Attend = () => Promise<void>;

/** No error: it takes whoever works back to where the run can end. */
export class StoppedError extends Error {
  readonly request: Request;

  constructor(request: Request) {
    super(`stopped by ${request.requester}`);
    this.name = 'StoppedError';
    this.request = request;
  }
}

/** Attends while something goes on that cannot be divided, such as a child process. What becomes of it then is not awaited. */
export async function attendWhile<T>(work: Promise<T>, attend: Attend | undefined): Promise<T> {
  if (attend === undefined) return work;
  const isOver = work.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([isOver, delay(50, false)]))) await attend();
  return work;
}
