// What an eager engine does with its tensors: it keeps the state's and no others, whatever a program returns or throws.
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import type { ProgramDeclaration } from '../program.ts';
import { ReferenceEngine } from './reference.ts';

const nothing = { batch: {}, noise: {}, controls: {} };
const program = (fn: ProgramDeclaration['fn']): ProgramDeclaration => ({ name: 'test', signature: { ...nothing, batch: { x: [2] } }, fn });
const given = () => ({ ...nothing, batch: { x: Float32Array.of(3, 4) } });

async function engineHolding(): Promise<ReferenceEngine> {
  const engine = new ReferenceEngine({ a: [2], b: [2] });
  await engine.writeState({ a: Float32Array.of(1, 2), b: Float32Array.of(5, 6) });
  return engine;
}

it.each<[string, ProgramDeclaration['fn'], number[], number[]]>([
  [
    'computed ones',
    ({ state, batch }) => ({ state: { a: tf.add(state['a'] as tf.Tensor, batch['x'] as tf.Tensor) }, diagnostics: {} }),
    [4, 6],
    [5, 6],
  ],
  ['each other', ({ state }) => ({ state: { a: state['b'] as tf.Tensor, b: state['a'] as tf.Tensor }, diagnostics: {} }), [5, 6], [1, 2]],
  ['themselves', ({ state }) => ({ state, diagnostics: {} }), [1, 2], [5, 6]],
  [
    'one tensor twice',
    ({ state }) => {
      const a = tf.neg(state['a'] as tf.Tensor);
      return { state: { a, b: a }, diagnostics: {} };
    },
    [-1, -2],
    [-1, -2],
  ],
  ['an input', ({ batch }) => ({ state: { b: batch['x'] as tf.Tensor }, diagnostics: {} }), [1, 2], [3, 4]],
  [
    'a reshaped input',
    ({ batch }) => ({ state: { b: tf.reshape(tf.reshape(batch['x'] as tf.Tensor, [2, 1]), [2]) }, diagnostics: {} }),
    [1, 2],
    [3, 4],
  ],
])('takes as new entries of the state %s', async (_, fn, a, b) => {
  const engine = await engineHolding();
  const inputs = given();
  const before = tf.memory();
  const ready = await engine.compile(program(fn));
  await ready.run(inputs);
  inputs.batch.x.fill(99); // a caller fills its arrays anew for the next run
  expect(await engine.readState()).toEqual({ a: Float32Array.from(a), b: Float32Array.from(b) });
  await ready.run(given());
  await ready.run(given());
  expect(tf.memory().numTensors).toBe(before.numTensors);
  await engine.dispose();
  expect(tf.memory().numTensors).toBe(before.numTensors - 2);
});

it.each<[string, ProgramDeclaration['fn'], RegExp]>([
  [
    'throws',
    ({ state }) => {
      tf.neg(state['a'] as tf.Tensor);
      throw new Error('no luck');
    },
    /no luck/,
  ],
  [
    'returns an unknown entry',
    ({ state }) => ({ state: { a: tf.neg(state['a'] as tf.Tensor), c: state['a'] as tf.Tensor }, diagnostics: {} }),
    /test returns state c as float32 of shape \[2\], but the state holds no such entry/,
  ],
  [
    'returns another shape',
    ({ state }) => ({ state: { a: tf.sum(state['a'] as tf.Tensor) }, diagnostics: {} }),
    /returns state a as float32 of shape \[\], but the state holds float32 of shape \[2\]/,
  ],
  [
    'returns another type',
    ({ state }) => ({ state: { a: tf.cast(state['a'] as tf.Tensor, 'int32') }, diagnostics: {} }),
    /returns state a as int32 of shape \[2\]/,
  ],
])('keeps its state and no other tensor when a program %s', async (_, fn, message) => {
  const engine = await engineHolding();
  const before = tf.memory();
  const ready = await engine.compile(program(fn));
  await expect(ready.run(given())).rejects.toThrow(message);
  expect(await engine.readState()).toEqual({ a: Float32Array.of(1, 2), b: Float32Array.of(5, 6) });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  await engine.dispose();
});

it('holds nothing more after many written states', async () => {
  const engine = await engineHolding();
  const before = tf.memory();
  for (let k = 0; k < 10; k += 1) await engine.writeState({ a: Float32Array.of(k, k), b: Float32Array.of(k, k) });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  expect(tf.memory().numBytes).toBe(before.numBytes);
  await engine.dispose();
});
