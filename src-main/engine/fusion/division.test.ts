// Stages in parts: what a part reads was made before it, and each value is made.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { planProgram } from '../devices/cpu-plan.ts';
import type { NamedTensors, ProgramDeclaration } from '../program.ts';
import type { Value } from '../tracing/graph.ts';
import { trace } from '../tracing/trace.ts';
import { divide, type Part } from './division.ts';
import { inputsOf } from './stages.ts';

const at = (tensors: NamedTensors, name: string): tf.Tensor2D => tensors[name] as tf.Tensor2D;

/** Two networks on the same batch, their smaller output's gradient, and steps of both. */
const programOf = (size: number): { declaration: ProgramDeclaration; shapes: Record<string, number[]> } => ({
  shapes: { first: [size, size], second: [size, size], third: [size, size], fourth: [size, size] },
  declaration: {
    name: 'two networks',
    signature: { batch: { x: [size, size] }, noise: {}, controls: {} },
    fn: ({ state, batch }) => {
      const net = (x: tf.Tensor2D, a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
        tf.matMul(tf.matMul(x, a as tf.Tensor2D).relu(), b as tf.Tensor2D);
      const names = ['first', 'second', 'third', 'fourth'];
      const { value, grads } = tf.valueAndGrads(
        (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor, d: tf.Tensor) =>
          tf.minimum(net(at(batch, 'x'), a, b), net(at(batch, 'x'), c, d)).sum() as tf.Scalar,
      )(names.map((name) => at(state, name)));
      return {
        state: Object.fromEntries(names.map((name, i) => [name, at(state, name).sub((grads[i] as tf.Tensor).mul(0.1))])),
        diagnostics: { loss: value },
      };
    },
  },
});

async function planOf(size: number) {
  const { declaration, shapes } = programOf(size);
  const { stages, passing, results, inputs } = planProgram(await trace(declaration, shapes));
  const needed = new Set([...passing, ...results.map(({ value }) => value)]);
  return {
    stages,
    inputs: inputs.map(({ value }) => value),
    results: results.map(({ value }) => value),
    isRead: (value: Value) => needed.has(value),
  };
}
const madeBy = ({ nodes, loops }: Part): Value[] => [...nodes, ...loops].flatMap(({ outputs }) => outputs);
const readBy = ({ nodes, loops }: Part): Value[] => [...inputsOf({ nodes }), ...loops.flatMap((loop) => loop.inputs)];

describe('parts', () => {
  it.each([1, 2, 3, 8])('read only what was made in parts that they wait for, on %i lanes', async (lanes) => {
    const { stages, inputs, results, isRead } = await planOf(256);
    const parts = divide(stages, lanes, isRead);
    for (const [i, part] of parts.entries()) {
      expect(part.before).toBeGreaterThanOrEqual(parts[i - 1]?.before ?? 0);
      const waited = new Set([...parts.slice(0, part.before), ...part.needs.map((need) => parts[need] as Part), part]);
      for (const need of part.needs) expect(need).toBeLessThan(i);
      const made = new Set([...inputs, ...[...waited].flatMap(madeBy)]);
      for (const value of readBy(part)) expect(made.has(value), value.origin).toBe(true);
    }
    const all = new Set([...inputs, ...parts.flatMap(madeBy)]);
    for (const value of results) expect(all.has(value)).toBe(true);
    expect(new Set(parts.map(({ lane }) => lane)).size).toBeGreaterThanOrEqual(Math.min(lanes, 4));
  });

  it('are all one lane’s where threads would cost more than they gain', async () => {
    const { stages, isRead } = await planOf(16);
    expect(new Set(divide(stages, 2, isRead).map(({ lane }) => lane))).toEqual(new Set([0]));
  });
});
