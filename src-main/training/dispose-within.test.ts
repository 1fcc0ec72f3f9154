// The end of a process that something is stuck in.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { disposeWithin } from './dispose-within.ts';

describe('giving back what a run was computed with', () => {
  const from = async (dispose: () => Promise<void>): Promise<[boolean, string[]]> => {
    const log: string[] = [];
    return [await disposeWithin({ dispose }, (line) => log.push(line), 20), log];
  };

  it('is waited for', async () => {
    expect(await from(() => Promise.resolve())).toEqual([true, []]);
  });
  it('is not waited for without end', async () => {
    expect(await from(() => new Promise(() => {}))).toEqual([false, [expect.stringContaining('was not given back within 0.02 s')]]);
  });
  it('ends no run where it fails', async () => {
    expect(await from(() => Promise.reject(new Error('a lane is gone')))).toEqual([false, [expect.stringContaining('a lane is gone')]]);
  });
});

it.runIf(process.platform === 'linux')('a process ends with its exit code although a thread is stuck in native code', () => {
  const program = `
    import { Worker } from 'node:worker_threads';
    import { endWithoutWaiting } from ${JSON.stringify(new URL('end-process.ts', import.meta.url).href)};
    const stuck = new Worker(${JSON.stringify(`
      import koffi from ${JSON.stringify(import.meta.resolve('koffi'))};
      import { parentPort } from 'node:worker_threads';
      const sleep = koffi.load(null).func('int sleep(int)');
      parentPort.postMessage('here');
      sleep(600);
    `)}, { eval: true });
    stuck.once('message', () => setTimeout(() => endWithoutWaiting(3), 300));
  `;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { timeout: 60_000, stdio: 'inherit' });
  expect(status).toBe(3);
});
