// Inspections beside the agents' own updates on the same transitions and noise, and beside double-precision networks:
// they show what the update does, and leave the state alone.
import { describe, expect, it } from 'vitest';
import { taskDeclarations } from '../../tasks/declarations.ts';
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import type { NamedArrays } from '../../engine/program.ts';
import { defaultsFor } from '../declarations.ts';
import { findAgent } from '../registry.ts';
import { actionValue, minQ, rowsOf, toDoubles } from '../testing/double-precision.ts';
import { gradientIn, isParameter, runOnce, smallProblem } from '../testing/small-problem.ts';
import { inspectionBatch } from './inspection.ts';

const task = taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration;
const [o, a] = [3, 2];
const problem = (id: string, values: ParameterValues = {}) => {
  const agent = findAgent(id);
  return smallProblem(
    agent,
    { observationSize: o, actionSize: a },
    {
      ...defaultsFor(agent.declaration, task),
      hidden: [8, 7],
      'batch-size': inspectionBatch,
      'critic-learning-rate': 0,
      ...values,
    },
  );
};
const numbersOf = (arrays: NamedArrays, name: string): number[] => {
  const found = arrays[name];
  if (found === undefined) throw new Error(`there is no ${name}`);
  return [...found];
};
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const squareOf = (values: readonly number[], others: readonly number[]): number =>
  meanOf(values.map((value, i) => (value - (others[i] as number)) ** 2));

const agents = [
  { id: 'sac', update: 'sac update', hasTwo: true, weight: 0.5, isStochastic: true },
  { id: 'virel', update: 'virel update', hasTwo: true, weight: 0.5, isStochastic: true },
  { id: 'virel-published', update: 'virel update', hasTwo: false, weight: 1, isStochastic: true },
  { id: 'sac-v1', update: 'sac-v1 update', hasTwo: true, weight: 0.5, isStochastic: true },
  { id: 'td3', update: 'td3 update', hasTwo: true, weight: 1, isStochastic: false },
  { id: 'ddpg', update: 'ddpg update', hasTwo: false, weight: 1, isStochastic: false },
];

describe.each(agents)('the inspection of $id', async ({ id, update, hasTwo, weight, isStochastic }) => {
  const given = problem(id);
  const { inspection } = given.instance;
  const state = given.scattered;
  const { batch, noise } = given.draw(inspection.fresh.signature);
  const seen = await runOnce(given, inspection.fresh, state, { batch, noise });
  const fixed = await runOnce(given, inspection.fixed, state, { batch, noise });
  const updated = await runOnce(given, given.program(update), state, { batch, noise });
  const critics = hasTwo ? ['q1', 'q2'] : ['q1'];

  it('changes no bit of the state', () => {
    expect(seen.after).toEqual(state);
    expect(fixed.after).toEqual(state);
  });

  it("has the update's targets: they give its loss", () => {
    const target = numbersOf(seen.diagnostics, 'target');
    const loss = weight * critics.reduce((sum, name) => sum + squareOf(numbersOf(seen.diagnostics, name), target), 0);
    expect(loss).toBeCloseTo(updated.diagnostics['critic-loss']?.[0] as number, 4);
    const lowest = numbersOf(seen.diagnostics, 'q1').map((q, i) => Math.min(q, seen.diagnostics['q2']?.[i] ?? Infinity));
    expect(meanOf(lowest)).toBeCloseTo(updated.diagnostics['mean-q']?.[0] as number, 5);
  });

  it.each(['critic', 'actor'])("has the norm of the update's %s gradient and of those weights", (which) => {
    const names = Object.keys(state).filter((name) => isParameter(name) && name.startsWith(which));
    const norm = (of: (name: string) => Float32Array): number =>
      Math.sqrt(names.flatMap((name) => [...of(name)]).reduce((sum, value) => sum + value * value, 0));
    const [gradient, weights] = [norm((name) => gradientIn(updated.after, name)), norm((name) => state[name] as Float32Array)];
    expect(gradient).toBeGreaterThan(0);
    expect((seen.diagnostics[`${which}-gradient`]?.[0] as number) / gradient).toBeCloseTo(1, 4);
    expect((seen.diagnostics[`${which}-weights`]?.[0] as number) / weights).toBeCloseTo(1, 5);
  });

  it('values the next states by the networks themselves where it says so', async () => {
    const online = numbersOf(seen.diagnostics, 'online-target');
    expect(online).not.toEqual(numbersOf(seen.diagnostics, 'target'));
    // With the targets at their networks, both are the same.
    const level = Object.fromEntries(
      Object.entries(state).map(([name, array]) => [
        name,
        name.startsWith('target/') ? (state[name.slice('target/'.length)] as Float32Array).slice() : array,
      ]),
    );
    const { diagnostics } = await runOnce(given, inspection.fresh, level, { batch, noise });
    expect(numbersOf(diagnostics, 'target')).toEqual(numbersOf(diagnostics, 'online-target'));
    expect(numbersOf(diagnostics, 'online-target')).toEqual(online);
  });

  it('has ‖dQ/da‖ at the actions that are taken, as central differences in double precision give it', () => {
    const p = toDoubles(state);
    const [s, actions] = [rowsOf(batch['observation'], o), rowsOf(seen.diagnostics['action'], a)];
    const q = (k: number, action: number[]): number =>
      hasTwo ? minQ(p, '', s[k] as number[], action) : actionValue(p, 'critic-1', s[k] as number[], action);
    const relative = s.map((_, k) => {
      const at = actions[k] as number[];
      const slopes = at.map(
        (_, j) =>
          [1, -1].reduce(
            (sum, sign) =>
              sum +
              sign *
                q(
                  k,
                  at.map((x, i) => x + (i === j ? sign * 1e-6 : 0)),
                ),
            0,
          ) / 2e-6,
      );
      return Math.abs((seen.diagnostics['action-gradient']?.[k] as number) / Math.hypot(...slopes) - 1);
    });
    // A kink of a ReLU may lie within a difference.
    expect(relative.filter((error) => error > 1e-3).length).toBeLessThan(3);
  });

  it('follows on the fixed batch what it has in common with the fresh one', () => {
    expect(Object.keys(fixed.diagnostics).sort()).toEqual(['mean', ...critics, 'target', ...(isStochastic ? ['log-sigma'] : [])].sort());
    for (const [name, values] of Object.entries(fixed.diagnostics)) {
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(seen.diagnostics[name]?.[i] as number, 5);
    }
    expect('log-sigma' in seen.diagnostics).toBe(isStochastic);
  });

  it('finds a hidden unit that is off on the whole batch', async () => {
    const off = {
      ...state,
      'critic-1/layer-0/bias': (state['critic-1/layer-0/bias'] as Float32Array).with(2, -1e6),
      'actor/layer-1/bias': (state['actor/layer-1/bias'] as Float32Array).with(4, -1e6),
    };
    const { diagnostics } = await runOnce(given, inspection.fresh, off, { batch, noise });
    expect(diagnostics['critic-units']?.length).toBe((hasTwo ? 2 : 1) * 15);
    expect(diagnostics['actor-units']?.length).toBe(15);
    expect([diagnostics['critic-units']?.[2], diagnostics['actor-units']?.[8 + 4]]).toEqual([0, 0]);
    expect(
      [seen.diagnostics['critic-units']?.[2], seen.diagnostics['actor-units']?.[8 + 4]].every((largest) => (largest as number) > 0),
    ).toBe(true);
  });
});

describe('the valuation', () => {
  it.each(['sac', 'sac-v1'])("of %s adds what later steps' entropy is worth", async (id) => {
    const given = problem(id, id === 'sac' ? { temperature: 0.3, 'temperature-rule': 'fixed' } : {});
    const update = await runOnce(
      given,
      given.program(`${id} update`),
      given.scattered,
      given.draw(given.program(`${id} update`).signature),
    );
    const again = problem(id, id === 'sac' ? { temperature: 0.3, 'temperature-rule': 'fixed' } : {});
    const inputs = again.draw(given.program(`${id} update`).signature);
    const { diagnostics } = await runOnce(again, again.instance.inspection.valuation(inspectionBatch), again.scattered, inputs);
    expect(meanOf(numbersOf(diagnostics, 'bonus'))).toBeCloseTo(
      (id === 'sac' ? 0.3 : 1) * (update.diagnostics['entropy']?.[0] as number),
      5,
    );
    expect(meanOf(numbersOf(diagnostics, 'q'))).toBeCloseTo(update.diagnostics['mean-q']?.[0] as number, 5);
  });

  it.each(['virel', 'virel-published', 'td3', 'ddpg'])('of %s, whose critics are hard, adds nothing', async (id) => {
    const given = problem(id);
    const valuation = given.instance.inspection.valuation(4);
    expect(valuation.signature.noise).toEqual({});
    expect(Object.keys((await runOnce(given, valuation, given.scattered, given.draw(valuation.signature))).diagnostics)).toEqual(['q']);
  });
});

describe('what an agent alone shows', () => {
  const extrasOf = async (id: string, values: ParameterValues) => {
    const given = problem(id, values);
    const { fresh } = given.instance.inspection;
    return (await runOnce(given, fresh, given.scattered, given.draw(fresh.signature))).diagnostics;
  };
  it('is the distance from its target of a learned temperature: in entropy under the uniform prior, in KL else', async () => {
    const uniform = await extrasOf('sac', {});
    expect(uniform['entropy-gap']?.length).toBe(inspectionBatch);
    expect('kl-gap' in uniform).toBe(false);
    const learned = await extrasOf('sac', { prior: 'learned' });
    expect('entropy-gap' in learned).toBe(false);
    expect(learned['kl-gap']?.length).toBe(inspectionBatch);
    expect([learned['prior-multiplier-mean'], learned['prior-multiplier-scale']]).toEqual([Float32Array.of(1), Float32Array.of(1)]);
    expect(learned['prior-log-sigma']?.length).toBe(inspectionBatch * a);
    expect(Object.keys(await extrasOf('sac', { 'temperature-rule': 'fixed' })).some((name) => name.endsWith('-gap'))).toBe(false);
  });
  it("is VIREL's residual where the temperature is made of it", async () => {
    const residual = await extrasOf('virel', {});
    expect([residual['residual'], residual['residual-estimates']]).toEqual([Float32Array.of(1), Float32Array.of(0)]);
    expect('residual' in (await extrasOf('virel', { 'temperature-rule': 'fixed' }))).toBe(false);
  });
});
