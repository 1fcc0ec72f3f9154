import * as tf from '@tensorflow/tfjs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { createEngine } from './devices.ts';
import type { ProgramDeclaration, ProgramInputs } from './program.ts';
import { trace } from './tracing/trace.ts';

const empty = { batch: {}, noise: {}, controls: {} };
const program = (fn: ProgramDeclaration['fn'], batch: Record<string, number[]> = { x: [2, 2] }): ProgramDeclaration => ({
  name: 'test',
  signature: { batch, noise: {}, controls: {} },
  fn,
});
const x = ({ batch }: ProgramInputs): tf.Tensor => batch['x'] as tf.Tensor;

describe.each(['cpu', 'reference'])('the %s device', (device) => {
  it('keeps state between runs, and programs share it', async () => {
    const engine = createEngine({ device, threads: 1, stateShapes: { total: [2], untouched: [1] } });
    await engine.writeState({ total: Float32Array.of(1, 2), untouched: Float32Array.of(7) });
    const add = await engine.compile({
      name: 'add',
      signature: { batch: { x: [2] }, noise: {}, controls: { gain: [] } },
      fn: ({ state, batch, controls }) => {
        const total = (state['total'] as tf.Tensor).add((batch['x'] as tf.Tensor).mul(controls['gain'] as tf.Tensor));
        return { state: { total }, diagnostics: { sum: total.sum() } };
      },
    });
    const view = await engine.compile({
      name: 'view',
      signature: empty,
      fn: ({ state }) => ({ state: {}, diagnostics: { total: state['total'] as tf.Tensor } }),
    });
    for (let k = 1; k <= 3; k += 1) {
      const { sum } = await add.run({ batch: { x: Float32Array.of(1, 1) }, noise: {}, controls: { gain: Float32Array.of(10) } });
      expect(sum?.[0]).toBe(3 + 20 * k);
    }
    expect([...((await view.run(empty))['total'] as Float32Array)]).toEqual([31, 32]);
    expect(await engine.readState()).toEqual({ total: Float32Array.of(31, 32), untouched: Float32Array.of(7) });
    await engine.dispose();
  });

  it.each([
    ['a missing input', {}, /batch x is missing/],
    ['an input of the wrong size', { x: new Float32Array(3) }, /batch x has 3 numbers, but its shape \[2, 2\] holds 4/],
  ])('refuses %s', async (_, batch, message) => {
    const engine = createEngine({ device, threads: 1, stateShapes: {} });
    const run = await engine.compile(program((inputs) => ({ state: {}, diagnostics: { y: x(inputs).neg() } })));
    await expect(run.run({ batch, noise: {}, controls: {} })).rejects.toThrow(message);
  });

  it.each([
    ['missing', {}, /state w is missing/],
    ['unknown', { w: new Float32Array(1), v: new Float32Array(1) }, /no entry v/],
    ['of another size', { w: new Float32Array(2) }, /2 numbers/],
  ])('refuses a state with an entry %s and keeps its own', async (_, values, message) => {
    const engine = createEngine({ device, threads: 1, stateShapes: { w: [1] } });
    await engine.writeState({ w: Float32Array.of(4) });
    await expect(engine.writeState(values as Record<string, Float32Array>)).rejects.toThrow(message);
    expect((await engine.readState())['w']).toEqual(Float32Array.of(4));
  });
});

it('names the devices that exist when asked for another', () => {
  expect(() => createEngine({ device: 'abacus', threads: 1, stateShapes: {} })).toThrow(
    /no device abacus; there are cpu, gpu, cuda, tensorflow, auto, reference, gpu:software/,
  );
});

describe('tracing', () => {
  it('says which op and which line of the program reads a value', async () => {
    const reading = program((inputs) => ({
      state: {},
      diagnostics: {
        y: x(inputs)
          .tanh()
          .mul(x(inputs).tanh().dataSync()[0] ?? 0),
      },
    }));
    await expect(trace(reading, {})).rejects.toThrow(/reads the value of a tensor.*comes from Tanh.*engine\.test\.ts:\d+/s);
  });

  it.each([
    ['an unknown state entry', 'nothing', /returns state nothing of shape \[2,2\].*no such entry/],
    ['a state entry of another shape', 'w', /returns state w of shape \[2,2\].*\[3\]/],
  ])('refuses %s', async (_, name, message) => {
    await expect(
      trace(
        program((inputs) => ({ state: { [name]: x(inputs) }, diagnostics: {} })),
        { w: [3] },
      ),
    ).rejects.toThrow(message);
  });

  it('computes equal expressions once and nothing that no result needs', async () => {
    const { graph } = await trace(
      program((inputs) => {
        x(inputs).exp();
        return { state: {}, diagnostics: { a: x(inputs).tanh().add(1), b: x(inputs).tanh().add(1) } };
      }),
      {},
    );
    expect(graph.nodes.map(({ op }) => op).sort()).toEqual(['Add', 'Exp', 'Tanh']);
  });

  it('leaves tfjs on the backend that it found', async () => {
    await tf.setBackend('cpu');
    await trace(
      program((inputs) => ({ state: {}, diagnostics: { y: x(inputs).neg() } })),
      {},
    );
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.tensor([2]).square().dataSync()[0]).toBe(4);
  });
});

describe('the ONNX export', () => {
  it('holds the present state, and runs elsewhere under the plain names', async () => {
    const engine = createEngine({ device: 'cpu', threads: 1, stateShapes: { w: [2, 1] } });
    await engine.writeState({ w: Float32Array.of(2, -3) });
    const linear: ProgramDeclaration = {
      name: 'linear',
      signature: { batch: { input: [1, 2] }, noise: {}, controls: { gain: [] } },
      fn: ({ state, batch, controls }) => ({
        state: {},
        diagnostics: {
          output: tf.matMul(batch['input'] as tf.Tensor2D, state['w'] as tf.Tensor2D).mul(controls['gain'] as tf.Tensor),
          echo: batch['input'] as tf.Tensor,
        },
      }),
    };
    const file = await engine.exportOnnx(linear, { controls: { gain: Float32Array.of(0.5) } });
    expect(await engine.exportOnnx(linear, { controls: { gain: Float32Array.of(0.5) } })).toEqual(file);
    const session = await ort.InferenceSession.create(file);
    expect(session.inputNames).toEqual(['input']);
    expect([...session.outputNames].sort()).toEqual(['echo', 'output']);
    const { output, echo } = await session.run({ input: new ort.Tensor('float32', Float32Array.of(5, 1), [1, 2]) });
    expect([...(output?.data as Float32Array)]).toEqual([3.5]);
    expect([...(echo?.data as Float32Array)]).toEqual([5, 1]);
    await expect(engine.exportOnnx(linear)).rejects.toThrow(/needs a value for the control gain/);
  });
});
