// SAC and VIREL under each action prior, against double precision (docs/priors.md): α·log π becomes
// α·(log π − log p) in SAC's critic target, actor and temperature, and in VIREL's actor alone; the learned prior's own step.
import { describe, expect, it } from 'vitest';
import { taskDeclarations } from '../../../tasks/declarations.ts';
import type { TaskDeclaration } from '../../../contract/declarations.ts';
import type { ParameterValues } from '../../../contract/parameters.ts';
import { createEngine } from '../../../engine/devices.ts';
import type { NamedArrays } from '../../../engine/program.ts';
import { createStream } from '../../../random/stream.ts';
import type { Agent } from '../../agent.ts';
import { defaultsFor } from '../../declarations.ts';
import { sac } from '../../sac.ts';
import {
  actionValue,
  type Doubles,
  expectGradient,
  finiteDifference,
  type Gaussian,
  gaussianOf,
  klOfGaussians,
  logDensity,
  mean as meanOf,
  minQ,
  mlp,
  rowsOf,
  squashedSample,
  toDoubles,
} from '../../testing/double-precision.ts';
import { entriesOf, gradientIn, runOnce, smallProblem } from '../../testing/small-problem.ts';
import { virel } from '../../virel.ts';
import { BehaviourNetwork } from './behaviour.ts';

const halfCheetah = taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration;
const [o, a, B] = [3, 2, 5];
const behaviourPrior = new BehaviourNetwork({ observation: o, action: a }, 0.2).network.initialState(createStream(4, 'behaviour'));

const problem = (agent: Agent, values: Partial<ParameterValues>) =>
  smallProblem(
    agent,
    { observationSize: o, actionSize: a },
    {
      ...defaultsFor(agent.declaration, halfCheetah),
      'entropy-target': -a,
      hidden: [6, 5],
      'batch-size': B,
      discount: 0.9,
      'reward-scale': 2,
      temperature: 0.4,
      'critic-learning-rate': 0.02,
      'prior-smallest-scale': 0.2,
      ...values,
    } as ParameterValues,
    { behaviourPrior },
  );

interface Case {
  title: string;
  values: Partial<ParameterValues>;
  target: string;
  isCapped?: boolean;
  divergence: (p: Doubles, policy: Gaussian, s: number[], epsilon: number[]) => number;
}
/** Frozen parts of a prior are looked up in `p`; the policy alone is differentiated. */
const cases: Case[] = [
  {
    title: 'constant',
    values: { prior: 'constant', 'prior-mean': [0.3, -0.5], 'prior-scale': [0.6, 0.9] },
    target: 'kl-target',
    divergence: (_, policy) => klOfGaussians(policy, { mu: [0.3, -0.5], logSigma: [Math.log(0.6), Math.log(0.9)] }),
  },
  {
    title: 'constant, far away',
    values: { prior: 'constant', 'prior-mean': [5], 'prior-scale': [0.2] },
    target: 'kl-target',
    isCapped: true,
    divergence: (_, policy) => klOfGaussians(policy, { mu: [5, 5], logSigma: [Math.log(0.2), Math.log(0.2)] }),
  },
  {
    title: 'previous',
    values: { prior: 'previous', 'prior-uniform-share': 0.2 },
    target: 'kl-budget',
    divergence: (p, policy, s, epsilon) => {
      const { u, logProbability } = squashedSample(policy, epsilon);
      return logProbability - Math.log(0.8 * Math.exp(logDensity(gaussianOf(p, 'previous/actor', s), u)) + 0.2 / 2 ** a);
    },
  },
  {
    title: 'learned',
    values: { prior: 'learned' },
    target: 'kl-budget',
    divergence: (p, policy, s) => klOfGaussians(policy, gaussianOf(p, 'prior', s)),
  },
  {
    title: 'behaviour',
    values: { prior: 'behaviour' },
    target: 'kl-target',
    divergence: (_, policy, s) => {
      const out = mlp(toDoubles(behaviourPrior), 'behaviour', s);
      const half = (2 - Math.log(0.2)) / 2;
      return klOfGaussians(policy, {
        mu: out.slice(0, a),
        logSigma: out.slice(a).map((raw) => Math.log(0.2) + half * (Math.tanh(raw) + 1)),
      });
    },
  },
];

/** A state whose networks are moved apart, but for the behaviour prior: that stays as it was fitted. */
const startOf = ({ scattered }: { scattered: NamedArrays }): NamedArrays =>
  'behaviour/layer-0/bias' in scattered ? { ...scattered, ...structuredClone(behaviourPrior) } : scattered;

describe.each(cases)('under the prior: $title', async ({ values, target, isCapped = false, divergence }) => {
  const given = problem(sac, { ...values, 'kl-target': 3, 'kl-budget': 0.7 });
  const update = given.program('sac update');
  const initial = startOf(given);
  const { batch, noise } = given.draw(update.signature);
  const { after, diagnostics } = await runOnce(given, update, initial, { batch, noise });

  const p = toDoubles(initial);
  const [s, sNext, stored, epsilon, epsilonNext] = [
    rowsOf(batch['observation'], o),
    rowsOf(batch['next-observation'], o),
    rowsOf(batch['action'], a),
    rowsOf(noise['current'], a),
    rowsOf(noise['next'], a),
  ] as const;
  const mean = (f: (k: number) => number): number => meanOf(s.map((_, k) => f(k)));
  const of = (q: Doubles, k: number): number =>
    divergence(p, gaussianOf(q, 'actor', s[k] as number[]), s[k] as number[], epsilon[k] as number[]);
  const next = sNext.map((state, k) => {
    const policy = gaussianOf(p, 'actor', state);
    return {
      divergence: divergence(p, policy, state, epsilonNext[k] as number[]),
      action: squashedSample(policy, epsilonNext[k] as number[]).action,
    };
  });
  const y = sNext.map((state, k) => {
    const { action, divergence: nextDivergence } = next[k] as (typeof next)[number];
    return (
      2 * (batch['reward']?.[k] as number) +
      0.9 * (1 - (batch['terminated']?.[k] as number)) * (minQ(p, 'target/', state, action) - 0.4 * Math.min(100, nextDivergence))
    );
  });
  const criticLoss = (q: Doubles): number =>
    0.5 *
    [1, 2].reduce(
      (total, i) => total + mean((k) => (actionValue(q, `critic-${i}`, s[k] as number[], stored[k] as number[]) - (y[k] as number)) ** 2),
      0,
    );
  const actorLoss =
    (beta: number, seen: Doubles) =>
    (q: Doubles): number =>
      mean(
        (k) =>
          beta * of(q, k) -
          minQ(seen, '', s[k] as number[], squashedSample(gaussianOf(q, 'actor', s[k] as number[]), epsilon[k] as number[]).action),
      );
  const updated = { ...p, ...toDoubles(entriesOf(after, 'critic-')) };
  const named = (prefix: string): string[] => Object.keys(entriesOf(initial, prefix));
  const measured = mean((k) => of(p, k));

  it('SAC measures the KL that it steers, and says its target', () => {
    expect((diagnostics['kl']?.[0] as number) / measured).toBeCloseTo(1, 5);
    expect(diagnostics['kl-target']?.[0]).toBe(Math.fround(target === 'kl-target' ? 3 : 0.7));
    expect(diagnostics).not.toHaveProperty('entropy-target');
    expect(diagnostics['entropy']?.[0]).toBeCloseTo(
      -mean((k) => squashedSample(gaussianOf(p, 'actor', s[k] as number[]), epsilon[k] as number[]).logProbability),
      4,
    );
  });

  it('SAC’s critics take the divergence of the next state into their target, up to 100 nats', () => {
    expect(next.some((one) => one.divergence > 100)).toBe(isCapped);
    expect((diagnostics['critic-loss']?.[0] as number) / criticLoss(p)).toBeCloseTo(1, 5);
    for (const name of ['critic-1/layer-1/weight', 'critic-2/layer-2/bias'])
      expectGradient(gradientIn(after, name), finiteDifference(criticLoss, p, name), name);
  });

  it.each(named('actor/'))('SAC has the actor gradient of %s, the prior being held', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(actorLoss(0.4, updated), p, name), name);
  });

  it('SAC’s temperature moves by the KL target less the KL', () => {
    const goal = target === 'kl-target' ? 3 : 0.7;
    expect((gradientIn(after, 'log-temperature')[0] as number) / (goal - measured)).toBeCloseTo(1, 4);
    // Too far from the prior: the temperature rises.
    expect(Math.sign((after['log-temperature']?.[0] as number) - Math.log(0.4))).toBe(Math.sign(measured - goal));
  });

  it('VIREL’s critic steps as under the uniform prior, bit for bit; its actor sees ε·(log π − log p)', async () => {
    const own = { 'temperature-rule': 'residual', 'residual-scale': 0.25 };
    const [plain, drawn] = [problem(virel, own), problem(virel, { ...own, ...values })] as const;
    const program = drawn.program('virel update');
    const start = startOf(drawn);
    const shared = Object.fromEntries(Object.keys(plain.initial).map((name) => [name, start[name] as Float32Array]));
    const uniform = await runOnce(plain, plain.program('virel update'), shared, { batch, noise });
    const other = await runOnce(drawn, program, start, { batch, noise });
    const critics = ['critic-', 'target/critic-', 'adam/first/critic-', 'adam/second/critic-', 'adam/beta1-power/critics'];
    expect(entriesOf(other.after, ...critics)).toEqual(entriesOf(uniform.after, ...critics));
    expect(other.diagnostics['temperature']).toEqual(uniform.diagnostics['temperature']);
    expect(other.diagnostics['temperature']?.[0]).toBe(0.25);
    expect(entriesOf(other.after, 'actor/')).not.toEqual(entriesOf(uniform.after, 'actor/'));
    const q = toDoubles(start);
    const loss = (parameters: Doubles): number =>
      mean(
        (k) =>
          0.25 * divergence(q, gaussianOf(parameters, 'actor', s[k] as number[]), s[k] as number[], epsilon[k] as number[]) -
          minQ(
            { ...q, ...toDoubles(entriesOf(other.after, 'critic-')) },
            '',
            s[k] as number[],
            squashedSample(gaussianOf(parameters, 'actor', s[k] as number[]), epsilon[k] as number[]).action,
          ),
      );
    for (const name of named('actor/')) expectGradient(gradientIn(other.after, name), finiteDifference(loss, q, name), name);
  });
});

it('the entropy target H* and the KL target D log 2 − H* are one step of the temperature, in two readings', async () => {
  const given = problem(sac, { 'entropy-target': -1.3 });
  const { after, diagnostics } = await runOnce(
    given,
    given.program('sac update'),
    given.scattered,
    given.draw(given.program('sac update').signature),
  );
  const of = (name: string): number => diagnostics[name]?.[0] as number;
  expect(of('entropy-target')).toBe(Math.fround(-1.3));
  expect(of('kl-target')).toBeCloseTo(a * Math.LN2 + 1.3, 5);
  expect(of('kl')).toBeCloseTo(a * Math.LN2 - of('entropy'), 5);
  for (const gap of [of('kl-target') - of('kl'), of('entropy') - of('entropy-target')])
    expect(gradientIn(after, 'log-temperature')[0]).toBeCloseTo(gap, 5);
});

describe('the learned prior’s own step', async () => {
  const given = problem(sac, { prior: 'learned' });
  const update = given.program('sac update');
  const initial: NamedArrays = {
    ...given.scattered,
    'prior/log-multiplier-mean': Float32Array.of(0.3),
    'prior/log-multiplier-scale': Float32Array.of(-0.5),
  };
  const drawn = given.draw(update.signature);
  const { after, diagnostics } = await runOnce(given, update, initial, drawn);
  const p = toDoubles(initial);
  const s = rowsOf(drawn.batch['observation'], o);
  /** KL of the policy and of the target prior from the mean with the target's scale, and from the scale with the target's mean. */
  const parts = (q: Doubles) =>
    s.map((state) => {
      const [policy, kept, moved] = [gaussianOf(p, 'actor', state), gaussianOf(p, 'target/prior', state), gaussianOf(q, 'prior', state)];
      const [byMean, byScale] = [
        { mu: moved.mu, logSigma: kept.logSigma },
        { mu: kept.mu, logSigma: moved.logSigma },
      ];
      return {
        fit: klOfGaussians(policy, byMean) + klOfGaussians(policy, byScale),
        meanMove: klOfGaussians(kept, byMean),
        scaleMove: klOfGaussians(kept, byScale),
      };
    });
  const loss = (q: Doubles): number =>
    meanOf(parts(q).map(({ fit, meanMove, scaleMove }) => 0.4 * fit + Math.exp(0.3) * meanMove + Math.exp(-0.5) * scaleMove));
  const moves = { mean: meanOf(parts(p).map(({ meanMove }) => meanMove)), scale: meanOf(parts(p).map(({ scaleMove }) => scaleMove)) };

  it('reports its loss: α times the fit, and both moves by their multipliers', () => {
    expect((diagnostics['prior-loss']?.[0] as number) / loss(p)).toBeCloseTo(1, 5);
  });

  it.each(Object.keys(entriesOf(initial, 'prior/layer-')))('has the gradient of %s', (name) => {
    expectGradient(gradientIn(after, name), finiteDifference(loss, p, name), name);
  });

  it.each(['mean', 'scale'] as const)(
    'raises the multiplier of its %s where that moves further than its bound, and lowers it where less far',
    async (which) => {
      const name = `prior/log-multiplier-${which}`;
      for (const factor of [0.5, 2]) {
        const bound = Float32Array.of(moves[which] * factor);
        const turned = await runOnce(
          { ...given, controls: { ...given.controls, [`prior-${which}-bound`]: bound } },
          update,
          initial,
          drawn,
          'reference',
        );
        expect((gradientIn(turned.after, name)[0] as number) / (moves[which] * (factor - 1))).toBeCloseTo(1, 3);
        expect(Math.sign((turned.after[name]?.[0] as number) - (initial[name]?.[0] as number))).toBe(factor < 1 ? 1 : -1);
      }
    },
  );
});

describe('copies', () => {
  it.each([
    ['previous', { prior: 'previous', 'prior-refresh': 3 }, 'previous policy', (name: string) => `previous/${name}`, 'actor/'],
    ['learned', { prior: 'learned', 'prior-copy-every': 3 }, 'target prior', (name: string) => `target/${name}`, 'prior/layer-'],
  ])('of the %s prior are taken at multiples of n, after the update, and never between', async (_, values, copying, copyOf, prefix) => {
    const given = problem(sac, values);
    const engine = createEngine({ device: 'reference', threads: 1, stateShapes: given.instance.stateShapes });
    await engine.writeState(given.initial);
    expect(given.instance.updates.map(({ name }) => name)).toEqual(['sac update', copying]);
    const copies = (state: NamedArrays): NamedArrays =>
      Object.fromEntries(Object.keys(entriesOf(state, prefix)).map((name) => [name, state[copyOf(name)] as Float32Array]));
    let held = entriesOf(given.initial, prefix);
    // At the start the copy is the network itself.
    expect(copies(given.initial)).toEqual(held);
    for (let step = 1; step <= 7; step += 1) {
      for (const declaration of given.instance.updates) {
        if (declaration.isDue(step))
          await (await engine.compile(declaration)).run({ ...given.draw(declaration.signature), controls: given.controls });
      }
      const state = await engine.readState();
      expect(entriesOf(state, prefix)).not.toEqual(held);
      if (step % 3 === 0) held = entriesOf(state, prefix);
      expect(copies(state), `after step ${step}`).toEqual(held);
    }
  });
});
