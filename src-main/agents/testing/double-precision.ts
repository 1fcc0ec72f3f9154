// The papers' formulas in double precision, written without the agents' code: what tests hold losses and gradients
// against. Networks are evaluated row by row from the same named parameters.
import { expect } from 'vitest';
import type { NamedArrays } from '../../engine/program.ts';

export type Doubles = Record<string, number[]>;

export const toDoubles = (arrays: NamedArrays): Doubles =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, [...array]]));

/** Rows of a row-major array. */
export const rowsOf = (array: Float32Array | undefined, width: number): number[][] => {
  const all = [...(array as Float32Array)];
  return Array.from({ length: all.length / width }, (_, k) => all.slice(k * width, (k + 1) * width));
};

export const sum = (values: readonly number[]): number => values.reduce((x, y) => x + y, 0);
export const mean = (values: readonly number[]): number => sum(values) / values.length;

/** A multilayer perceptron with ReLU between its layers, of one input. */
export function mlp(p: Doubles, name: string, input: readonly number[]): number[] {
  let x = [...input];
  for (let k = 0; p[`${name}/layer-${k}/bias`]; k += 1) {
    const [w, b] = [p[`${name}/layer-${k}/weight`] as number[], p[`${name}/layer-${k}/bias`] as number[]];
    const isLast = !p[`${name}/layer-${k + 1}/bias`];
    x = b.map((bias, j) => {
      const z = x.reduce((total, value, i) => total + value * (w[i * b.length + j] as number), bias);
      return isLast ? z : Math.max(0, z);
    });
  }
  return x;
}

/** `mlp` with the parameters `weights`, whose ReLUs let pass what they let pass of the parameters p at the input `at`. */
export function gatedMlp(p: Doubles, weights: Doubles, name: string, at: readonly number[], input: readonly number[]): number[] {
  let [former, x] = [[...at], [...input]];
  const layer = (q: Doubles, k: number, from: readonly number[]): number[] => {
    const [w, b] = [q[`${name}/layer-${k}/weight`] as number[], q[`${name}/layer-${k}/bias`] as number[]];
    return b.map((bias, j) => from.reduce((total, value, i) => total + value * (w[i * b.length + j] as number), bias));
  };
  for (let k = 0; p[`${name}/layer-${k}/bias`]; k += 1) {
    const isLast = !p[`${name}/layer-${k + 1}/bias`];
    const gate = layer(p, k, former).map((z) => isLast || z > 0);
    former = layer(p, k, former).map((z, j) => (gate[j] ? z : 0));
    x = layer(weights, k, x).map((z, j) => (gate[j] ? z : 0));
  }
  return x;
}

/** Qᵢ(s, a) of the network `name`. */
export const actionValue = (p: Doubles, name: string, s: readonly number[], a: readonly number[]): number =>
  mlp(p, name, [...s, ...a])[0] as number;
/** min(Q₁, Q₂)(s, a); the prefix `target/` takes the targets. */
export const minQ = (p: Doubles, prefix: string, s: readonly number[], a: readonly number[]): number =>
  Math.min(...[1, 2].map((i) => actionValue(p, `${prefix}critic-${i}`, s, a)));

/** Which of the two critics is the smaller at some of these actions: a test in which it is always the same one cannot tell min from it. */
export const smallerCritics = (
  p: Doubles,
  prefix: string,
  states: readonly (readonly number[])[],
  actions: readonly (readonly number[])[],
): number[] =>
  [1, 2].filter((i) =>
    states.some(
      (s, k) =>
        actionValue(p, `${prefix}critic-${i}`, s, actions[k] as number[]) <
        actionValue(p, `${prefix}critic-${3 - i}`, s, actions[k] as number[]),
    ),
  );

/** A diagonal Gaussian before squashing. */
export interface Gaussian {
  mu: number[];
  logSigma: number[];
}

/** log σ onto [−5, 2] affinely in tanh, or clipped to [−20, 2]. */
export const boundsOfLogSigma = {
  affine: (raw: number): number => -5 + 3.5 * (Math.tanh(raw) + 1),
  clip: (raw: number): number => Math.min(2, Math.max(-20, raw)),
};

/** What a policy network gives for one state: first the means, then the raw log σ. */
export function gaussianOf(p: Doubles, name: string, s: readonly number[], bounds: keyof typeof boundsOfLogSigma = 'affine'): Gaussian {
  const out = mlp(p, name, s);
  const a = out.length / 2;
  return { mu: out.slice(0, a), logSigma: out.slice(a).map(boundsOfLogSigma[bounds]) };
}

/** log density of the action tanh(u): Σ log N(u; μ, σ²) − log(1 − tanh²u), with 1 − tanh²u = 1/cosh²u. */
export const logDensity = ({ mu, logSigma }: Gaussian, u: readonly number[]): number =>
  sum(
    u.map((value, j) => {
      const l = logSigma[j] as number;
      return -0.5 * ((value - (mu[j] as number)) / Math.exp(l)) ** 2 - l - 0.5 * Math.log(2 * Math.PI) + 2 * Math.log(Math.cosh(value));
    }),
  );

/** A reparameterised sample a = tanh(u), u = μ + σ ε, and its log density. */
export function squashedSample(gaussian: Gaussian, epsilon: readonly number[]): { action: number[]; u: number[]; logProbability: number } {
  const u = epsilon.map((e, j) => (gaussian.mu[j] as number) + Math.exp(gaussian.logSigma[j] as number) * e);
  return { action: u.map(Math.tanh), u, logProbability: logDensity(gaussian, u) };
}

/** Closed form of KL(p‖q) of two diagonal Gaussians; squashing both leaves it as it is. */
export const klOfGaussians = (p: Gaussian, q: Gaussian): number =>
  sum(
    p.mu.map((mu, j) => {
      const [l, lq] = [p.logSigma[j] as number, q.logSigma[j] as number];
      return lq - l + (Math.exp(2 * l) + (mu - (q.mu[j] as number)) ** 2) / (2 * Math.exp(2 * lq)) - 0.5;
    }),
  );

/** The gradient of a loss with respect to the entries of one tensor, by central differences. */
export function finiteDifference(loss: (p: Doubles) => number, p: Doubles, name: string): number[] {
  const h = 1e-6;
  return (p[name] as number[]).map((value, i) => {
    const at = (shift: number): number => loss({ ...p, [name]: (p[name] as number[]).with(i, value + shift) });
    return (at(h) - at(-h)) / (2 * h);
  });
}

/** Compares to 2e-4 of the tensor's largest entry: single precision sums of at most 60 terms, and h². */
export function expectGradient(given: Float32Array, expected: readonly number[], name: string): void {
  const scale = Math.max(...expected.map(Math.abs), 1e-3);
  expect(given.length, name).toBe(expected.length);
  for (const [i, value] of expected.entries())
    expect(Math.abs((given[i] as number) - value) / scale, `${name}[${i}]: ${given[i]} for ${value}`).toBeLessThan(2e-4);
}
