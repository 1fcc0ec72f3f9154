// Who is alive, who is dead, and of whom nothing can be told: real processes, and systems that fail.
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createProcessJudge, judgeProcess, processIdentity, type ProcessIdentity, type ProcessSystem } from './process-identity.ts';

const helper = join(import.meta.dirname, 'testing/identity-process.ts');
interface Judged {
  identity: ProcessIdentity;
  codes: string;
  verdicts: string[];
}
function judgedBy(program: string, args: readonly string[]): Judged {
  return JSON.parse(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })) as Judged;
}

describe('process identity', () => {
  it('knows this process, and no other by its pid', () => {
    const { pid, bootId } = processIdentity();
    expect(judgeProcess(pid, bootId)).toBe('alive');
    expect(judgeProcess(pid, `${bootId}1`)).toBe('dead');
    for (const bad of [0, -1, 1.5, NaN, 2 ** 31]) expect(judgeProcess(bad, bootId)).toBe('dead');
    expect(judgeProcess(pid, 'a text of an earlier Elbow')).toBe('unknown');
  });

  it('tells one that was suspended from one that was killed', async () => {
    const child = spawn('sleep', ['600']);
    const { pid, bootId } = processIdentity(child.pid);
    child.kill('SIGSTOP');
    expect(judgeProcess(pid, bootId)).toBe('alive');
    child.kill('SIGKILL');
    await expect.poll(() => judgeProcess(pid, bootId)).toBe('dead');
  });

  it.runIf(process.platform === 'linux')('takes nobody for dead because too many files are open', () => {
    const { pid, bootId } = processIdentity();
    const judged = judgedBy('sh', ['-c', `ulimit -n 64; exec "${process.execPath}" "${helper}" ${pid} "${bootId}" files`]);
    expect(judged).toMatchObject({ codes: 'EMFILE', verdicts: ['unknown', 'unknown'] });
  });

  it('takes nobody for dead who lives in another container', (context) => {
    const { pid, bootId } = processIdentity();
    let inside: Judged;
    try {
      inside = judgedBy('unshare', ['--pid', '--fork', '--mount-proc', process.execPath, helper, String(pid), bootId]);
    } catch {
      // Only Linux has it, and only some users may.
      return context.skip();
    }
    expect(inside.verdicts, 'seen from inside, this process is in no /proc').toEqual(['unknown', 'unknown']);
    expect(judgeProcess(inside.identity.pid, inside.identity.bootId), 'and it from here').toBe('unknown');
  });
});

const fault = (code: string): Error => Object.assign(new Error(code), { code });
const raise = (code: string) => () => {
  throw fault(code);
};

describe('a system that does not answer', () => {
  const linux = (rest: Partial<ProcessSystem> = {}): ProcessSystem => ({
    platform: 'linux',
    hostname: () => 'here',
    readFile: (path) => (path.endsWith('boot_id') ? 'a-boot\n' : `7 (a) b) S ${Array.from({ length: 30 }, (_, k) => k + 4).join(' ')}`),
    readLink: () => 'pid:[42]',
    run: raise('ENOENT'),
    probe: () => undefined,
    ...rest,
  });
  const { bootId } = createProcessJudge(linux()).identify(7);
  const statFails = (code: string): Partial<ProcessSystem> => ({
    readFile: (path) => (path.endsWith('boot_id') ? 'a-boot' : raise(code)()),
  });

  it.each<[string, Partial<ProcessSystem>, string]>([
    ['answers', {}, 'alive'],
    ['has no such process', { ...statFails('ENOENT'), probe: raise('ESRCH') }, 'dead'],
    ['lost it while it was read', { ...statFails('ESRCH'), probe: raise('ESRCH') }, 'dead'],
    ["hides other users' processes", { ...statFails('ENOENT'), probe: raise('EPERM') }, 'unknown'],
    ['has no /proc', statFails('ENOENT'), 'unknown'],
    ['has too many open files', statFails('EMFILE'), 'unknown'],
    ['does not let read', statFails('EACCES'), 'unknown'],
    ['is another boot', { readFile: (path) => (path.endsWith('boot_id') ? 'another' : '') }, 'unknown'],
    ['is another container', { readLink: () => 'pid:[43]' }, 'unknown'],
    ['does not say which container it is', { readLink: raise('EMFILE') }, 'unknown'],
    ['holds a later process of that pid', { readFile: (path) => (path.endsWith('boot_id') ? 'a-boot' : '7 (x) S') }, 'unknown'],
    ['holds its zombie', { readFile: (path) => (path.endsWith('boot_id') ? 'a-boot' : '7 (x) Z 1 2 3') }, 'dead'],
  ])('%s', (_, rest, expected) => {
    expect(createProcessJudge(linux(rest)).judge(7, bootId)).toBe(expected);
  });

  it('asks macOS for times that do not depend on the time zone, and takes a failing ps for no answer', () => {
    const mac = (run: ProcessSystem['run'], probe: ProcessSystem['probe'] = () => undefined): ReturnType<typeof createProcessJudge> =>
      createProcessJudge({ ...linux({ run, probe }), platform: 'darwin' });
    const answers: ProcessSystem['run'] = (program) => (program.endsWith('sysctl') ? 'A-B-C\n' : 'Ss   Tue Dec  1 01:00:00 2026\n');
    const identity = mac(answers).identify(7).bootId;
    expect(identity).toBe('darwin/A-B-C/Tue Dec  1 01:00:00 2026');
    expect(mac(answers).judge(7, identity)).toBe('alive');
    const psFails: ProcessSystem['run'] = (program, args) => (program.endsWith('sysctl') ? answers(program, args) : raise('EMFILE')());
    expect(mac(psFails).judge(7, identity)).toBe('unknown');
    expect(mac(psFails, raise('ESRCH')).judge(7, identity)).toBe('dead');
  });
});
