// What computes a run, in words.
import { expect, it } from 'vitest';
import { describeChange, describeTimings, type EngineChoice } from './engine-choice.ts';

it('names each device with its time, the fastest first as they were stored', () => {
  expect(
    describeTimings([
      { device: 'gpu', updateMs: 1.8, problem: null },
      { device: 'cpu', updateMs: 6.84, problem: null },
    ]),
  ).toBe('GPU 1.8 ms, CPU 6.8 ms an update');
  expect(
    describeTimings([
      { device: 'cpu', updateMs: 0.193, problem: null },
      { device: 'cuda', updateMs: null, problem: 'no card' },
    ]),
  ).toBe('CPU 0.19 ms an update');
  expect(describeTimings([])).toBeNull();
});

it('says what changed, and nothing where nothing did', () => {
  const cpu: EngineChoice = { device: 'cpu', threads: 2, runtime: 'onnxruntime-node 1.30.0', timings: [] };
  expect(describeChange(cpu, { ...cpu, timings: [{ device: 'cpu', updateMs: 1, problem: null }] })).toBeNull();
  expect(describeChange(cpu, { ...cpu, device: 'gpu' })).toMatch(
    /^Computed by gpu, 2 threads, onnxruntime-node 1\.30\.0 from here on \(before: cpu, 2 threads,.*no longer, bit for bit/,
  );
  expect(describeChange(cpu, { ...cpu, threads: 1 })).toMatch(/cpu, 1 thread,/);
  expect(describeChange(cpu, { ...cpu, runtime: 'onnxruntime-node 1.31.0' })).toMatch(/1\.31\.0 from here on/);
});
