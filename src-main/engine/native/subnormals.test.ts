// The flag that says whether a thread takes subnormal numbers for zero: set, unset, and each thread's own.
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { canSetFlushing, flushesSubnormals, setFlushing } from './subnormals.ts';

it.runIf(process.platform === 'linux')('is set and unset as asked', () => {
  const before = flushesSubnormals();
  expect(canSetFlushing()).toBe(true);
  for (const wanted of [true, false, false, true]) {
    expect(setFlushing(wanted)).toBe(true);
    expect(flushesSubnormals()).toBe(wanted);
  }
  setFlushing(before);
});

it.each([true, false])('is found out in a thread that begins with %s', async (wanted) => {
  const before = flushesSubnormals();
  setFlushing(wanted);
  const worker = new Worker(
    `
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(new URL('subnormals.ts', import.meta.url).href)}).then(({ flushesSubnormals, setFlushing }) => {
      const found = [];
      for (const wanted of [true, false, true]) found.push([setFlushing(wanted), flushesSubnormals()].join());
      parentPort.postMessage(found);
    });
  `,
    { eval: true, execArgv: [] },
  );
  setFlushing(before);
  const found = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  expect(found).toEqual(['true,true', 'true,false', 'true,true']);
});
