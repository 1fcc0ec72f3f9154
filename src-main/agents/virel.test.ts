// VIREL's update against an independent double-precision computation of the equations in docs/agents/virel.md: losses by their
// formulas, gradients by central finite differences, in both forms of the critic and every order of its step and the actor's.
import { describe, expect, it } from 'vitest';
import type { NamedArrays } from '../engine/program.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { defaultsFor } from './declarations.ts';
import {
  actionValue,
  type Doubles,
  expectGradient,
  finiteDifference,
  gatedMlp,
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
import { virel } from './virel.ts';

const halfCheetah = taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration;
const [o, a, B] = [3, 2, 5];
/** Small networks; κ, γ, τ and the regularisers unlike their defaults, so that none can hide. */
const small = {
  hidden: [6, 5],
  'batch-size': B,
  'reward-scale': 2,
  discount: 0.9,
  'target-smoothing': 0.02,
  'residual-samples': 7,
  'policy-regularisation': 0.03,
  'critic-learning-rate': 0.1,
};

function problem(values: Partial<ParameterValues>) {
  return smallProblem(virel, { observationSize: o, actionSize: a }, {
    ...defaultsFor(virel.declaration, halfCheetah),
    'entropy-target': -a,
    ...small,
    ...values,
  } as ParameterValues);
}

const withMeans = (state: NamedArrays, squared: number, absolute: number, deviation: number): NamedArrays => ({
  ...state,
  'residual/squared': Float32Array.of(squared),
  'residual/absolute': Float32Array.of(absolute),
  'residual/q-deviation': Float32Array.of(deviation),
  'residual/estimates': Float32Array.of(3),
});
const critics = (state: NamedArrays): NamedArrays =>
  entriesOf(state, 'critic-', 'value/', 'target/', 'adam/first/critic-', 'adam/second/critic-', 'adam/first/value/', 'adam/second/value/');
const policy = (state: NamedArrays): NamedArrays =>
  entriesOf(state, 'actor/', 'adam/first/actor/', 'adam/second/actor/', 'adam/beta1-power/actor');

const forms = [
  { form: 'twin', sees: 'updated', bounds: 'affine', count: 2, targeted: ['critic-1', 'critic-2'] },
  { form: 'twin', sees: 'released', bounds: 'affine', count: 2, targeted: ['critic-1', 'critic-2'] },
  { form: 'twin', sees: 'former', bounds: 'affine', count: 2, targeted: ['critic-1', 'critic-2'] },
  { form: 'single', sees: 'released', bounds: 'clip', count: 1, targeted: ['value'] },
  { form: 'single', sees: 'updated', bounds: 'clip', count: 1, targeted: ['value'] },
  { form: 'single', sees: 'former', bounds: 'clip', count: 1, targeted: ['value'] },
] as const;

describe.each(forms)('one update, $form form, actor sees $sees:', async ({ form, sees, bounds, count, targeted }) => {
  const given = problem({ 'critic-form': form, 'actor-sees': sees, 'log-sigma-bounds': bounds, 'residual-scale': 0.05 });
  const update = given.program('virel update');
  const { batch, noise } = given.draw(update.signature);
  const initial = withMeans(given.scattered, 5, 1.9, 2.5);
  const { after, diagnostics } = await runOnce(given, update, initial, { batch, noise });

  const p = toDoubles(initial);
  const [s, sNext, stored] = [rowsOf(batch['observation'], o), rowsOf(batch['next-observation'], o), rowsOf(batch['action'], a)] as const;
  const [reward, terminated] = [[...(batch['reward'] as Float32Array)], [...(batch['terminated'] as Float32Array)]] as const;
  const mean = (f: (k: number) => number): number => meanOf(reward.map((_, k) => f(k)));
  const act = (q: Doubles, state: number[], epsilon: number[]) => squashedSample(gaussianOf(q, 'actor', state, bounds), epsilon);
  const epsilon = rowsOf(noise['current'], a);
  /** The smaller of the form's action values. */
  const smallest = (q: Doubles, state: number[], action: number[]): number =>
    form === 'twin' ? minQ(q, '', state, action) : actionValue(q, 'critic-1', state, action);

  const nextValue = (k: number): number =>
    form === 'single'
      ? (mlp(p, 'target/value', sNext[k] as number[])[0] as number)
      : minQ(p, 'target/', sNext[k] as number[], nextActions()[k] as number[]);
  const nextActions = (): number[][] => sNext.map((state, k) => act(p, state, rowsOf(noise['next'], a)[k] as number[]).action);
  const y = reward.map((r, k) => 2 * r + 0.9 * (1 - (terminated[k] as number)) * nextValue(k));
  /** ½ Σ mean (Qᵢ − y)² of two, mean (Q − y)² of one. */
  const criticLoss = (q: Doubles): number =>
    Array.from({ length: count }, (_, i) =>
      mean((k) => (actionValue(q, `critic-${i + 1}`, s[k] as number[], stored[k] as number[]) - (y[k] as number)) ** 2),
    ).reduce((x, z) => x + z, 0) * (form === 'twin' ? 0.5 : 1);
  const beta = 0.05 * 5;
  const updated: Doubles = { ...p, ...toDoubles(entriesOf(after, 'critic-')) };
  /** The released code: the gradient passes through the weights after the critic's step, past the ReLUs as they were before it. */
  const released = (k: number, action: number[]): number => {
    const [state, before] = [s[k] as number[], act(p, s[k] as number[], epsilon[k] as number[]).action];
    const [first, second] = ['critic-1', 'critic-2'].slice(0, count).map((name) => actionValue(p, name, state, before));
    const name = second !== undefined && second < (first as number) ? 'critic-2' : 'critic-1';
    return gatedMlp(p, updated, name, [...state, ...before], [...state, ...action])[0] as number;
  };
  const climbs = {
    released,
    updated: (k: number, action: number[]) => smallest(updated, s[k] as number[], action),
    former: (k: number, action: number[]) => smallest(p, s[k] as number[], action),
  };
  const actorLoss = (q: Doubles, climb = climbs[sees]): number => {
    const gaussians = s.map((state) => gaussianOf(q, 'actor', state, bounds));
    const pull =
      meanOf(gaussians.flatMap(({ mu }) => mu.map((m) => m ** 2))) +
      meanOf(gaussians.flatMap(({ logSigma }) => logSigma.map((l) => l ** 2)));
    return (
      mean((k) => {
        const { action, logProbability } = act(q, s[k] as number[], epsilon[k] as number[]);
        return beta * logProbability - climb(k, action);
      }) +
      0.03 * pull
    );
  };
  const valueLoss = (q: Doubles): number =>
    mean(
      (k) =>
        ((mlp(q, 'value', s[k] as number[])[0] as number) -
          smallest(p, s[k] as number[], act(p, s[k] as number[], epsilon[k] as number[]).action)) **
        2,
    );
  const meanLogProbability = mean((k) => act(p, s[k] as number[], epsilon[k] as number[]).logProbability);

  if (form === 'twin') {
    it('meets here either critic as the smaller', () => {
      expect(smallerCritics(p, 'target/', sNext, nextActions())).toEqual([1, 2]);
      expect(
        smallerCritics(
          sees === 'updated' ? updated : p,
          '',
          s,
          s.map((state, k) => act(p, state, epsilon[k] as number[]).action),
        ),
      ).toEqual([1, 2]);
    });
  }

  it('takes c·mean δ² as the temperature, and reports its losses and terms', () => {
    expect(diagnostics['temperature']?.[0]).toBeCloseTo(beta, 6);
    expect(diagnostics['residual']?.[0]).toBe(5);
    expect(diagnostics['residual-samples']?.[0]).toBe(7);
    expect(diagnostics['critic-loss']?.[0]).toBeCloseTo(criticLoss(p), 4);
    expect(diagnostics['actor-loss']?.[0]).toBeCloseTo(actorLoss(p, sees === 'updated' ? climbs.updated : climbs.former), 4);
    expect(diagnostics['entropy']?.[0]).toBeCloseTo(-meanLogProbability, 4);
    expect(diagnostics['kl']?.[0]).toBeCloseTo(meanLogProbability + a * Math.LN2, 4);
    expect(diagnostics['mean-q']?.[0]).toBeCloseTo(
      mean((k) => smallest(p, s[k] as number[], stored[k] as number[])),
      4,
    );
    expect(diagnostics['policy-sigma']?.[0]).toBeCloseTo(
      meanOf(s.flatMap((state) => gaussianOf(p, 'actor', state, bounds).logSigma.map(Math.exp))),
      5,
    );
  });

  it.each(Object.keys(initial).filter((name) => name.startsWith('critic-')))('has the gradient of policy evaluation of %s', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(criticLoss, p, name), name);
  });

  it.each(Object.keys(initial).filter((name) => name.startsWith('actor/')))(
    'has the actor’s gradient of %s, regularisers and all',
    (name) => {
      expectGradient(
        gradientIn(after, name),
        finiteDifference((q) => actorLoss(q), p, name),
        name,
      );
    },
  );

  it('tells the actor’s gradient from those of the other orders', () => {
    const names = Object.keys(initial).filter((name) => name.startsWith('actor/'));
    for (const [order, climb] of Object.entries(climbs).filter(([one]) => one !== sees)) {
      const compare = (): void => {
        for (const name of names)
          expectGradient(
            gradientIn(after, name),
            finiteDifference((q) => actorLoss(q, climb), p, name),
            name,
          );
      };
      expect(compare, order).toThrow();
    }
  });

  // Of the single form alone: the twin form has no state value.
  for (const name of Object.keys(initial).filter((one) => one.startsWith('value/'))) {
    it(`has the gradient of V(s) towards Q(s, ã), without an entropy term, of ${name}`, () => {
      expectGradient(gradientIn(after, name), finiteDifference(valueLoss, p, name), name);
    });
  }

  it('moves by τ the targets of the form’s own networks, and has no others', () => {
    const targets = Object.keys(initial).filter((name) => name.startsWith('target/'));
    expect(new Set(targets.map((name) => name.split('/')[1]))).toEqual(new Set(targeted));
    for (const name of targets) {
      const online = after[name.slice('target/'.length)] as Float32Array;
      for (const [i, old] of (initial[name] as Float32Array).entries())
        expect(after[name]?.[i]).toBeCloseTo(old + 0.02 * ((online[i] as number) - old), 6);
    }
  });

  it('has no entropy in its critic: another temperature leaves its step as it is, bit for bit, and changes the actor’s', async () => {
    const hot = await runOnce({ ...given, controls: { ...given.controls, 'residual-scale': Float32Array.of(2) } }, update, initial, {
      batch,
      noise,
    });
    expect(hot.diagnostics['temperature']?.[0]).toBe(10);
    expect(critics(hot.after)).toEqual(critics(after));
    expect(hot.after['adam/first/actor/layer-0/weight']).not.toEqual(after['adam/first/actor/layer-0/weight']);
  });

  it('keeps for a learned temperature where this one is', () => {
    expect(after['log-temperature']?.[0]).toBeCloseTo(Math.log(beta), 5);
    expect(after['adam/first/log-temperature']).toEqual(initial['adam/first/log-temperature']);
  });

  it('rests its actor while it is paused; the critic’s step has the same bits', async () => {
    const paused = problem({ ...given.values, 'actor-paused': true });
    const rested = await runOnce(paused, paused.program('virel update'), initial, { batch, noise });
    expect(policy(rested.after)).toEqual(policy(initial));
    expect(policy(after)).not.toEqual(policy(initial));
    expect(critics(rested.after)).toEqual(critics(after));
  });
});

describe('the temperature', () => {
  const inputs = (given: ReturnType<typeof problem>) => given.draw(given.program('virel update').signature);
  const temperatureOf = async (values: Partial<ParameterValues>, state: (initial: NamedArrays) => NamedArrays): Promise<number> => {
    const given = problem(values);
    const { diagnostics } = await runOnce(given, given.program('virel update'), state(given.initial), inputs(given), 'reference');
    return diagnostics['temperature']?.[0] as number;
  };

  it.each([
    ['squared', 0.05 * 5],
    ['rms', 0.05 * Math.sqrt(5)],
    ['absolute', 0.05 * 1.9],
    ['scale-free', (0.05 * 5) / (2.5 + 1e-6)],
  ])('by the rule %s, and c before the first estimate', async (rule, expected) => {
    const values = { 'residual-rule': rule, 'residual-scale': 0.05 };
    expect(await temperatureOf(values, (initial) => withMeans(initial, 5, 1.9, 2.5))).toBeCloseTo(expected, 6);
    expect(await temperatureOf(values, (initial) => initial)).toBeCloseTo(0.05, 6);
  });

  it.each([
    [0.3, 100, 0.3],
    [1e-4, 0.2, 0.2],
    [1e-4, 100, 0.25],
  ])('is clipped to [%f, %f]', async (lowest, highest, expected) => {
    expect(
      await temperatureOf({ 'residual-scale': 0.05, 'temperature-min': lowest, 'temperature-max': highest }, (initial) =>
        withMeans(initial, 5, 1.9, 2.5),
      ),
    ).toBeCloseTo(expected, 6);
  });

  it('says 0 residual samples before the first estimate, and mean δ² = 1', async () => {
    const given = problem({});
    const { diagnostics } = await runOnce(given, given.program('virel update'), given.initial, inputs(given), 'reference');
    expect([diagnostics['residual']?.[0], diagnostics['residual-samples']?.[0]]).toEqual([1, 0]);
  });

  it('fixed, is the given one; learned, moves by −(E[log π] + H̄) and rests with the actor', async () => {
    expect(
      await temperatureOf({ 'temperature-rule': 'fixed', temperature: 0.7 }, (initial) => withMeans(initial, 5, 1.9, 2.5)),
    ).toBeCloseTo(0.7, 6);
    const learned = problem({ 'temperature-rule': 'learned', temperature: 0.4 });
    const drawn = inputs(learned);
    const { after, diagnostics } = await runOnce(learned, learned.program('virel update'), learned.scattered, drawn, 'reference');
    expect(diagnostics['temperature']?.[0]).toBeCloseTo(0.4, 6);
    expect(gradientIn(after, 'log-temperature')[0]).toBeCloseTo((diagnostics['entropy']?.[0] as number) + a, 4);
    const paused = problem({ ...learned.values, 'actor-paused': true });
    const rested = await runOnce(paused, paused.program('virel update'), learned.scattered, drawn, 'reference');
    expect(entriesOf(rested.after, 'log-temperature', 'adam/first/log-')).toEqual(
      entriesOf(learned.scattered, 'log-temperature', 'adam/first/log-'),
    );
  });

  it.each([
    [0, 1],
    [10, 1],
    [20, 0.1],
    [30, 0.01],
    [99, 0.01],
  ])('of a schedule, at step %i, is %f', (step, expected) => {
    const { instance, values } = problem({
      'temperature-rule': 'schedule',
      temperature: 1,
      'temperature-end': 0.01,
      'schedule-from': 10,
      'schedule-to': 30,
    });
    expect(instance.controls(values, step)['temperature']?.[0]).toBeCloseTo(expected, 6);
  });
});
