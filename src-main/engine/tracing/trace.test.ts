// Traces and eager runs at the same time in one process leave one another alone.
import type * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { createEngine } from '../devices.ts';
import type { ProgramDeclaration } from '../program.ts';
import { trace } from './trace.ts';

const program = (name: string, factor: number): ProgramDeclaration => ({
  name,
  signature: { batch: { x: [2] }, noise: {}, controls: {} },
  fn: ({ batch }) => ({ state: {}, diagnostics: { [name]: (batch['x'] as tf.Tensor).mul(factor) } }),
});
const given = { batch: { x: Float32Array.of(1, 2) }, noise: {}, controls: {} };

it('each trace has a graph of its own, whatever else begins before it ends', async () => {
  const traces = await Promise.all(['a', 'b', 'c'].map((name, i) => trace(program(name, i + 2), {})));
  expect(traces.map(({ graph, results }) => [[...results.keys()], graph.nodes.length])).toEqual(
    [['diagnostic/a'], ['diagnostic/b'], ['diagnostic/c']].map((keys) => [keys, 1]),
  );
});

it('programs compiled and run side by side, compiled and eager, give their own results', async () => {
  const engines = ['cpu', 'reference', 'cpu', 'reference'].map((device) => createEngine({ device, threads: 1, stateShapes: {} }));
  const results = await Promise.all(
    engines.map(async (engine, i) => {
      const compiled = await engine.compile(program('y', i + 1));
      return [...((await compiled.run(given))['y'] as Float32Array)];
    }),
  );
  expect(results).toEqual([
    [1, 2],
    [2, 4],
    [3, 6],
    [4, 8],
  ]);
  for (const engine of engines) await engine.dispose();
});
