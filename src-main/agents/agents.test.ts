// What holds for every agent: its state, controls and diagnostics are as declared, a former state is kept where it fits,
// and eager and compiled execution agree, for every option that changes a program.
import { describe, expect, it } from 'vitest';
import { metricDeclarations } from '../contract/series.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { createEngine } from '../engine/devices.ts';
import type { NamedArrays, NamedShapes, Program } from '../engine/program.ts';
import { createStream } from '../random/stream.ts';
import { agentDeclarations, defaultsFor } from './declarations.ts';
import { BehaviourNetwork } from './parts/priors/behaviour.ts';
import { priorKinds } from './parts/priors/kinds.ts';
import { residualRules } from './parts/residual.ts';
import { findAgent } from './registry.ts';
import { smallProblem } from './testing/small-problem.ts';

const halfCheetah = taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration;
const sizes = { observationSize: 4, actionSize: 2 };
const behaviourPrior = new BehaviourNetwork({ observation: 4, action: 2 }, 0.05).network.initialState(createStream(4, 'behaviour'));
/** Bounds on a learned prior's moves well above what single precision leaves of a KL near 0. */
const small = {
  hidden: [8, 8],
  'batch-size': 8,
  'residual-samples': 16,
  'residual-every': 10,
  'prior-refresh': 20,
  'prior-copy-every': 20,
  'prior-mean-bound': 0.05,
  'prior-scale-bound': 0.05,
};

const problem = (id: string, values: Partial<ParameterValues>) => {
  const agent = findAgent(id);
  return smallProblem(
    agent,
    sizes,
    { ...defaultsFor(agent.declaration, halfCheetah), 'entropy-target': -2, ...small, ...values } as ParameterValues,
    { behaviourPrior },
  );
};

type Option = Partial<ParameterValues>;
/** Every choice that changes a program, alone, and each prior with both kinds of agent that take one. */
const options: Record<string, readonly Option[]> = {
  sac: [
    ...priorKinds.map((prior) => ({ prior })),
    ...['fixed', 'schedule'].map((rule) => ({ 'temperature-rule': rule, temperature: 0.2 })),
    { 'log-sigma-bounds': 'clip' },
    { 'actor-paused': true },
    { prior: 'learned', 'actor-paused': true },
    { prior: 'learned', 'adam-epsilon-form': 'before-correction' },
  ],
  virel: [
    ...priorKinds.map((prior) => ({ prior })),
    ...residualRules.filter((rule) => rule !== 'squared').map((rule) => ({ 'residual-rule': rule })),
    ...['learned', 'fixed', 'schedule'].map((rule) => ({ 'temperature-rule': rule, temperature: 0.2 })),
    { 'residual-networks': 'target' },
    { 'actor-paused': true },
    { 'critic-form': 'single', prior: 'previous' },
    { 'actor-sees': 'former' },
    { 'actor-sees': 'released' },
    { 'adam-epsilon-form': 'before-correction' },
    { initialisation: 'published', 'log-sigma-bounds': 'clip' },
  ],
  'virel-published': [
    {},
    { 'temperature-rule': 'learned', temperature: 0.2 },
    { 'residual-networks': 'target' },
    { 'actor-paused': true },
    { 'actor-sees': 'former' },
    { 'actor-sees': 'updated' },
    { 'adam-epsilon-form': 'plain' },
  ],
  'virel-fixed': [{}],
  'sac-v1': [{}, { 'log-sigma-bounds': 'affine' }, { 'actor-paused': true }, { 'adam-epsilon-form': 'plain' }],
  td3: [{}, { 'policy-delay': 1 }, { 'actor-paused': true }, { 'adam-epsilon-form': 'before-correction' }],
  ddpg: [{}, { 'actor-paused': true }, { 'adam-epsilon-form': 'before-correction' }],
};
const combinations = Object.entries(options).flatMap(([id, all]) =>
  all.map((values) => ({
    id,
    values,
    title: `${id} ${Object.entries(values)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`.trim(),
  })),
);

it('every agent is among those tested here', () => {
  expect(Object.keys(options).toSorted()).toEqual(agentDeclarations.map(({ id }) => id).toSorted());
});

const sizeOf = (shape: readonly number[]): number => shape.reduce((size, extent) => size * extent, 1);
const sizesOf = (shapes: NamedShapes): [string, number][] =>
  Object.entries(shapes)
    .map(([name, shape]): [string, number] => [name, sizeOf(shape)])
    .toSorted();
const lengthsOf = (arrays: NamedArrays): [string, number][] =>
  Object.entries(arrays)
    .map(([name, array]): [string, number] => [name, array.length])
    .toSorted();

describe.each(combinations)('$title', ({ id, values }) => {
  const given = problem(id, values);
  const { instance, controls, initial } = given;

  it('starts with the state and has the controls that it declares', () => {
    expect(lengthsOf(initial)).toEqual(sizesOf(instance.stateShapes));
    const programs = [
      ...instance.updates,
      instance.act,
      instance.policy(3),
      instance.critics(3),
      instance.inspection.fresh,
      instance.inspection.fixed,
      instance.inspection.valuation(3),
    ];
    const declared: NamedShapes = Object.assign({}, ...programs.map(({ signature }) => signature.controls)) as NamedShapes;
    expect(lengthsOf(controls)).toEqual(sizesOf(declared));
    for (const [name, array] of Object.entries({ ...initial, ...controls }))
      expect([name, array.every(Number.isFinite)]).toEqual([name, true]);
  });

  it('agrees eager and compiled over 50 updates, and records declared metrics alone', async () => {
    // Tolerance, as sac.test.ts derives it for 200 updates: a gradient is a sum of at most n = 8 · 17 products, whose
    // rounding error is below √n · 2⁻²⁴ ≈ 7e-7 of its size; a step of 3e-4 differs by twice that, 4e-10; 50 steps by
    // 2.1e-8, and with the same factor of 20 for what feeds back into gradients 4.2e-7 absolute. Moments: 1e-4 relative.
    const [absolute, relative] = [4.2e-7, 1e-4];
    const engines = ['cpu', 'reference'].map((device) => createEngine({ device, threads: 1, stateShapes: instance.stateShapes }));
    const programs: Program[][] = [];
    for (const engine of engines) {
      await engine.writeState(initial);
      const compiled: Program[] = [];
      // One after another: tracing has the whole of tfjs to itself.
      for (const update of instance.updates) compiled.push(await engine.compile(update));
      programs.push(compiled);
    }
    const recorded = new Set<string>();
    const strange: string[] = [];
    for (let step = 1; step <= 50; step += 1) {
      for (const [k, update] of instance.updates.entries()) {
        if (!update.isDue(step)) continue;
        const drawn = given.draw(update.signature);
        for (const compiled of programs) {
          const diagnostics = await (compiled[k] as Program).run({ ...drawn, controls: instance.controls(given.values, step) });
          for (const [name, value] of Object.entries(diagnostics)) {
            recorded.add(name);
            if (value.length !== 1 || !Number.isFinite(value[0])) strange.push(`${name} ${value} at step ${step}`);
          }
        }
      }
    }
    expect(strange).toEqual([]);
    const metrics: readonly string[] = metricDeclarations.map(({ name }) => name);
    expect([...recorded].filter((name) => !metrics.includes(name))).toEqual([]);

    const [compiled, eager] = (await Promise.all(engines.map((engine) => engine.readState()))) as [NamedArrays, NamedArrays];
    const worst = { name: '', ratio: 0, moved: 0 };
    for (const [name, array] of Object.entries(eager)) {
      for (const [i, value] of array.entries()) {
        const ratio = Math.abs((compiled[name]?.[i] as number) - value) / (absolute + relative * Math.abs(value));
        if (!(ratio <= worst.ratio)) Object.assign(worst, { name: `${name}[${i}]`, ratio });
        if (name.startsWith('critic-')) worst.moved = Math.max(worst.moved, Math.abs(value - (initial[name]?.[i] as number)));
      }
    }
    expect(worst.ratio, worst.name).toBeLessThan(1);
    // It did learn: a critic's parameter is tens of steps from where it began.
    expect(worst.moved).toBeGreaterThan(3e-3);
    for (const engine of engines) await engine.dispose();
  });

  it('keeps of a former state what fits in name and size, and starts the rest anew', () => {
    const marked: NamedArrays = Object.fromEntries(Object.entries(initial).map(([name, array]) => [name, array.map((_, i) => 0.5 + i)]));
    const [critic, policy] = ['critic-1/layer-0/weight', 'actor/layer-0/weight'];
    const former = {
      ...Object.fromEntries(Object.entries(marked).filter(([name]) => name !== policy)),
      [critic]: Float32Array.of(1, 2, 3),
      'no-such-entry': Float32Array.of(1),
    };
    const state = instance.initialState(createStream(3, 'initial'), former);
    expect(lengthsOf(state)).toEqual(sizesOf(instance.stateShapes));
    const isAnew = (name: string): boolean => name === critic || name === policy || name.startsWith('behaviour/');
    for (const [name, array] of Object.entries(state))
      expect([name, [...array]]).toEqual([name, [...((isAnew(name) ? initial : marked)[name] as Float32Array)]]);
    // Copies, not views: the former state may go on elsewhere.
    for (const name of Object.keys(marked)) expect(state[name]).not.toBe(marked[name]);
  });
});

it('a prior that copies the policy begins, after a change of prior, as the policy then is', () => {
  const former = problem('sac', {});
  const copied = problem('sac', { prior: 'previous' }).instance.initialState(createStream(9, 'other'), former.scattered);
  for (const name of Object.keys(former.scattered).filter((one) => one.startsWith('actor/'))) {
    expect(copied[name]).toEqual(former.scattered[name]);
    expect(copied[`previous/${name}`]).toEqual(former.scattered[name]);
  }
});
