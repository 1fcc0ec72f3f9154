// What is done to a graph before it runs does not show: random programs give the same as their nodes as traced, and as eager
// execution, over several updates.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { afterAll, describe, expect, it } from 'vitest';
import { createCpuSession } from '../devices/cpu-session.ts';
import { createEngine } from '../devices.ts';
import { finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { Engine, NamedArrays } from '../program.ts';
import type { Node } from './graph.ts';
import { randomProgram, stateShapes, type RandomProgram } from './testing/random-programs.ts';
import { trace, type Trace } from './trace.ts';

const seed = 1848;
const engines: Engine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

/** Sums of other orders differ in their last bits, which later operations may magnify: held to 1e-5 of the tensor's largest entry. */
function expectAgreement(actual: NamedArrays, expected: NamedArrays): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [name, wanted] of Object.entries(expected)) {
    const scale = wanted.reduce((largest, entry) => Math.max(largest, Math.abs(entry)), 0);
    const found = actual[name] as Float32Array;
    expect(found.length).toBe(wanted.length);
    const worst = wanted.reduce((most, entry, i) => Math.max(most, Math.abs(entry - (found[i] as number))), 0);
    expect(worst, name).toBeLessThanOrEqual(1e-6 + 1e-5 * scale);
  }
}

async function runNodes(traced: Trace, nodes: readonly Node[], { state, given }: RandomProgram): Promise<NamedArrays> {
  const { inputs } = traced.graph;
  const session = await createCpuSession(writeOnnx({ name: 'nodes', nodes, inputs, weights: new Map(), outputs: traced.results }), 1);
  const numbers: Record<string, NamedArrays> = { state, batch: given.batch, noise: given.noise, control: given.controls };
  const feeds = Object.fromEntries(
    [...inputs].map(([key, { shape }]) => {
      const [kind, name] = key.split('/') as [string, string];
      return [key, new ort.Tensor('float32', numbers[kind]?.[name] as Float32Array, [...shape])];
    }),
  );
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]));
}

/** Three updates in a row: the diagnostics of each, and the state at the end. */
async function runDevice(device: string, { declaration, state, given }: RandomProgram, threads = 1): Promise<NamedArrays> {
  const engine = createEngine({ device, threads, stateShapes });
  engines.push(engine);
  await engine.writeState(state);
  const program = await engine.compile(declaration);
  const found: NamedArrays = {};
  for (let update = 0; update < 3; update += 1) {
    for (const [name, array] of Object.entries(await program.run(given))) found[`${name} of update ${update}`] = array.slice();
  }
  return { ...found, ...(await engine.readState()) };
}

describe('random programs', () => {
  it('give the same with and without what finishing their graph does', async () => {
    await fc.assert(
      fc.asyncProperty(randomProgram, async (program) => {
        const traced = await trace(program.declaration, stateShapes);
        const { nodes } = finishGraph(traced);
        expectAgreement(await runNodes(traced, nodes, program), await runNodes(traced, traced.graph.nodes, program));
      }),
      { numRuns: 80, seed },
    );
  });

  it('give the same on the cpu device as eagerly, update after update', async () => {
    await fc.assert(
      fc.asyncProperty(randomProgram, async (program) => {
        expectAgreement(await runDevice('cpu', program), await runDevice('reference', program));
      }),
      { numRuns: 80, seed },
    );
  });

  it('give the same bits on the cpu device with two threads as with one', async () => {
    await fc.assert(
      fc.asyncProperty(randomProgram, async (program) => {
        expect(await runDevice('cpu', program, 2)).toEqual(await runDevice('cpu', program));
      }),
      { numRuns: 40, seed },
    );
  });

  it('hold what there is to fuse and to drop', async () => {
    await tf.setBackend('cpu');
    const graphs = [];
    for (const { declaration } of fc.sample(randomProgram, { numRuns: 80, seed })) {
      const traced = await trace(declaration, stateShapes);
      graphs.push({ traced: traced.graph.nodes, finished: finishGraph(traced).nodes });
    }
    expect(graphs.some(({ finished }) => finished.some(({ op, inputs }) => op === 'Gemm' && inputs.length === 3))).toBe(true);
    expect(graphs.some(({ traced, finished }) => finished.length < traced.length)).toBe(true);
  });
});
