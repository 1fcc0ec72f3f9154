// Processes for stored policies: they end when whoever started them is gone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { makePolicy } from './policy-testing.ts';
import { processEntry } from './process-entry.ts';

it('an evaluation that nobody waits for any more ends at once', async () => {
  const options = ['--task', 'reacher', '--episodes', '1000000', '--seed', '1', '--task-options', '{"time-limit":20}'];
  const child = spawn(process.execPath, [processEntry('evaluate-policy'), ...options], { stdio: ['pipe', 'pipe', 'inherit', 'ipc'] });
  try {
    child.stdin?.end(await makePolicy());
    await once(child.stdout ?? child, 'data');
    // Nobody reads what it says either, as after a kill; but it has not noticed that yet.
    child.stdout?.pause();
    const exit = once(child, 'exit');
    // What the system does to the channel when the process at its other end is killed.
    child.disconnect();
    expect(await exit).toEqual([1, null]);
  } finally {
    child.kill('SIGKILL');
  }
});
