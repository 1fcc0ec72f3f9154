// Products with a gradient through max(x, 0): the kernels against sums in double precision, and which products of a program they are.
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { CpuEngine } from '../devices/cpu.ts';
import { planProgram } from '../devices/cpu-plan.ts';
import { ReferenceEngine } from '../devices/reference.ts';
import { NonFiniteError } from '../non-finite.ts';
import type { NamedArrays, NamedTensors, ProgramDeclaration } from '../program.ts';
import { trace } from '../tracing/trace.ts';
import { assemble, instantiate } from './assembler.ts';
import { scratchEntries, type StepProduct } from './step-layout.ts';
import { stepProductFunction } from './step-products.ts';

/** Which rows' u is zero. */
type Zeros = 'none' | 'some' | 'all';

interface Matrix {
  rows: number;
  columns: number;
  data: Float32Array;
}
const matrix = (rows: number, columns: number, seed: number): Matrix => {
  const data = new Float32Array(rows * columns);
  createStream(seed, 'numbers').fillNormal(data);
  return { rows, columns, data };
};
const at = ({ columns, data }: Matrix, row: number, column: number): number => data[row * columns + column] as number;

function operandsOf({ of, rows, units, columns }: StepProduct, zeros: Zeros): Matrix[] {
  const u = matrix(rows, 1, 2);
  u.data.forEach((_, row) => (zeros === 'all' || (zeros === 'some' && row % 3 !== 1) ? (u.data[row] = 0) : null));
  const other = of === 'input' ? matrix(columns, units, 4) : matrix(rows, columns, 4);
  return [matrix(rows, units, 1), u, matrix(1, units, 3), other, matrix(rows, columns, 5)];
}

/** Each entry, and the sum of the magnitudes that were added up for it. */
function expected(
  { of, rows, units, columns, isMasked }: StepProduct,
  [y, u, v, other, mask]: Matrix[],
): { value: number; scale: number }[] {
  const [Y, U, V, O, M] = [y, u, v, other, mask] as [Matrix, Matrix, Matrix, Matrix, Matrix];
  const gradient = (b: number, j: number): number => (at(Y, b, j) > 0 ? at(U, b, 0) * at(V, 0, j) : 0);
  const entry = (count: number, term: (k: number) => number): { value: number; scale: number } => {
    let [value, scale] = [0, 0];
    for (let k = 0; k < count; k += 1) {
      const one = term(k);
      value += one;
      scale += Math.abs(one);
    }
    return { value, scale };
  };
  const each = <T>(m: number, n: number, fn: (i: number, j: number) => T): T[] =>
    Array.from({ length: m * n }, (_, k) => fn(Math.floor(k / n), k % n));
  if (of === 'bias') return each(1, units, (_, j) => entry(rows, (b) => gradient(b, j)));
  if (of === 'weight') return each(columns, units, (i, j) => entry(rows, (b) => at(O, b, i) * gradient(b, j)));
  return each(rows, columns, (b, i) =>
    isMasked && !(at(M, b, i) > 0) ? { value: 0, scale: 0 } : entry(units, (j) => gradient(b, j) * at(O, i, j)),
  );
}

/** @param memories which of two memories each operand is in */
function compute(product: StepProduct, operands: readonly Matrix[], memories: readonly number[], size: number): Float32Array {
  const two = [0, 1].map(() => new WebAssembly.Memory({ initial: 64 })) as [WebAssembly.Memory, WebAssembly.Memory];
  const free = [64, 64];
  const tensors = [
    ...operands.map(({ data }) => data),
    new Float32Array(size).fill(7),
    new Float32Array(scratchEntries(product)).fill(NaN),
  ].map((data, i) => {
    const memory = memories[i] as number;
    const place = free[memory] as number;
    // What lies between the tensors stays as it is.
    const whole = new Float32Array((two[memory] as WebAssembly.Memory).buffer, place, data.length + 16).fill(3);
    whole.set(data);
    free[memory] = place + 4 * (data.length + 16);
    return { place, whole, length: data.length };
  });
  const run = instantiate(assemble([stepProductFunction(product, memories)], two), two)['f0'] as (...places: number[]) => void;
  for (let time = 0; time < 2; time += 1) run(...tensors.map(({ place }) => place));
  for (const { whole, length } of tensors) expect(new Set(whole.subarray(length))).toEqual(new Set([3]));
  return (tensors.at(-2) as (typeof tensors)[number]).whole.slice(0, size);
}

describe('a step product', () => {
  const sizes: [number, number, number][] = [
    [64, 64, 64],
    [256, 256, 256],
    [100, 300, 68],
    [68, 132, 76],
    [4, 4, 4],
    [260, 8, 20],
    [8, 260, 36],
    [65, 68, 68],
  ];
  it.each(
    sizes.flatMap(([rows, units, columns]) => [
      ...(['none', 'some', 'all'] as const).flatMap((zeros) =>
        [false, true].map((isMasked) => ({ of: 'input' as const, rows, units, columns, isMasked, zeros })),
      ),
      ...(rows % 4 === 0 ? [{ of: 'weight' as const, rows, units, columns, isMasked: false, zeros: 'some' as const }] : []),
      { of: 'bias' as const, rows, units, columns: 0, isMasked: false, zeros: 'some' as const },
    ]),
  )('$of, $rows × $units, $columns columns, zero rows: $zeros, masked: $isMasked', ({ zeros, ...product }) => {
    const operands = operandsOf(product, zeros);
    const whole = expected(product, operands);
    for (const memories of [
      [1, 1, 0, 0, 1, 1, 1],
      [0, 0, 1, 1, 0, 0, 1],
    ]) {
      const found = compute(product, operands, memories, whole.length);
      const wrong = whole.flatMap(({ value, scale }, k) =>
        Math.abs(value - (found[k] as number)) <= 2e-6 * scale ? [] : [{ k, value, found: found[k] }],
      );
      expect(wrong).toEqual([]);
    }
  });

  it('has scratch of whole entries', () => {
    expect(scratchEntries({ of: 'input', rows: 65, units: 68, columns: 68, isMasked: false }) % 1).toBe(0);
  });

  it('of a row whose u is not finite is not finite', () => {
    const product: StepProduct = { of: 'input', rows: 8, units: 8, columns: 8, isMasked: false };
    const operands = operandsOf(product, 'none');
    (operands[1] as Matrix).data[3] = NaN;
    const found = compute(product, operands, [1, 1, 1, 1, 1, 1, 1], 64);
    expect([...found.keys()].filter((k) => !Number.isFinite(found[k]))).toEqual([24, 25, 26, 27, 28, 29, 30, 31]);
  });
});

const [rows, units] = [64, 68];
const shapes = {
  'a-1': [5, units],
  'a-2': [units, units],
  'a-3': [units, 1],
  'b-1': [5, units],
  'b-2': [units, units],
  'b-3': [units, 1],
  bias: [units],
};
const named = (tensors: NamedTensors, name: string): tf.Tensor2D => tensors[name] as tf.Tensor2D;

/** d mean(min(A(x), B(x) + shift)) / dx, as an actor's loss has it, and with respect to a weight and a bias on the way. */
const throughMinimum = (width = units): ProgramDeclaration => ({
  name: 'through a minimum',
  signature: { batch: { x: [rows, 5] }, noise: {}, controls: { shift: [] } },
  fn: ({ state, batch, controls }) => {
    const network = (name: string, x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor): tf.Tensor =>
      tf
        .relu(
          tf
            .relu(x.matMul(named(state, `${name}-1`)))
            .matMul(weight)
            .add(bias),
        )
        .matMul(named(state, `${name}-3`))
        .squeeze([1]);
    const loss = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Scalar => {
      const [a, b] = [
        network('a', x as tf.Tensor2D, weight as tf.Tensor2D, bias),
        network('b', x as tf.Tensor2D, named(state, 'b-2'), bias).add(controls['shift'] as tf.Tensor),
      ];
      return tf.minimum(a, b).mean() as tf.Scalar;
    };
    const { value, grads } = tf.valueAndGrads(loss as never)([named(batch, 'x'), named(state, 'a-2'), named(state, 'bias')]);
    const [x, weight, bias] = grads as [tf.Tensor, tf.Tensor, tf.Tensor];
    expect(weight.shape).toEqual([width, width]);
    return { state: { 'a-2': named(state, 'a-2').sub(weight), bias: named(state, 'bias').sub(bias) }, diagnostics: { value, x } };
  },
});

function drawn(of: Readonly<Record<string, readonly number[]>>, seed: number): NamedArrays {
  return Object.fromEntries(
    Object.entries(of).map(([name, shape], i) => [
      name,
      matrix(
        1,
        shape.reduce((a, b) => a * b, 1),
        seed + i,
      ).data,
    ]),
  );
}

describe('a program', () => {
  const kindsOf = async (program: ProgramDeclaration, of: typeof shapes): Promise<string[]> =>
    planProgram(await trace(program, of))
      .stages.flatMap(({ loops }) => loops)
      .flatMap(({ nodes }) =>
        nodes.flatMap(({ computation }) =>
          computation.kind === 'step product' ? [`${computation.product.of}${computation.product.isMasked ? ' and below' : ''}`] : [],
        ),
      );

  it('has them where a critic’s gradient passes its last hidden layer', async () => {
    expect((await kindsOf(throughMinimum(), shapes)).sort()).toEqual(['bias', 'bias', 'input and below', 'input and below', 'weight']);
  });

  it('has none of extents that the kernels do not take', async () => {
    const narrow = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, shape.map((extent) => (extent === units ? 66 : extent))]),
    ) as typeof shapes;
    expect(await kindsOf(throughMinimum(66), narrow)).toEqual([]);
  });

  // A shift of ±1e9 gives every row to one of the two; 0 parts them.
  it.each([
    [0, 1],
    [0, 2],
    [1e9, 3],
    [-1e9, 4],
  ])('computes what the eager program does (shift %d)', async (shift, seed) => {
    const [state, batch] = [drawn(shapes, seed), drawn({ x: [rows, 5] }, seed + 100)];
    const results: NamedArrays[] = [];
    for (const engine of [new ReferenceEngine(shapes), new CpuEngine(shapes, 1)]) {
      await engine.writeState(state);
      const compiled = await engine.compile(throughMinimum());
      const diagnostics = await compiled.run({ batch, noise: {}, controls: { shift: Float32Array.of(shift) } });
      const next = await engine.readState();
      results.push(
        Object.fromEntries([...Object.entries(diagnostics), ...Object.entries(next)].map(([name, array]) => [name, array.slice()])),
      );
      await engine.dispose();
    }
    const [eager, compiled] = results as [NamedArrays, NamedArrays];
    for (const [name, array] of Object.entries(eager)) {
      const other = compiled[name] as Float32Array;
      expect(other.length, name).toBe(array.length);
      array.forEach((value, i) =>
        expect(Math.abs(value - (other[i] as number)), `${name}[${i}]`).toBeLessThanOrEqual(1e-5 * Math.abs(value) + 1e-5),
      );
      expect(
        array.some((value) => value !== 0),
        name,
      ).toBe(true);
    }
  });

  it('leaves the state as it was where neither of two values is the smaller', async () => {
    const engine = new CpuEngine(shapes, 1);
    const state = drawn(shapes, 6);
    await engine.writeState(state);
    const compiled = await engine.compile(throughMinimum());
    await expect(
      compiled.run({ batch: drawn({ x: [rows, 5] }, 106), noise: {}, controls: { shift: Float32Array.of(NaN) } }),
    ).rejects.toThrow(NonFiniteError);
    expect(await engine.readState()).toEqual(state);
    await engine.dispose();
  });
});
