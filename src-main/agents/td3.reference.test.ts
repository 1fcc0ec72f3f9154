// TD3's update against Stable-Baselines3's own: ten updates on the parameters, batches and noise in
// test/reference/stable-baselines3/, whose README says how they were made.
import { describe, expect, it } from 'vitest';
import { changeRatio, readReference, replay, valuesFor } from '../../test/reference/stable-baselines3/replay.ts';
import { td3 } from './td3.ts';
import { td3Declaration } from './td3.declaration.ts';

const reference = readReference('td3');
const { sizes, settings, initial, after } = reference;
const values = {
  ...valuesFor(td3Declaration, reference),
  'policy-delay': settings['policy_delay'] as number,
  'smoothing-noise': settings['target_policy_noise'] as number,
  'smoothing-clip': settings['target_noise_clip'] as number,
};
const agent = td3.create({ observationSize: sizes.observation, actionSize: sizes.action }, values);
const names = Object.keys(initial);
const isOnlineCritic = (name: string): boolean => name.startsWith('critic-');

it('is compared in every tensor but Adam’s own', () => {
  expect(names.toSorted()).toEqual(
    Object.keys(agent.stateShapes)
      .filter((name) => !name.startsWith('adam/'))
      .toSorted(),
  );
});

describe.each(['cpu', 'reference'])('on the device %s', async (device) => {
  const { diagnostics, states } = await replay(agent, agent.controls(values, 0), reference, device);
  const ratio = (name: string, number: number): number =>
    changeRatio(states[number - 1]?.[name] as Float32Array, after[number]?.[name] as Float32Array, initial[name] as Float32Array);

  it.each(reference.updates.map(({ losses }, k) => ({ number: k + 1, losses })))(
    'update $number has Stable-Baselines3’s losses, each to 1e-4 of itself',
    ({ number, losses }) => {
      const ours = Object.entries(diagnostics[number - 1] ?? {}).filter(([name]) => name.endsWith('-loss'));
      expect(ours.map(([name]) => name).toSorted()).toEqual(
        Object.keys(losses)
          .map((name) => `${name}-loss`)
          .toSorted(),
      );
      for (const [name, value] of ours) {
        const theirs = losses[name.slice(0, -'-loss'.length)] as number;
        expect(Math.abs((value[0] as number) - theirs) / Math.abs(theirs), name).toBeLessThanOrEqual(1e-4);
      }
    },
  );

  it.each(names)('%s changes as theirs: to 1e-3 of the change after its first update, to 1e-2 after ten', (name) => {
    expect(ratio(name, isOnlineCritic(name) ? 1 : 2)).toBeLessThanOrEqual(1e-3);
    expect(ratio(name, 10)).toBeLessThanOrEqual(1e-2);
  });

  it.each(names.filter((name) => !isOnlineCritic(name)))('%s rests in the first update, as theirs', (name) => {
    expect(after[1]?.[name]).toEqual(initial[name]);
    expect(states[0]?.[name]).toEqual(initial[name]);
  });
});
