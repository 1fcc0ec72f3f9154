// DDPG's update against an independent double-precision computation of the equations in docs/agents/ddpg.md: losses by their formulas,
// gradients by central finite differences.
import { describe, expect, it } from 'vitest';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { ddpg } from './ddpg.ts';
import { defaultsFor } from './declarations.ts';
import {
  actionValue,
  type Doubles,
  expectGradient,
  finiteDifference,
  mean as meanOf,
  mlp,
  rowsOf,
  toDoubles,
} from './testing/double-precision.ts';
import { entriesOf, gradientIn, runOnce, smallProblem } from './testing/small-problem.ts';

const defaults = defaultsFor(ddpg.declaration, taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration);
const [o, a, B] = [3, 2, 6];
const problem = (values: Partial<ParameterValues>) =>
  smallProblem(ddpg, { observationSize: o, actionSize: a }, {
    ...defaults,
    hidden: [6, 5],
    'batch-size': B,
    discount: 0.9,
    'target-smoothing': 0.02,
    'reward-scale': 2,
    'critic-learning-rate': 0.02,
    ...values,
  } as ParameterValues);

describe('one DDPG update', async () => {
  const given = problem({});
  const update = given.program('ddpg update');
  const initial = given.scattered;
  const { batch } = given.draw(update.signature);
  const { after, diagnostics } = await runOnce(given, update, initial, { batch, noise: {} });

  const p = toDoubles(initial);
  const [s, sNext, stored] = [rowsOf(batch['observation'], o), rowsOf(batch['next-observation'], o), rowsOf(batch['action'], a)] as const;
  const mean = (f: (k: number) => number): number => meanOf(s.map((_, k) => f(k)));
  const act = (q: Doubles, name: string, state: number[]): number[] => mlp(q, name, state).map(Math.tanh);
  const y = sNext.map(
    (state, k) =>
      2 * (batch['reward']?.[k] as number) +
      0.9 * (1 - (batch['terminated']?.[k] as number)) * actionValue(p, 'target/critic-1', state, act(p, 'target/actor', state)),
  );
  const criticLoss = (q: Doubles): number =>
    mean((k) => (actionValue(q, 'critic-1', s[k] as number[], stored[k] as number[]) - (y[k] as number)) ** 2);
  const updated: Doubles = { ...p, ...toDoubles(entriesOf(after, 'critic-')) };
  const actorLoss = (q: Doubles): number =>
    -mean((k) => actionValue(updated, 'critic-1', s[k] as number[], act(q, 'actor', s[k] as number[])));
  const named = (...prefixes: string[]): string[] => Object.keys(entriesOf(initial, ...prefixes));

  it('reports the losses of its formulas', () => {
    expect(diagnostics['critic-loss']?.[0]).toBeCloseTo(criticLoss(p), 4);
    expect(diagnostics['actor-loss']?.[0]).toBeCloseTo(actorLoss(p), 4);
    expect(diagnostics['mean-q']?.[0]).toBeCloseTo(
      mean((k) => actionValue(p, 'critic-1', s[k] as number[], stored[k] as number[])),
      5,
    );
  });

  it.each(named('critic-'))('has the critic gradient of %s', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(criticLoss, p, name), name);
  });

  it.each(named('actor/'))('has the actor gradient of %s, by the updated critic', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(actorLoss, p, name), name);
  });

  it('moves by τ the targets of its one critic and of its actor', () => {
    expect(new Set(named('target/').map((name) => name.split('/')[1]))).toEqual(new Set(['actor', 'critic-1']));
    for (const name of named('target/')) {
      const online = after[name.slice('target/'.length)] as Float32Array;
      for (const [i, old] of (initial[name] as Float32Array).entries())
        expect(after[name]?.[i]).toBeCloseTo(old + 0.02 * ((online[i] as number) - old), 6);
    }
  });

  it('rests its actor while it is paused; the critic’s step has the same bits', async () => {
    const paused = problem({ 'actor-paused': true });
    const rested = await runOnce(paused, paused.program('ddpg update'), initial, { batch, noise: {} });
    expect(entriesOf(rested.after, 'actor/', 'adam/first/actor/')).toEqual(entriesOf(initial, 'actor/', 'adam/first/actor/'));
    expect(entriesOf(rested.after, 'critic-', 'target/critic-')).toEqual(entriesOf(after, 'critic-', 'target/critic-'));
  });
});

it('has the settings of the DDPG that TD3 is compared with: 256 by 256 units, batches of 256, τ 0.005, noise of 0.1', () => {
  expect(defaults).toMatchObject({
    hidden: [256, 256],
    'batch-size': 256,
    'target-smoothing': 0.005,
    'exploration-noise': 0.1,
    'actor-learning-rate': 3e-4,
    'critic-learning-rate': 3e-4,
    discount: 0.99,
  });
});
