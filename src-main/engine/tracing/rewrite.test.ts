// Rewriting for the processor: the nodes that it puts in other words, and the same numbers.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { NativeSession, NativeTensor } from '../native/session.ts';
import { finishGraph } from '../onnx/export.ts';
import { writeOnnx } from '../onnx/model.ts';
import type { NamedTensors, ProgramDeclaration } from '../program.ts';
import { rewriteForProcessor } from './rewrite.ts';
import { trace, type Trace } from './trace.ts';

const at = (tensors: NamedTensors, name: string): tf.Tensor2D => tensors[name] as tf.Tensor2D;

/** The gradient of a small network of two heads with respect to its weights and to some columns of its input. */
const network: ProgramDeclaration = {
  name: 'network',
  signature: { batch: { x: [16, 5], extra: [16, 3] }, noise: {}, controls: {} },
  fn: ({ state, batch }) => {
    const loss = (w1: tf.Tensor, b1: tf.Tensor, w2: tf.Tensor, v1: tf.Tensor, extra: tf.Tensor): tf.Scalar => {
      const input = tf.concat([at(batch, 'x'), extra as tf.Tensor2D], 1);
      const first = tf.relu(tf.matMul(input, w1 as tf.Tensor2D).add(b1)).matMul(w2 as tf.Tensor2D);
      const second = tf.relu(tf.matMul(input, v1 as tf.Tensor2D).add(b1)).matMul(w2 as tf.Tensor2D);
      return tf.minimum(first, second).square().mean() as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss as never)([
      at(state, 'w1'),
      at(state, 'b1'),
      at(state, 'w2'),
      at(state, 'v1'),
      at(batch, 'extra'),
    ]);
    return { state: {}, diagnostics: { value, ...Object.fromEntries(grads.map((gradient, i) => [`gradient-${i}`, gradient])) } };
  },
};
const shapes = { w1: [8, 12], b1: [12], w2: [12, 1], v1: [8, 12] };

function evaluate(traced: Trace, seed: number): Record<string, Float32Array> {
  const { nodes, inputs } = finishGraph(traced);
  const file = writeOnnx({ name: 'rewritten', nodes, inputs, weights: new Map(), outputs: traced.results });
  const session = new NativeSession(file, 1, { inputs: [...inputs.keys()], outputs: [...traced.results.keys()] });
  const given = [...inputs]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, { shape }], i) => {
      const tensor = new NativeTensor(shape);
      createStream(seed + i, 'numbers').fillNormal(tensor.data);
      return [name, tensor] as const;
    });
  const outputs = [...traced.results].map(([name, { shape }]) => [name, new NativeTensor(shape)] as const);
  const byName = new Map(given);
  session.run({ inputs: [...inputs.keys()].map((name) => byName.get(name) as NativeTensor), outputs: outputs.map(([, tensor]) => tensor) });
  session.release();
  return Object.fromEntries(outputs.map(([name, { data }]) => [name, data]));
}
const countOf = (traced: Trace, op: string): number => finishGraph(traced).nodes.filter((node) => node.op === op).length;

describe('rewriteForProcessor', () => {
  it.each([1, 2, 3])('gives the same numbers (seed %d)', async (seed) => {
    const traced = await trace(network, shapes);
    const [before, after] = [evaluate(traced, seed), evaluate(rewriteForProcessor(traced), seed)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [name, array] of Object.entries(before)) {
      expect(
        array.some((value) => value !== 0),
        name,
      ).toBe(true);
      const other = after[name] as Float32Array;
      expect(other.length).toBe(array.length);
      array.forEach((value, i) =>
        expect(Math.abs(value - (other[i] as number)), `${name}[${i}]`).toBeLessThanOrEqual(1e-5 * Math.abs(value) + 1e-6),
      );
    }
  });

  it('takes steps of ReLU’s gradient in one pass, and computes only the columns that are read', async () => {
    const traced = await trace(network, shapes);
    const rewritten = rewriteForProcessor(traced);
    expect([countOf(traced, 'HardSigmoid'), countOf(rewritten, 'HardSigmoid')]).toEqual([0, 2]);
    const ofMinimum = 2;
    expect([countOf(traced, 'Cast'), countOf(rewritten, 'Cast')]).toEqual([2 + ofMinimum, ofMinimum]);
    const widths = (of: Trace): (number | undefined)[] =>
      finishGraph(of)
        .nodes.filter(({ op, attributes }) => op === 'Gemm' && attributes['transB'] === 1)
        .map(({ outputs: [output] }) => output?.shape[1]);
    expect(widths(traced)).toContain(8);
    expect(widths(rewritten)).not.toContain(8);
    expect(widths(rewritten).filter((width) => width === 3)).toHaveLength(2);
  });

  it('leaves a step alone whose bound is not 0', async () => {
    const program: ProgramDeclaration = {
      name: 'steps',
      signature: { batch: { x: [4, 3] }, noise: {}, controls: {} },
      fn: ({ batch }) => ({ state: {}, diagnostics: { high: tf.cast(tf.greater(at(batch, 'x'), 0.5), 'float32') } }),
    };
    expect(countOf(rewriteForProcessor(await trace(program, {})), 'HardSigmoid')).toBe(0);
  });

  it('takes a step at every normal number as the comparison does', async () => {
    const program: ProgramDeclaration = {
      name: 'step',
      signature: { batch: { x: [1, 9] }, noise: {}, controls: {} },
      fn: ({ batch }) => ({ state: {}, diagnostics: { step: tf.step(at(batch, 'x')) } }),
    };
    const traced = rewriteForProcessor(await trace(program, {}));
    expect(countOf(traced, 'HardSigmoid')).toBe(1);
    const { nodes, inputs } = finishGraph(traced);
    const session = new NativeSession(writeOnnx({ name: 'step', nodes, inputs, weights: new Map(), outputs: traced.results }), 1, {
      inputs: [...inputs.keys()],
      outputs: [...traced.results.keys()],
    });
    const [x, step] = [new NativeTensor([1, 9]), new NativeTensor([1, 9])];
    x.data.set([0, -0, 1.1754943508222875e-38, -1.1754943508222875e-38, 3.4e38, -3.4e38, Infinity, -Infinity, 0.3]);
    session.run({ inputs: [x], outputs: [step] });
    expect([...step.data].map((value) => value + 0)).toEqual([0, 0, 1, 0, 1, 0, 1, 0, 1]);
    session.release();
  });
});
