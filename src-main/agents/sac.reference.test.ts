// SAC's update against Stable-Baselines3's own: ten updates on the parameters, batches and noise in
// test/reference/stable-baselines3/, whose README says how they were made.
import { describe, expect, it } from 'vitest';
import type { NamedArrays } from '../engine/program.ts';
import { changeRatio, readReference, replay, valuesFor } from '../../test/reference/stable-baselines3/replay.ts';
import { sac } from './sac.ts';
import { sacDeclaration } from './sac.declaration.ts';

const reference = readReference('sac');
const { sizes, settings } = reference;
const values = {
  ...valuesFor(sacDeclaration, reference),
  'temperature-learning-rate': settings['learning_rate'] as number,
  temperature: settings['temperature'] as number,
  'entropy-target': settings['target_entropy'] as number,
  'log-sigma-bounds': 'clip',
};
const agent = sac.create({ observationSize: sizes.observation, actionSize: sizes.action }, values);
const names = Object.keys(reference.initial);

it('is compared in every tensor but Adam’s own', () => {
  expect(names.toSorted()).toEqual(
    Object.keys(agent.stateShapes)
      .filter((name) => !name.startsWith('adam/'))
      .toSorted(),
  );
});

describe.each(['cpu', 'reference'])('on the device %s', async (device) => {
  const { diagnostics, states } = await replay(agent, agent.controls(values, 0), reference, device);

  it.each(reference.updates.map(({ losses }, k) => ({ number: k + 1, losses })))(
    'update $number has Stable-Baselines3’s losses, each to 1e-4 of itself',
    ({ number, losses }) => {
      const of = (name: string): number => (diagnostics[number - 1] as NamedArrays)[name]?.[0] as number;
      const ours: Record<string, number> = {
        critic: of('critic-loss'),
        actor: of('actor-loss'),
        // Theirs is −log α · mean(log π + H̄); it is no diagnostic of ours.
        temperature: Math.log(of('temperature')) * (of('entropy') - of('entropy-target')),
      };
      expect(Object.keys(losses).toSorted()).toEqual(Object.keys(ours).toSorted());
      for (const [name, theirs] of Object.entries(losses))
        expect(Math.abs((ours[name] as number) - theirs) / Math.abs(theirs), name).toBeLessThanOrEqual(1e-4);
    },
  );

  it.each(names)('%s changes as theirs: to 1e-3 of the change after one update, to 1e-2 after ten', (name) => {
    const ratio = (number: number): number =>
      changeRatio(
        states[number - 1]?.[name] as Float32Array,
        reference.after[number]?.[name] as Float32Array,
        reference.initial[name] as Float32Array,
      );
    expect(ratio(1)).toBeLessThanOrEqual(1e-3);
    expect(ratio(10)).toBeLessThanOrEqual(1e-2);
  });
});
