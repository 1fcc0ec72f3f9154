// How much memory a trainer may count on.
import { totalmem } from 'node:os';

/** Bytes of memory that this machine has in all, or that its control group (a container's) leaves to this process. */
export function machineMemory(): number {
  // 0 where nothing limits it, or where that cannot be told; else it may exceed what there is.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
