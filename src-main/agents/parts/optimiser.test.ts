import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NamedTensors } from '../../engine/program.ts';
import { adamForms } from './adam-forms.ts';
import { Adam, at, polyak } from './optimiser.ts';

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
});

describe('Adam', () => {
  it.each(adamForms)('follows algorithm 1 of Kingma & Ba, with ε in the form %s', (form) => {
    const adam = new Adam('w', { w: [2] }, form);
    let state: NamedTensors = {
      w: tf.tensor1d([1, -2]),
      ...Object.fromEntries(
        Object.entries(adam.initialState()).map(([name, array]) => [name, tf.tensor(array, [...(adam.stateShapes[name] as number[])])]),
      ),
    };
    const theta = [1, -2];
    const [m, v] = [
      [0, 0],
      [0, 0],
    ];
    const eta = 3e-4;
    for (let t = 1; t <= 50; t += 1) {
      const g = [Math.sin(t) * 0.3, 1e-6 * Math.cos(3 * t)];
      state = { ...state, ...adam.step(state, { w: tf.tensor1d(g) }, tf.scalar(eta)) };
      for (const i of [0, 1]) {
        m[i] = 0.9 * (m[i] as number) + 0.1 * (g[i] as number);
        v[i] = 0.999 * (v[i] as number) + 0.001 * (g[i] as number) ** 2;
        const corrected = [(m[i] as number) / (1 - 0.9 ** t), (v[i] as number) / (1 - 0.999 ** t)] as const;
        // Added before the correction, ε is divided by √(1 − β₂ᵗ) as well.
        const added = form === 'plain' ? 1e-8 : 1e-8 / Math.sqrt(1 - 0.999 ** t);
        theta[i] = (theta[i] as number) - (eta * corrected[0]) / (Math.sqrt(corrected[1]) + added);
      }
    }
    const given = at(state, 'w').dataSync();
    // 50 additions in single precision around 1 and 2: 50 · 2⁻²⁴ · 2 each.
    expect(Math.abs((given[0] as number) - (theta[0] as number))).toBeLessThan(6e-6);
    expect(Math.abs((given[1] as number) - (theta[1] as number))).toBeLessThan(6e-6);
  });

  it('takes a first step of the size of the learning rate', () => {
    const adam = new Adam('w', { w: [] }, 'plain');
    const state: NamedTensors = {
      w: tf.scalar(0),
      'adam/first/w': tf.scalar(0),
      'adam/second/w': tf.scalar(0),
      'adam/beta1-power/w': tf.scalar(1),
      'adam/beta2-power/w': tf.scalar(1),
    };
    expect(at(adam.step(state, { w: tf.scalar(123) }, tf.scalar(0.01)), 'w').dataSync()[0]).toBeCloseTo(-0.01, 6);
  });
});

it('its forms differ where gradients are near ε, and less with every step', () => {
  const move = (form: 'plain' | 'before-correction', g: number, t: number): number => {
    const adam = new Adam('w', { w: [] }, form);
    // A constant gradient: both moments are g and g² once they are corrected.
    const state: NamedTensors = {
      w: tf.scalar(0),
      'adam/first/w': tf.scalar(g * (1 - 0.9 ** (t - 1))),
      'adam/second/w': tf.scalar(g * g * (1 - 0.999 ** (t - 1))),
      'adam/beta1-power/w': tf.scalar(0.9 ** (t - 1)),
      'adam/beta2-power/w': tf.scalar(0.999 ** (t - 1)),
    };
    return at(adam.step(state, { w: tf.scalar(g) }, tf.scalar(1)), 'w').dataSync()[0] as number;
  };
  // −g / (g + ε) and −g / (g + ε/√(1 − β₂ᵗ)).
  expect(move('plain', 1e-7, 1)).toBeCloseTo(-1 / 1.1, 4);
  expect(move('before-correction', 1e-7, 1)).toBeCloseTo(-1 / (1 + 0.1 / Math.sqrt(1e-3)), 4);
  expect(move('before-correction', 1e-7, 1000)).toBeCloseTo(-1 / (1 + 0.1 / Math.sqrt(1 - 0.999 ** 1000)), 3);
  expect(move('before-correction', 1e-2, 1)).toBeCloseTo(move('plain', 1e-2, 1), 4);
});

describe('polyak', () => {
  it('moves the target by τ of the difference', () => {
    const moved = polyak({ w: tf.tensor1d([1, 3]) }, { 'target/w': tf.tensor1d([0, 1]) }, tf.scalar(0.25), (name) => `target/${name}`);
    expect([...at(moved, 'target/w').dataSync()]).toEqual([0.25, 1.5]);
  });
});

it('at names the entry that is missing', () => {
  expect(() => at({}, 'actor/layer-0/weight')).toThrow('there is no entry actor/layer-0/weight');
});
