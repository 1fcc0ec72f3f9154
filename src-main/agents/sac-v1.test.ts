// SAC v1's update against an independent double-precision computation of the equations in docs/agents/sac-v1.md: losses by their formulas,
// gradients by central finite differences. Every loss is of the parameters before the step.
import { describe, expect, it } from 'vitest';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { defaultsFor } from './declarations.ts';
import { sacV1 } from './sac-v1.ts';
import {
  actionValue,
  type Doubles,
  expectGradient,
  finiteDifference,
  gaussianOf,
  mean as meanOf,
  minQ,
  mlp,
  rowsOf,
  smallerCritics,
  squashedSample,
  toDoubles,
} from './testing/double-precision.ts';
import { entriesOf, gradientIn, runOnce, smallProblem } from './testing/small-problem.ts';

const defaults = (task: string): ParameterValues =>
  defaultsFor(sacV1.declaration, taskDeclarations.find(({ id }) => id === task) as TaskDeclaration);
const [o, a, B] = [3, 2, 5];
const problem = (values: Partial<ParameterValues>) =>
  smallProblem(sacV1, { observationSize: o, actionSize: a }, {
    ...defaults('half-cheetah'),
    hidden: [6, 5],
    'batch-size': B,
    discount: 0.9,
    'target-smoothing': 0.02,
    'policy-regularisation': 0.05,
    'critic-learning-rate': 0.02,
    ...values,
  } as ParameterValues);

describe('one SAC v1 update', async () => {
  const given = problem({ 'reward-scale': 4 });
  const update = given.program('sac-v1 update');
  const initial = given.scattered;
  const { batch, noise } = given.draw(update.signature);
  const { after, diagnostics } = await runOnce(given, update, initial, { batch, noise });

  const p = toDoubles(initial);
  const [s, sNext, stored, epsilon] = [
    rowsOf(batch['observation'], o),
    rowsOf(batch['next-observation'], o),
    rowsOf(batch['action'], a),
    rowsOf(noise['current'], a),
  ] as const;
  const mean = (f: (k: number) => number): number => meanOf(s.map((_, k) => f(k)));
  const act = (q: Doubles, k: number) => squashedSample(gaussianOf(q, 'actor', s[k] as number[], 'clip'), epsilon[k] as number[]);

  const y = sNext.map(
    (state, k) =>
      4 * (batch['reward']?.[k] as number) +
      0.9 * (1 - (batch['terminated']?.[k] as number)) * (mlp(p, 'target/value', state)[0] as number),
  );
  const criticLoss = (q: Doubles): number =>
    0.5 *
    [1, 2].reduce(
      (total, i) => total + mean((k) => (actionValue(q, `critic-${i}`, s[k] as number[], stored[k] as number[]) - (y[k] as number)) ** 2),
      0,
    );
  const goal = s.map((state, k) => {
    const { action, logProbability } = act(p, k);
    return minQ(p, '', state, action) - logProbability;
  });
  const valueLoss = (q: Doubles): number =>
    0.5 * mean((k) => ((mlp(q, 'value', s[k] as number[])[0] as number) - (goal[k] as number)) ** 2);
  /** By the first critic alone, from before its step. */
  const actorLoss = (q: Doubles): number => {
    const gaussians = s.map((state) => gaussianOf(q, 'actor', state, 'clip'));
    const pull =
      0.5 * meanOf(gaussians.flatMap(({ mu }) => mu.map((m) => m ** 2))) +
      0.5 * meanOf(gaussians.flatMap(({ logSigma }) => logSigma.map((l) => l ** 2)));
    return (
      0.05 * pull +
      mean((k) => {
        const { action, logProbability } = act(q, k);
        return logProbability - actionValue(p, 'critic-1', s[k] as number[], action);
      })
    );
  };
  const named = (...prefixes: string[]): string[] => Object.keys(entriesOf(initial, ...prefixes));

  it('meets here either critic as the smaller', () => {
    expect(
      smallerCritics(
        p,
        '',
        s,
        s.map((_, k) => act(p, k).action),
      ),
    ).toEqual([1, 2]);
  });

  it('reports the losses and terms of its formulas, and 1/κ as its temperature', () => {
    expect(diagnostics['critic-loss']?.[0]).toBeCloseTo(criticLoss(p), 3);
    expect(diagnostics['value-loss']?.[0]).toBeCloseTo(valueLoss(p), 4);
    expect(diagnostics['actor-loss']?.[0]).toBeCloseTo(actorLoss(p), 4);
    expect(diagnostics['temperature']?.[0]).toBe(0.25);
    const meanLogProbability = mean((k) => act(p, k).logProbability);
    expect(diagnostics['entropy']?.[0]).toBeCloseTo(-meanLogProbability, 4);
    expect(diagnostics['kl']?.[0]).toBeCloseTo(meanLogProbability + a * Math.LN2, 4);
    expect(diagnostics['mean-q']?.[0]).toBeCloseTo(
      mean((k) => minQ(p, '', s[k] as number[], stored[k] as number[])),
      4,
    );
  });

  it.each(named('critic-'))('has the critic gradient of %s, towards κ r + γ (1 − d) V′(s′)', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(criticLoss, p, name), name);
  });

  it.each(named('value/'))('has the gradient of %s, towards min Q − log π', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(valueLoss, p, name), name);
  });

  it.each(named('actor/'))('has the actor gradient of %s, by Q₁ from before its step', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(actorLoss, p, name), name);
  });

  it('moves by τ the target of the state value, and has no other', () => {
    expect(new Set(named('target/').map((name) => name.split('/')[1]))).toEqual(new Set(['value']));
    for (const name of named('target/')) {
      const online = after[name.slice('target/'.length)] as Float32Array;
      for (const [i, old] of (initial[name] as Float32Array).entries())
        expect(after[name]?.[i]).toBeCloseTo(old + 0.02 * ((online[i] as number) - old), 6);
    }
  });

  it('rests its actor while it is paused; the values’ steps have the same bits', async () => {
    const paused = problem({ ...given.values, 'actor-paused': true });
    const rested = await runOnce(paused, paused.program('sac-v1 update'), initial, { batch, noise });
    const values = ['critic-', 'value/', 'target/', 'adam/first/critic-', 'adam/first/value/', 'adam/second/critic-', 'adam/second/value/'];
    expect(entriesOf(rested.after, ...values)).toEqual(entriesOf(after, ...values));
    const actor = ['actor/', 'adam/first/actor/', 'adam/second/actor/', 'adam/beta1-power/actor', 'adam/beta2-power/actor'];
    expect(entriesOf(rested.after, ...actor)).toEqual(entriesOf(initial, ...actor));
  });
});

it('has the published settings: κ of 5 on half-cheetah, 256 by 256 units, batches of 256, τ 0.005, log σ clipped, no regulariser, Adam as in TensorFlow 1', () => {
  expect(defaults('half-cheetah')).toMatchObject({
    'reward-scale': 5,
    hidden: [256, 256],
    'batch-size': 256,
    'target-smoothing': 0.005,
    'log-sigma-bounds': 'clip',
    'policy-regularisation': 0,
    'adam-epsilon-form': 'before-correction',
    discount: 0.99,
    'actor-learning-rate': 3e-4,
    'critic-learning-rate': 3e-4,
  });
});
