// TD3's updates against an independent double-precision computation of the equations in docs/agents/td3.md: losses by their formulas,
// gradients by central finite differences, the delay of the policy, and how it explores.
import { describe, expect, it } from 'vitest';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { NamedArrays } from '../engine/program.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { defaultsFor } from './declarations.ts';
import { td3 } from './td3.ts';
import {
  actionValue,
  type Doubles,
  expectGradient,
  finiteDifference,
  mean as meanOf,
  minQ,
  mlp,
  rowsOf,
  smallerCritics,
  toDoubles,
} from './testing/double-precision.ts';
import { entriesOf, gradientIn, runOnce, smallProblem } from './testing/small-problem.ts';

const defaults = defaultsFor(td3.declaration, taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration);
const [o, a, B] = [3, 2, 6];
const problem = (values: Partial<ParameterValues>) =>
  smallProblem(td3, { observationSize: o, actionSize: a }, {
    ...defaults,
    hidden: [6, 5],
    'batch-size': B,
    discount: 0.9,
    'target-smoothing': 0.02,
    'reward-scale': 2,
    'smoothing-noise': 0.7,
    'smoothing-clip': 0.4,
    'critic-learning-rate': 0.02,
    ...values,
  } as ParameterValues);

describe('the updates of TD3', async () => {
  const given = problem({});
  const [early, whole] = [given.program('td3 critic update'), given.program('td3 update')] as const;
  const initial = given.scattered;
  const { batch, noise } = given.draw(whole.signature);
  const { after, diagnostics } = await runOnce(given, whole, initial, { batch, noise });
  const between = await runOnce(given, early, initial, { batch, noise });

  const p = toDoubles(initial);
  const [s, sNext, stored, chance] = [
    rowsOf(batch['observation'], o),
    rowsOf(batch['next-observation'], o),
    rowsOf(batch['action'], a),
    rowsOf(noise['smoothing'], a),
  ] as const;
  const mean = (f: (k: number) => number): number => meanOf(s.map((_, k) => f(k)));
  const clip = (value: number, bound: number): number => Math.min(bound, Math.max(-bound, value));
  const nextActions = sNext.map((state, k) =>
    mlp(p, 'target/actor', state).map((m, j) => clip(Math.tanh(m) + clip(0.7 * (chance[k]?.[j] as number), 0.4), 1)),
  );
  const y = sNext.map(
    (state, k) =>
      2 * (batch['reward']?.[k] as number) +
      0.9 * (1 - (batch['terminated']?.[k] as number)) * minQ(p, 'target/', state, nextActions[k] as number[]),
  );
  const criticLoss = (q: Doubles): number =>
    [1, 2].reduce(
      (total, i) => total + mean((k) => (actionValue(q, `critic-${i}`, s[k] as number[], stored[k] as number[]) - (y[k] as number)) ** 2),
      0,
    );
  const updated: Doubles = { ...p, ...toDoubles(entriesOf(after, 'critic-')) };
  const actorLoss = (q: Doubles): number =>
    -mean((k) => actionValue(updated, 'critic-1', s[k] as number[], mlp(q, 'actor', s[k] as number[]).map(Math.tanh)));
  const named = (...prefixes: string[]): string[] => Object.keys(entriesOf(initial, ...prefixes));

  it('meet here both clips, noise within them, and either critic as the smaller', () => {
    expect(smallerCritics(p, 'target/', sNext, nextActions)).toEqual([1, 2]);
    expect(
      smallerCritics(
        updated,
        '',
        s,
        s.map((state) => mlp(p, 'actor', state).map(Math.tanh)),
      ),
    ).toEqual([1, 2]);
    const shifts = chance.flat().map((value) => 0.7 * value);
    expect(shifts.some((shift) => Math.abs(shift) > 0.4) && shifts.some((shift) => Math.abs(shift) < 0.4)).toBe(true);
    expect(nextActions.flat().some((action) => Math.abs(action) === 1)).toBe(true);
  });

  it('report the losses of their formulas', () => {
    expect(diagnostics['critic-loss']?.[0]).toBeCloseTo(criticLoss(p), 4);
    expect(between.diagnostics['critic-loss']?.[0]).toBe(diagnostics['critic-loss']?.[0]);
    expect(diagnostics['actor-loss']?.[0]).toBeCloseTo(actorLoss(p), 4);
    expect(diagnostics['mean-q']?.[0]).toBeCloseTo(
      mean((k) => minQ(p, '', s[k] as number[], stored[k] as number[])),
      5,
    );
  });

  it.each(named('critic-'))('have the critic gradient of %s, by smoothed target actions', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(criticLoss, p, name), name);
    expect(gradientIn(between.after, name)).toEqual(gradientIn(after, name));
  });

  it.each(named('actor/'))('have the actor gradient of %s, by the updated first critic', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(actorLoss, p, name), name);
  });

  const expectTargets = (state: NamedArrays): void => {
    expect(new Set(named('target/').map((name) => name.split('/')[1]))).toEqual(new Set(['actor', 'critic-1', 'critic-2']));
    for (const name of named('target/')) {
      const online = state[name.slice('target/'.length)] as Float32Array;
      for (const [i, old] of (initial[name] as Float32Array).entries())
        expect(state[name]?.[i]).toBeCloseTo(old + 0.02 * ((online[i] as number) - old), 6);
    }
  };

  it('move actor and targets by τ together, at every second step; between them the critics alone', () => {
    expect([1, 2, 3, 4, 5, 6].map((step) => [early.isDue(step), whole.isDue(step)])).toEqual(
      [1, 2, 3, 4, 5, 6].map((step) => [step % 2 === 1, step % 2 === 0]),
    );
    expectTargets(after);
    const rests = ['actor/', 'target/', 'adam/first/actor/', 'adam/second/actor/', 'adam/beta1-power/actor', 'adam/beta2-power/actor'];
    expect(entriesOf(between.after, ...rests)).toEqual(entriesOf(initial, ...rests));
    expect(entriesOf(between.after, 'critic-')).toEqual(entriesOf(after, 'critic-'));
  });

  it('rest the actor while it is paused; targets follow all the same', async () => {
    const paused = problem({ 'actor-paused': true });
    const rested = await runOnce(paused, paused.program('td3 update'), initial, { batch, noise });
    expect(entriesOf(rested.after, 'actor/', 'adam/first/actor/')).toEqual(entriesOf(initial, 'actor/', 'adam/first/actor/'));
    expect(entriesOf(rested.after, 'critic-', 'target/critic-')).toEqual(entriesOf(after, 'critic-', 'target/critic-'));
    expectTargets(rested.after);
  });

  it.each([1, 3])('follow a delay of %i', (delay) => {
    const { instance } = problem({ 'policy-delay': delay });
    for (let step = 1; step <= 9; step += 1) {
      expect(instance.updates.filter((update) => update.isDue(step)).map(({ name }) => name)).toEqual([
        step % delay === 0 ? 'td3 update' : 'td3 critic update',
      ]);
    }
  });
});

describe('the policy of TD3', () => {
  const given = problem({ 'exploration-noise': 0.5 });
  const p = toDoubles(given.scattered);
  const observation = Float32Array.of(0.3, -1.2, 0.8);
  const action = mlp(p, 'actor', [...observation]).map(Math.tanh);

  it('is tanh of its network, with no spread', async () => {
    const { diagnostics } = await runOnce(given, given.instance.policy(1), given.scattered, { batch: { observation }, noise: {} });
    for (const [j, value] of action.entries()) expect(diagnostics['mean-action']?.[j]).toBeCloseTo(value, 5);
    expect([...(diagnostics['sigma'] as Float32Array)]).toEqual([0, 0]);
  });

  it.each([
    [0, 0],
    [0.4, -0.2],
    [90, -90],
  ])('explores by noise of 0.5·(%f, %f), clipped to the actions’ range', async (...exploration) => {
    const { diagnostics } = await runOnce(given, given.instance.act, given.scattered, {
      batch: { observation },
      noise: { exploration: Float32Array.from(exploration) },
    });
    for (const [j, value] of action.entries())
      expect(diagnostics['action']?.[j]).toBeCloseTo(Math.min(1, Math.max(-1, value + 0.5 * (exploration[j] as number))), 5);
  });
});

it('has the published settings: delay 2, smoothing of 0.2 clipped at 0.5, exploration 0.1, τ 0.005, 256 by 256 units, batches of 256', () => {
  expect(defaults).toMatchObject({
    'policy-delay': 2,
    'smoothing-noise': 0.2,
    'smoothing-clip': 0.5,
    'exploration-noise': 0.1,
    'target-smoothing': 0.005,
    hidden: [256, 256],
    'batch-size': 256,
    'actor-learning-rate': 3e-4,
    'critic-learning-rate': 3e-4,
    discount: 0.99,
  });
});
