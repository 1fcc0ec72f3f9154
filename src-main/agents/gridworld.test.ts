// VIREL's deterministic limit on the gridworld of Sutton and Barto, Reinforcement Learning, example 3.5 (second edition; 5 × 5,
// γ = 0.9, off the grid −1, from A to A′ +10, from B to B′ +5): the temperature of a softmax policy is the
// residual of its own action values, by the product's own functions, and as it vanishes the policy becomes the greedy one
// and its values the optimal ones. First the model is held against the book's figures 3.2 and 3.5, here with four digits more.
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedTensors } from '../engine/program.ts';
import { initialResidual, type ResidualRule, residualTemperature, takeEstimate } from './parts/residual.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

const gamma = 0.9;
const size = 5;
/** North, south, east, west. */
const moves = [
  [-1, 0],
  [1, 0],
  [0, 1],
  [0, -1],
] as const;
/** Reward and next state of each of the 25 · 4 state-action pairs, states row by row. */
const model = Array.from({ length: size * size }, (_, s) =>
  moves.map(([down, right]) => {
    const [row, column] = [Math.floor(s / size), s % size];
    if (row === 0 && column === 1) return { reward: 10, next: 4 * size + 1 };
    if (row === 0 && column === 3) return { reward: 5, next: 2 * size + 3 };
    const [toRow, toColumn] = [row + down, column + right];
    const isInside = toRow >= 0 && toRow < size && toColumn >= 0 && toColumn < size;
    return isInside ? { reward: 0, next: toRow * size + toColumn } : { reward: -1, next: s };
  }),
).flat();

const optimal = [
  21.9775, 24.4194, 21.9775, 19.4194, 17.4775, 19.7797, 21.9775, 19.7797, 17.8018, 16.0216, 17.8018, 19.7797, 17.8018, 16.0216, 14.4194,
  16.0216, 17.8018, 16.0216, 14.4194, 12.9775, 14.4194, 16.0216, 14.4194, 12.9775, 11.6797,
];
const uniformly = [
  3.309, 8.7893, 4.4276, 5.3224, 1.4922, 1.5216, 2.9923, 2.2501, 1.9076, 0.5474, 0.0508, 0.7382, 0.6731, 0.3582, -0.4031, -0.9736, -0.4355,
  -0.3549, -0.5856, -1.1831, -1.8577, -1.3452, -1.2293, -1.4229, -1.9752,
];
/** Rows 0 and 4. */
const soft = {
  '1': [12.1911, 15.0078, 12.2167, 11.8039, 9.3408, 5.004, 5.5642, 5.062, 4.4493, 3.6945],
  '0.1': [20.8959, 23.3717, 20.8959, 18.5077, 16.5183, 13.3754, 14.8574, 13.3754, 11.9951, 10.7327],
};

type Table = number[];
const actionsOf = (q: Table, s: number): number[] => q.slice(4 * s, 4 * s + 4);
const states = Array.from({ length: size * size }, (_, s) => s);
const backup = (v: Table): Table => model.map(({ reward, next }) => reward + gamma * (v[next] as number));
/** p·exp(Q/ε) over the actions of a state, p uniform. */
function softmax(q: number[], temperature: number): number[] {
  const largest = Math.max(...q);
  const weights = q.map((value) => (value === largest ? 1 : Math.exp((value - largest) / temperature)));
  const total = weights.reduce((x, y) => x + y, 0);
  return weights.map((weight) => weight / total);
}
/** Hard values: what the softmax policy gets, without its entropy. */
const valuesOf = (q: Table, temperature: number): Table =>
  states.map((s) =>
    softmax(actionsOf(q, s), temperature).reduce((v, probability, i) => v + probability * (actionsOf(q, s)[i] as number), 0),
  );
const expectTable = (given: Table, golden: Table): void => {
  // The tables are rounded to four decimals.
  for (const [s, value] of golden.entries()) expect(Math.abs((given[s] as number) - value), `state ${s}`).toBeLessThan(6e-5);
};
const iterate = (sweeps: number, step: (v: Table) => Table): Table => {
  let v: Table = states.map(() => 0);
  for (let k = 0; k < sweeps; k += 1) v = step(v);
  return v;
};

describe('the model', () => {
  it('has the random policy’s values', () => {
    expectTable(
      iterate(300, (v) => states.map((s) => actionsOf(backup(v), s).reduce((x, y) => x + y, 0) / 4)),
      uniformly,
    );
  });

  it('has the optimal values', () => {
    expectTable(
      iterate(300, (v) => states.map((s) => Math.max(...actionsOf(backup(v), s)))),
      optimal,
    );
  });

  it.each(['1', '0.1'] as const)('has the soft values under a uniform prior at α = %s', (text) => {
    const alpha = Number(text);
    const softly = (v: Table): Table =>
      states.map((s) => {
        const q = actionsOf(backup(v), s);
        const largest = Math.max(...q);
        return largest + alpha * Math.log(q.reduce((x, value) => x + Math.exp((value - largest) / alpha), 0) / 4);
      });
    const v = iterate(300, softly);
    expectTable([...v.slice(0, 5), ...v.slice(20)], soft[text]);
    if (text === '1')
      for (const [i, probability] of [0.637523, 0.05576, 0.250957, 0.05576].entries())
        expect(softmax(actionsOf(backup(v), 20), 1)[i]).toBeCloseTo(probability, 5);
  });
});

/** Policy evaluation of the softmax policy, one sweep at a time; its temperature by the product's functions over all 100 pairs. */
function run(rule: ResidualRule, scale: number, rate: number, sweeps: number) {
  const controls = { 'residual-scale': tf.scalar(scale), 'temperature-min': tf.scalar(0), 'temperature-max': tf.scalar(1e6) };
  let state: NamedTensors = Object.fromEntries(
    Object.entries(initialResidual()).map(([name, [value]]) => [name, tf.scalar(value as number)]),
  );
  let q: Table = model.map(() => 0);
  const temperatures: number[] = [];
  for (let k = 0; k < sweeps; k += 1) {
    const before = temperatures.at(-1) ?? scale;
    const y = backup(valuesOf(q, before));
    state = tf.tidy(() =>
      takeEstimate(state, [tf.tensor1d(q.map((value, i) => value - (y[i] as number)))], tf.tensor1d(q), tf.scalar(rate)),
    );
    temperatures.push(tf.tidy(() => residualTemperature(rule, state, controls)).dataSync()[0] as number);
    q = backup(valuesOf(q, temperatures.at(-1) as number));
  }
  return { q, temperatures };
}

describe('as the residual vanishes', () => {
  it.each([
    ['squared', 0.004, 1],
    ['squared', 0.1, 1],
    ['squared', 0.5, 1],
    ['squared', 0.004, 0.05],
    ['squared', 3, 0.05],
    ['rms', 0.1, 1],
    ['absolute', 1, 1],
    ['scale-free', 1, 1],
  ] as const)('the policy is greedy and its values are v*: rule %s, c %f, share %f', (rule, scale, rate) => {
    const { q, temperatures } = run(rule, scale, rate, 600);
    // It began soft …
    expect(Math.max(...temperatures)).toBeGreaterThan(1e-3);
    // … and hardened.
    const last = temperatures.at(-1) as number;
    expect(last).toBeLessThan(1e-6);
    const v = valuesOf(q, last);
    for (const s of states) {
      expect(Math.abs((v[s] as number) - (optimal[s] as number)), `state ${s}`).toBeLessThan(1e-4);
      // Of optimal actions there may be several; the others have none of the policy.
      const values = actionsOf(backup(optimal), s);
      const best = Math.max(...values);
      const share = softmax(actionsOf(q, s), last).reduce(
        (total, probability, i) => total + ((values[i] as number) > best - 1e-3 ? probability : 0),
        0,
      );
      expect(share, `state ${s}`).toBeGreaterThan(1 - 1e-6);
    }
  });

  it('it does not where c is so large that each change of temperature makes the next residual; a running mean damps that', () => {
    const tail = (rate: number): number[] => run('squared', 1, rate, 600).temperatures.slice(-50);
    expect(Math.min(...tail(1))).toBeGreaterThan(1);
    expect(Math.max(...tail(0.05))).toBeLessThan(1e-6);
  });

  it('a fixed temperature, for comparison, is neither: at ε = 1 the values stay below v*', () => {
    let q: Table = model.map(() => 0);
    for (let k = 0; k < 600; k += 1) q = backup(valuesOf(q, 1));
    const v = valuesOf(q, 1);
    expect(Math.min(...states.map((s) => (optimal[s] as number) - (v[s] as number)))).toBeGreaterThan(0.1);
  });
});
