// Random small programs over a state: products with and without biases, elementwise work, sums, slices and gradient steps.
// What devices rewrite, fuse or drop must not show in their results.
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import type { NamedShapes, NamedTensors, ProgramDeclaration, ProgramInputs } from '../../program.ts';
import { normal, tensorOf } from './arbitraries.ts';

/** Large enough for what is done to large tensors alone; each shape twice, for states to change places. */
export const stateShapes: NamedShapes = { weights: [12, 8], former: [12, 8], square: [8, 8], bias: [8], mean: [8], rate: [] };
const signature = { batch: { rows: [16, 12], targets: [16, 8] }, noise: { noise: [16, 8] }, controls: { gain: [] } };

interface Step {
  op: number;
  left: number;
  right: number;
}

export interface RandomProgram {
  declaration: ProgramDeclaration;
  state: Record<string, Float32Array>;
  given: { batch: Record<string, Float32Array>; noise: Record<string, Float32Array>; controls: Record<string, Float32Array> };
}

/** What a step adds to the tensors that there are; null where the shapes do not fit. */
type Op = (left: tf.Tensor, right: tf.Tensor, turn: number) => readonly tf.Tensor[] | null;
const isMatrix = (x: tf.Tensor): boolean => x.rank === 2;
const broadcasts = (a: tf.Tensor, b: tf.Tensor): boolean =>
  Array.from({ length: Math.min(a.rank, b.rank) }, (_, i) => [a.shape.at(-1 - i), b.shape.at(-1 - i)]).every(
    ([m, n]) => m === n || m === 1 || n === 1,
  );
const pairwise =
  (fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): Op =>
  (a, b) =>
    broadcasts(a, b) ? [fn(a, b)] : null;
const unary =
  (fn: (x: tf.Tensor) => tf.Tensor, fits = (_: tf.Tensor): boolean => true): Op =>
  (a) =>
    fits(a) ? [fn(a)] : null;

const transpositions = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;
/** The product under the first transposition that fits, from a given one on. */
function product(a: tf.Tensor, b: tf.Tensor, turn: number): tf.Tensor | null {
  if (!isMatrix(a) || !isMatrix(b)) return null;
  for (const [i] of transpositions.entries()) {
    const [flipA, flipB] = transpositions[(turn + i) % 4] as readonly [boolean, boolean];
    if (a.shape[flipA ? 0 : 1] === b.shape[flipB ? 1 : 0]) return tf.matMul(a, b, flipA, flipB);
  }
  return null;
}
/** One number a column, which hangs on another tensor. */
const biasOf = (made: tf.Tensor, from: tf.Tensor): tf.Tensor =>
  tf.tensor(Float32Array.from({ length: made.shape[1] as number }, (_, i) => (i % 5) / 4 - 0.5)).mul(from.mean());
/** A product and what is made of it; at odd turns the product itself may be read again. */
const joined =
  (join: (made: tf.Tensor, bias: tf.Tensor) => tf.Tensor): Op =>
  (a, b, turn) => {
    const made = product(a, b, turn);
    return made && [...(turn % 2 === 1 ? [made] : []), join(made, biasOf(made, a))];
  };
/** Some of the columns. */
const columnsOf = (made: tf.Tensor): tf.Tensor => {
  const columns = made.shape[1] as number;
  return made.slice([0, columns > 2 ? 1 : 0], [-1, Math.ceil(columns / 2)]);
};

const ops: readonly Op[] = [
  joined((made, bias) => made.add(bias)),
  joined((made, bias) => bias.add(made).relu()),
  joined((made, bias) => made.add(bias.expandDims(0)).mul(made.sigmoid())),
  joined((made) => made.relu()),
  joined(columnsOf),
  // One row, and something larger added to it.
  (a, b, turn) => {
    const made = isMatrix(a) ? product(a.mean(0, true), b, turn) : null;
    return made && [broadcasts(made, b) ? made.add(b) : made];
  },
  pairwise((a, b) => a.add(b)),
  pairwise((a, b) => a.sub(b)),
  pairwise((a, b) => a.mul(b).mul(0.5)),
  pairwise((a, b) => a.div(b.abs().add(1))),
  (a, b) => (a.shape.join() === b.shape.join() ? [tf.minimum(a, b)] : null),
  unary((a) => a.tanh()),
  unary((a) => a.relu()),
  unary((a) => a.neg()),
  unary((a) => a.abs().add(0.1).sqrt()),
  unary((a) => a.square().mul(0.25)),
  unary((a) => a.step()),
  unary((a) => a.sum(0).mul(0.25), isMatrix),
  unary((a) => a.sum(0, true), isMatrix),
  unary((a) => a.mean(1, true), isMatrix),
  unary((a) => a.transpose(), isMatrix),
];

/** All tensors that the steps come by, given ones first. Where shapes do not fit, the next right one that does is taken. */
function run(steps: readonly Step[], given: ProgramInputs): tf.Tensor[] {
  const pool = Object.values({ ...given.batch, ...given.state, ...given.noise, ...given.controls });
  for (const { op, left, right } of steps) {
    const a = pool[left % pool.length] as tf.Tensor;
    const candidates = pool.map((_, k) => pool[(right + k) % pool.length] as tf.Tensor);
    const made = candidates.reduce<readonly tf.Tensor[] | null>((found, b) => found ?? (ops[op] as Op)(a, b, right), null);
    pool.push(...(made ?? [a.mul(0.5)]));
  }
  return pool;
}

/** Adam's shape of update, without its memory: what devices fuse. */
const stepped = (value: tf.Tensor, gradient: tf.Tensor, rate: tf.Tensor): tf.Tensor =>
  value.sub(gradient.mul(rate.abs()).div(gradient.square().sqrt().add(0.5)));

const step: fc.Arbitrary<Step> = fc.record({ op: fc.nat(ops.length - 1), left: fc.nat(40), right: fc.nat(40) });

/** Programs that change some of the state: by a gradient step, to something computed, or to another entry. */
export const randomProgram: fc.Arbitrary<RandomProgram> = fc
  .record({
    steps: fc.array(step, { minLength: 1, maxLength: 14, size: 'max' }),
    learns: fc.boolean(),
    /** For each entry of the state: which of the tensors of its shape it becomes. */
    next: fc.array(fc.nat(30), { minLength: Object.keys(stateShapes).length, maxLength: Object.keys(stateShapes).length }),
    shown: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
  })
  .chain(({ steps, learns, next, shown }) => {
    const declaration: ProgramDeclaration = {
      name: 'random',
      signature,
      fn: (given) => {
        const names = Object.keys(stateShapes);
        const pool = run(steps, given);
        const state: NamedTensors = {};
        if (learns) {
          const loss = (...values: tf.Tensor[]): tf.Scalar => {
            const made = run(steps, { ...given, state: Object.fromEntries(names.map((name, i) => [name, values[i] as tf.Tensor])) });
            // The last term gives every entry a gradient.
            return tf.addN([
              ...made.slice(-3).map((tensor) => tensor.square().mean()),
              ...values.map((value) => value.mul(0.1).sum()),
            ]) as tf.Scalar;
          };
          const { grads } = tf.valueAndGrads(loss)(names.map((name) => given.state[name] as tf.Tensor));
          for (const [i, name] of names.entries())
            state[name] = stepped(given.state[name] as tf.Tensor, grads[i] as tf.Tensor, given.controls['gain'] as tf.Tensor);
        } else {
          for (const [i, name] of names.entries()) {
            const fitting = pool.filter(({ shape }) => shape.join() === stateShapes[name]?.join());
            const chosen = fitting[(next[i] as number) % (fitting.length + 1)];
            if (chosen) state[name] = chosen;
          }
        }
        return { state, diagnostics: Object.fromEntries(shown.map((k, i) => [`shown ${i}`, pool[k % pool.length] as tf.Tensor])) };
      },
    };
    const draw = (shapes: NamedShapes): fc.Arbitrary<Record<string, Float32Array>> =>
      fc
        .tuple(
          ...Object.values(shapes).map((shape) =>
            tensorOf(shape, normal).map(({ values }) => Float32Array.from(values, (value) => value / 2)),
          ),
        )
        .map((arrays) => Object.fromEntries(Object.keys(shapes).map((name, i) => [name, arrays[i] as Float32Array])));
    return fc
      .record({ state: draw(stateShapes), batch: draw(signature.batch), noise: draw(signature.noise), controls: draw(signature.controls) })
      .map(({ state, ...given }) => {
        const described = { steps: steps.map(({ op, left, right }) => `${op} ${left} ${right}`), learns, next, shown };
        return Object.defineProperty({ declaration, state, given }, fc.toStringMethod, { value: () => JSON.stringify(described) });
      });
  });
