// Gradients through a minimum of two networks: the same numbers from the rows that belong to each.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { CpuEngine } from '../devices/cpu.ts';
import { ReferenceEngine } from '../devices/reference.ts';
import { finishGraph } from '../onnx/export.ts';
import type { NamedArrays, NamedTensors, ProgramDeclaration } from '../program.ts';
import { computeMaskedRowsOnly } from './masked-rows.ts';
import { rewriteForProcessor } from './rewrite.ts';
import { trace } from './trace.ts';

const [rows, units] = [24, 64];
const at = (tensors: NamedTensors, name: string): tf.Tensor2D => tensors[name] as tf.Tensor2D;
const shapes = { 'a-1': [5, units], 'a-2': [units, units], 'a-3': [units, 1], 'b-1': [5, units], 'b-2': [units, units], 'b-3': [units, 1] };

/** d mean(min(A(x), B(x) + shift)) / dx, as an actor's loss has it, and, where wanted, with respect to a weight on the way. */
const program = (withWeight: boolean): ProgramDeclaration => ({
  name: 'through a minimum',
  signature: { batch: { x: [rows, 5] }, noise: {}, controls: { shift: [] } },
  fn: ({ state, batch, controls }) => {
    const network = (name: string, x: tf.Tensor2D, weight = at(state, `${name}-2`)): tf.Tensor =>
      tf.relu(tf.relu(x.matMul(at(state, `${name}-1`))).matMul(weight)).matMul(at(state, `${name}-3`)).squeeze([1]);
    const loss = (x: tf.Tensor, weight: tf.Tensor): tf.Scalar =>
      tf.minimum(network('a', x as tf.Tensor2D, weight as tf.Tensor2D), network('b', x as tf.Tensor2D).add(controls['shift'] as tf.Tensor)).mean() as tf.Scalar;
    const { value, grads } = tf.valueAndGrads(loss as never)([at(batch, 'x'), at(state, 'a-2')]);
    return { state: {}, diagnostics: { value, gradient: grads[0] as tf.Tensor, ...(withWeight ? { weight: grads[1] as tf.Tensor } : {}) } };
  },
});

function drawn(of: Readonly<Record<string, readonly number[]>>, seed: number): NamedArrays {
  const stream = createStream(seed, 'numbers');
  return Object.fromEntries(Object.entries(of).map(([name, shape]) => {
    const array = new Float32Array(shape.reduce((size, extent) => size * extent, 1));
    stream.fillNormal(array);
    return [name, array];
  }));
}

describe('computeMaskedRowsOnly', () => {
  it('gathers the rows of each network before its wide products', async () => {
    const traced = computeMaskedRowsOnly(rewriteForProcessor(await trace(program(false), shapes)));
    const { nodes } = finishGraph(traced);
    const counted = (op: string): number => nodes.filter((node) => node.op === op).length;
    expect([counted('NonZero'), counted('ScatterND')]).toEqual([2, 2]);
    const products = nodes.filter(({ op, outputs: [output] }) => op === 'Gemm' && output?.shape[0] === -1);
    expect(products.map(({ outputs: [output] }) => output?.shape[1]).sort()).toEqual([5, 5, units, units, units, units]);
  });

  // A shift of ±1e9 gives every row to one of the two; 0 parts them.
  it.each([
    [0, false, 1], [0, false, 2], [1e9, false, 3], [-1e9, false, 4], [0, true, 5], [NaN, false, 6],
  ])('computes what the eager program does (shift %d, gradient of a weight: %s)', async (shift, withWeight, seed) => {
    const [state, batch] = [drawn(shapes, seed), drawn({ x: [rows, 5] }, seed + 100)];
    const results: NamedArrays[] = [];
    for (const engine of [new ReferenceEngine(shapes), new CpuEngine(shapes, 1)]) {
      await engine.writeState(state);
      const compiled = await engine.compile(program(withWeight));
      const diagnostics = await compiled.run({ batch, noise: {}, controls: { shift: Float32Array.of(shift) } });
      results.push(Object.fromEntries(Object.entries(diagnostics).map(([name, array]) => [name, array.slice()])));
      await engine.dispose();
    }
    const [eager, compiled] = results as [NamedArrays, NamedArrays];
    if (Number.isNaN(shift)) {
      expect(compiled['value']?.[0]).toBeNaN();
      return;
    }
    for (const [name, array] of Object.entries(eager)) {
      const other = compiled[name] as Float32Array;
      expect(other.length, name).toBe(array.length);
      array.forEach((value, i) => expect(Math.abs(value - (other[i] as number)), `${name}[${i}]`).toBeLessThanOrEqual(1e-5 * Math.abs(value) + 1e-5));
      expect(array.some((value) => value !== 0), name).toBe(true);
    }
  });
});
