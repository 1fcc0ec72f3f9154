// The machine's load, for the status bar.
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import type { WorkstationEvent } from '../contract/requests.ts';

export type MachineEvent = Extract<WorkstationEvent, { kind: 'machine' }>;

/** Each reading's processor share is over the time since the one before. */
export function createMachineMeter(dataDirectory: string, storageTrouble: () => string | null): () => Promise<MachineEvent> {
  const read = (): { busy: number; all: number } => {
    let busy = 0;
    let idle = 0;
    for (const { times } of cpus()) {
      busy += times.user + times.nice + times.sys + times.irq;
      idle += times.idle;
    }
    return { busy, all: busy + idle };
  };
  let earlier = read();
  return async () => {
    const now = read();
    const all = now.all - earlier.all;
    const cpuShare = all > 0 ? Math.min(1, Math.max(0, (now.busy - earlier.busy) / all)) : 0;
    earlier = now;
    const diskFreeBytes = await statfs(dataDirectory).then(
      (disk) => disk.bavail * disk.bsize,
      () => 0,
    );
    return {
      kind: 'machine',
      cpuShare,
      memoryUsedBytes: totalmem() - freemem(),
      memoryTotalBytes: totalmem(),
      diskFreeBytes,
      storageTrouble: storageTrouble(),
    };
  };
}
