// Who holds a run: a process, told apart from later ones with the same pid, from those of other boots, containers and
// machines, and whether it is still there.
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

export interface ProcessIdentity {
  pid: number;
  /** Where it runs and when it began: `PLACE/START`. */
  bootId: string;
}

/** dead: the system says that there is no such process. unknown: it cannot be told from here. */
export type Liveness = 'alive' | 'dead' | 'unknown';

export type Judge = (pid: number, bootId: string) => Liveness;

/** What a judge asks of the system. */
export interface ProcessSystem {
  platform: string;
  hostname(): string;
  readFile(path: string): string;
  readLink(path: string): string;
  run(program: string, args: readonly string[]): string;
  /** Sends signal 0. @throws ESRCH where there is no such process */
  probe(pid: number): void;
}

const system: ProcessSystem = {
  platform: process.platform,
  hostname,
  readFile: (path) => readFileSync(path, 'utf8'),
  readLink: (path) => readlinkSync(path),
  // `ps` writes times of the local zone in the user's language unless it is told otherwise.
  run: (program, args) =>
    execFileSync(program, args, { encoding: 'utf8', env: { LC_ALL: 'C', TZ: 'UTC' }, stdio: ['ignore', 'pipe', 'ignore'] }),
  probe: (pid) => void process.kill(pid, 0),
};

const largestPid = 2 ** 31 - 1;
/** Stands for a place or a start that could not be read; it equals none. */
const unreadable = 'unreadable';

export interface ProcessJudge {
  /** @param pid of a process of this machine; this one unless given */
  identify(pid?: number): ProcessIdentity;
  /** A stopped process (SIGSTOP) is alive; a zombie is dead. */
  judge: Judge;
  /** Does the same monotonic clock run there as here? */
  sharesClock(bootId: string): boolean;
}

export function createProcessJudge(of: ProcessSystem = system): ProcessJudge {
  let known: string | null = null;
  const place = (): string => {
    // It never changes, and may be unreadable for a moment: too many open files.
    known ??= readPlace(of);
    return known ?? unreadable;
  };
  return {
    identify(pid = process.pid) {
      const found = readStart(of, pid);
      return { pid, bootId: `${place()}/${typeof found === 'string' ? unreadable : found.start}` };
    },
    judge(pid, bootId) {
      if (!Number.isSafeInteger(pid) || pid < 1 || pid > largestPid) return 'dead';
      const [where, began] = split(bootId);
      if (where === unreadable || began === unreadable || where !== place()) return 'unknown';
      const found = readStart(of, pid);
      if (typeof found === 'string') return found;
      return found.start === began ? 'alive' : 'dead';
    },
    sharesClock(bootId) {
      const boot = (text: string): string => text.split('/', 2).join('/');
      return place() !== unreadable && boot(split(bootId)[0]) === boot(place());
    },
  };
}

function split(bootId: string): [string, string] {
  const end = bootId.lastIndexOf('/');
  return [bootId.slice(0, Math.max(0, end)), bootId.slice(end + 1)];
}

/** The boot, and what within it has process ids of its own; null where that cannot be read. */
function readPlace({ platform, hostname: host, readFile, readLink, run }: ProcessSystem): string | null {
  try {
    if (platform === 'linux') {
      return `linux/${readFile('/proc/sys/kernel/random/boot_id').trim()}/${readNamespace(readLink)}`;
    }
    if (platform === 'darwin') return `darwin/${run('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']).trim()}`;
    return `${platform}/${host()}`;
  } catch {
    // Whatever the reason: nothing can be told of other processes then.
    return null;
  }
}

/** Containers share the machine's boot, and each counts processes anew. A kernel without namespaces has one count. */
function readNamespace(readLink: ProcessSystem['readLink']): string {
  try {
    return readLink('/proc/self/ns/pid').replace(/\D/g, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'only';
    throw error;
  }
}

function readStart(of: ProcessSystem, pid: number): { start: string } | 'dead' | 'unknown' {
  try {
    if (of.platform === 'linux') {
      const stat = of.readFile(`/proc/${pid}/stat`);
      // proc(5): pid (comm) state ppid …; comm may hold anything, so count from the last bracket. Field 22 is the start.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      if (fields[0] === 'Z' || fields[0] === 'X') return 'dead';
      return fields[19] === undefined ? 'unknown' : { start: fields[19] };
    }
    if (of.platform === 'darwin') {
      const line = of.run('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).trim();
      if (line.startsWith('Z')) return 'dead';
      return line === '' ? 'unknown' : { start: line.replace(/^\S+\s+/, '') };
    }
    // Windows tells no start time without a slow helper: there, a later process with the same pid passes for this one.
    of.probe(pid);
    return { start: 'running' };
  } catch {
    // Looking failed, which says nothing: there may be no /proc, or a process of another user may not show in it.
    return isMissing(of, pid) ? 'dead' : 'unknown';
  }
}

/** Only "no such process" is an answer. */
function isMissing({ probe }: ProcessSystem, pid: number): boolean {
  try {
    probe(pid);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const own = createProcessJudge();
/** Of this process, or of another one of this machine. */
export const processIdentity = (pid?: number): ProcessIdentity => own.identify(pid);
export const judgeProcess: Judge = own.judge;
export const sharesClock = (bootId: string): boolean => own.sharesClock(bootId);
