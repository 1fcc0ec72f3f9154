// Who holds a run: a process, told apart from later ones with the same pid, also across reboots.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** This process as an attempt's holder. `bootId` names the boot and the moment at which the process started. */
export function processIdentity(): { pid: number; bootId: string } {
  return { pid: process.pid, bootId: startOf(process.pid) ?? 'unknown' };
}

/** Is the process that gave this identity still there? A stopped process (SIGSTOP) is; a zombie is not. */
export function processIsAlive(pid: number, bootId: string): boolean {
  const start = startOf(pid);
  return start !== null && start === bootId;
}

/** Names the boot and the process's start, the same whoever asks; null where the process is gone. */
function startOf(pid: number): string | null {
  if (!Number.isSafeInteger(pid) || pid < 1) return null;
  try {
    if (process.platform === 'linux') {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // proc(5): pid (comm) state ppid …; comm may hold anything, so count from the last bracket. Field 22 is the start.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return null;
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
    }
    if (process.platform === 'darwin') {
      const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } }).trim();
      return line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '');
    }
    // Windows tells no start time without a slow helper: there, a later process with the same pid passes for this one.
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'running' : null;
  }
}
