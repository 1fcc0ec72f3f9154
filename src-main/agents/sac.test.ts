// SAC's update against an independent double-precision computation: losses by their formulas, gradients by central
// finite differences, and eager against compiled execution over 200 updates.
import { describe, expect, it } from 'vitest';
import { createEngine } from '../engine/devices.ts';
import type { NamedArrays } from '../engine/program.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { defaultsFor } from './declarations.ts';
import { sac } from './sac.ts';
import { sacDeclaration } from './sac.declaration.ts';
import {
  actionValue,
  type Doubles,
  expectGradient,
  finiteDifference,
  gaussianOf,
  mean as meanOf,
  minQ,
  rowsOf,
  smallerCritics,
  squashedSample,
  toDoubles,
} from './testing/double-precision.ts';
import { gradientIn, smallProblem } from './testing/small-problem.ts';

const defaults = defaultsFor(sacDeclaration, taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration);

function problem(o: number, a: number, values: Partial<ParameterValues>) {
  const all = { ...defaults, 'entropy-target': -a, ...values } as ParameterValues;
  const small = smallProblem(sac, { observationSize: o, actionSize: a }, all);
  const update = small.program('sac update');
  return { ...small, agent: small.instance, update, draw: () => small.draw(update.signature) };
}

const act = (p: Doubles, s: number[], epsilon: number[]) => squashedSample(gaussianOf(p, 'actor', s), epsilon);

describe('one SAC update', async () => {
  const [o, a, B] = [3, 2, 5];
  const {
    agent,
    update,
    draw,
    controls,
    scattered: initial,
  } = problem(o, a, { hidden: [6, 5], 'batch-size': B, 'reward-scale': 2, temperature: 0.4, 'critic-learning-rate': 0.02 });
  const { batch, noise } = draw();
  const engine = createEngine({ device: 'cpu', threads: 1, stateShapes: agent.stateShapes });
  await engine.writeState(initial);
  const program = await engine.compile(update);
  const diagnostics = structuredClone(await program.run({ batch, noise, controls }));
  const after = await engine.readState();

  const p = toDoubles(initial);
  const s = rowsOf(batch['observation'], o);
  const sNext = rowsOf(batch['next-observation'], o);
  const stored = rowsOf(batch['action'], a);
  const epsilon = rowsOf(noise['current'], a);
  const epsilonNext = rowsOf(noise['next'], a);
  const mean = (f: (k: number) => number): number => meanOf(Array.from({ length: B }, (_, k) => f(k)));
  const alpha = Math.exp(initial['log-temperature']?.[0] as number);

  const y = Array.from({ length: B }, (_, k) => {
    const next = act(p, sNext[k] as number[], epsilonNext[k] as number[]);
    const value = minQ(p, 'target/', sNext[k] as number[], next.action) - alpha * next.logProbability;
    return 2 * (batch['reward']?.[k] as number) + 0.99 * (1 - (batch['terminated']?.[k] as number)) * value;
  });
  const criticLoss = (q: Doubles): number =>
    0.5 *
    [1, 2].reduce(
      (sum, i) => sum + mean((k) => (actionValue(q, `critic-${i}`, s[k] as number[], stored[k] as number[]) - (y[k] as number)) ** 2),
      0,
    );
  const updated = { ...p, ...toDoubles(Object.fromEntries(Object.entries(after).filter(([name]) => name.startsWith('critic-')))) };
  const actorLoss = (q: Doubles): number =>
    mean((k) => {
      const { action, logProbability } = act(q, s[k] as number[], epsilon[k] as number[]);
      return alpha * logProbability - minQ(updated, '', s[k] as number[], action);
    });
  const meanLogProbability = mean((k) => act(p, s[k] as number[], epsilon[k] as number[]).logProbability);
  const gradient = (name: string): Float32Array => gradientIn(after, name);

  it('meets here either critic as the smaller', () => {
    expect(
      smallerCritics(
        p,
        'target/',
        sNext,
        sNext.map((state, k) => act(p, state, epsilonNext[k] as number[]).action),
      ),
    ).toEqual([1, 2]);
    expect(
      smallerCritics(
        updated,
        '',
        s,
        s.map((state, k) => act(p, state, epsilon[k] as number[]).action),
      ),
    ).toEqual([1, 2]);
  });

  it('reports the losses and the entropy of its formulas', () => {
    expect(diagnostics['critic-loss']?.[0]).toBeCloseTo(criticLoss(p), 4);
    expect(diagnostics['actor-loss']?.[0]).toBeCloseTo(actorLoss(p), 4);
    expect(diagnostics['entropy']?.[0]).toBeCloseTo(-meanLogProbability, 4);
    expect(diagnostics['temperature']?.[0]).toBeCloseTo(0.4, 6);
    expect(diagnostics['entropy-target']?.[0]).toBe(-a);
    expect(diagnostics['mean-q']?.[0]).toBeCloseTo(
      mean((k) => minQ(p, '', s[k] as number[], stored[k] as number[])),
      5,
    );
  });

  it.each(Object.keys(initial).filter((name) => /^critic-\d/.test(name)))('has the critic gradient of %s', (name) => {
    expectGradient(gradient(name), finiteDifference(criticLoss, p, name), name);
  });

  it.each(Object.keys(initial).filter((name) => name.startsWith('actor/')))(
    'has the actor gradient of %s, through the updated critics',
    (name) => {
      expectGradient(gradient(name), finiteDifference(actorLoss, p, name), name);
    },
  );

  it('moves the temperature by −(E[log π] + H̄)', () => {
    expect(gradient('log-temperature')[0]).toBeCloseTo(-(meanLogProbability - a), 4);
    // Entropy above its target lowers the temperature, below raises it.
    const step = (after['log-temperature']?.[0] as number) - Math.log(0.4);
    expect(Math.sign(step)).toBe(Math.sign(meanLogProbability - a));
    expect(Math.abs(step)).toBeCloseTo(3e-4, 6);
  });

  it('moves the targets by τ towards the updated critics', () => {
    for (const name of Object.keys(initial).filter((key) => key.startsWith('target/'))) {
      const online = after[name.slice('target/'.length)] as Float32Array;
      for (const [i, old] of (initial[name] as Float32Array).entries()) {
        expect(after[name]?.[i]).toBeCloseTo(old + 0.005 * ((online[i] as number) - old), 6);
      }
    }
  });

  it('does not bootstrap from a terminated transition, and does from every other', async () => {
    const other = structuredClone(batch);
    for (let k = 0; k < B; k += 1) {
      if (batch['terminated']?.[k] === 1) (other['next-observation'] as Float32Array).fill(50, k * o, (k + 1) * o);
    }
    expect(batch['terminated']?.some((flag) => flag === 1) && batch['terminated'].some((flag) => flag === 0)).toBe(true);
    await engine.writeState(initial);
    expect((await program.run({ batch: other, noise, controls }))['critic-loss']?.[0]).toBe(diagnostics['critic-loss']?.[0]);
    const changed = structuredClone(batch);
    const alive = batch['terminated']?.indexOf(0) as number;
    (changed['next-observation'] as Float32Array).fill(50, alive * o, (alive + 1) * o);
    await engine.writeState(initial);
    expect((await program.run({ batch: changed, noise, controls }))['critic-loss']?.[0]).not.toBe(diagnostics['critic-loss']?.[0]);
  });
});

describe('temperature', () => {
  it('stays as given when it is fixed', async () => {
    const { agent, update, draw, controls, initial } = problem(3, 2, {
      hidden: [4],
      'batch-size': 4,
      'temperature-rule': 'fixed',
      temperature: 0.2,
    });
    const engine = createEngine({ device: 'cpu', threads: 1, stateShapes: agent.stateShapes });
    await engine.writeState(initial);
    const program = await engine.compile(update);
    for (let k = 0; k < 3; k += 1) expect((await program.run({ ...draw(), controls }))['temperature']?.[0]).toBeCloseTo(0.2, 7);
    expect((await engine.readState())['log-temperature']?.[0]).toBeCloseTo(Math.log(0.2), 6);
  });

  it('is kept from diverging when its target cannot be reached', async () => {
    const { agent, update, draw, controls, initial } = problem(3, 2, { hidden: [4], 'batch-size': 4, 'entropy-target': 100 });
    const engine = createEngine({ device: 'cpu', threads: 1, stateShapes: agent.stateShapes });
    await engine.writeState({ ...initial, 'log-temperature': Float32Array.of(9.9999) });
    const program = await engine.compile(update);
    for (let k = 0; k < 3; k += 1) await program.run({ ...draw(), controls });
    expect((await engine.readState())['log-temperature']?.[0]).toBe(10);
    const { temperature } = await program.run({ ...draw(), controls });
    expect(agent.warning?.({ temperature: temperature?.[0] as number })).toContain('upper bound, e^10');
    expect(agent.warning?.({ temperature: Math.exp(-15) })).toContain('lower bound, e^-15');
    for (const value of [Math.exp(9.99), Math.exp(-14.99), 1]) expect(agent.warning?.({ temperature: value })).toBeNull();
  });
});

it('eager and compiled execution agree over 200 updates, state for state', async () => {
  // Tolerance. A gradient here is a sum of at most n = 16 · 33 products, whose rounding error in single precision is
  // below √n · 2⁻²⁴ ≈ 1.4e-6 of its size (random signs). Adam divides by √v, so that a step of size η = 3e-4 differs by
  // at most twice that, 8e-10; 200 steps add up to 1.7e-7, and the two executions' parameters feed back into each
  // other's gradients, for which we allow a factor of 20: 3.4e-6 absolute. Moments and Q-sized entries are relative: 1e-4.
  const { agent, update, draw, controls, initial } = problem(4, 2, { hidden: [16, 16], 'batch-size': 16 });
  const engines = ['cpu', 'reference'].map((device) => createEngine({ device, threads: 1, stateShapes: agent.stateShapes }));
  const programs = await Promise.all(
    engines.map(async (engine) => {
      await engine.writeState(initial);
      return engine.compile(update);
    }),
  );
  for (let k = 0; k < 200; k += 1) {
    const drawn = draw();
    for (const program of programs) await program.run({ ...drawn, controls });
  }
  const [compiled, eager] = await Promise.all(engines.map((engine) => engine.readState()));
  let worst = 0;
  for (const [name, array] of Object.entries(eager as NamedArrays)) {
    for (const [i, value] of array.entries()) {
      worst = Math.max(worst, Math.abs(((compiled as NamedArrays)[name]?.[i] as number) - value) / (3.4e-6 + 1e-4 * Math.abs(value)));
    }
  }
  expect(worst).toBeLessThan(1);
  // The runs did learn: parameters are far from where they began.
  expect(
    Math.abs(((eager as NamedArrays)['actor/layer-0/bias']?.[0] as number) - (initial['actor/layer-0/bias']?.[0] as number)),
  ).toBeGreaterThan(1e-3);
}, 150_000);

it('gives the same bits over repeats and over one and two threads', async () => {
  const hashes: string[] = [];
  for (const threads of [1, 2, 1]) {
    const { agent, update, draw, controls, initial } = problem(17, 6, { hidden: [64, 64], 'batch-size': 64 });
    const engine = createEngine({ device: 'cpu', threads, stateShapes: agent.stateShapes });
    await engine.writeState(initial);
    const program = await engine.compile(update);
    for (let k = 0; k < 20; k += 1) await program.run({ ...draw(), controls });
    const state = await engine.readState();
    hashes.push(
      Object.values(state)
        .map((array) => Buffer.from(array.buffer).toString('base64'))
        .join(),
    );
  }
  expect(hashes[1] === hashes[0] && hashes[2] === hashes[0]).toBe(true);
});
