// Our tasks against Gymnasium's own, step by step, on the episodes in test/reference/gymnasium/ (made by
// generate.py there, with the versions in requirements.txt).
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import { loadTask } from './node/load-task.ts';

interface ReferenceEpisode {
  qpos: number[];
  qvel: number[];
  firstObservation: number[];
  /** In the task's own range. */
  actions: number[][];
  observations: number[][];
  rewards: number[];
  terms: number[][];
  terminated: boolean[];
  truncated: boolean[];
}

// Gymnasium runs MuJoCo's native build, we the WebAssembly one: another libm and other instructions. Without contact the
// two agree to the last digits. Contact is chaotic: half-cheetah's first difference of 1e-16 grows to 1e-6 in 30 to 100 steps,
// so its episodes are cut after 20, each beginning where the one before ended. The other tasks' fall before that or hardly
// move. Gymnasium gives the pendulum's observations in single precision, whose digits there are 5e-7 apart.
const cases: { id: string; file?: string; options?: ParameterValues; episodeCount: number; tolerance: number }[] = [
  { id: 'inverted-pendulum', episodeCount: 15, tolerance: 1e-12 },
  { id: 'inverted-double-pendulum', episodeCount: 26, tolerance: 1e-12 },
  { id: 'pendulum', episodeCount: 1, tolerance: 1e-6 },
  { id: 'reacher', episodeCount: 4, tolerance: 1e-12 },
  { id: 'swimmer', episodeCount: 1, tolerance: 1e-12 },
  { id: 'pusher', episodeCount: 2, tolerance: 1e-8 },
  { id: 'half-cheetah', episodeCount: 10, tolerance: 1e-8 },
  { id: 'hopper', episodeCount: 10, tolerance: 1e-12 },
  { id: 'walker2d', episodeCount: 10, tolerance: 1e-11 },
  { id: 'ant', episodeCount: 6, tolerance: 1e-8 },
  { id: 'humanoid', episodeCount: 8, tolerance: 1e-8 },
  { id: 'humanoid-standup', episodeCount: 1, tolerance: 1e-8 },
  {
    id: 'hopper',
    file: 'hopper-options',
    episodeCount: 10,
    tolerance: 1e-8,
    options: {
      'forward-reward-weight': 2,
      'ctrl-cost-weight': 0.01,
      'healthy-reward': 0.5,
      'terminate-when-unhealthy': false,
      'healthy-z-min': 1,
      'healthy-z-max': 1.3,
      'healthy-angle-min': -0.1,
      'healthy-angle-max': 0.15,
      'exclude-current-positions-from-observation': false,
    },
  },
  {
    id: 'ant',
    file: 'ant-options',
    episodeCount: 5,
    tolerance: 1e-8,
    options: {
      'contact-cost-weight': 0.01,
      'healthy-reward': 0.25,
      'terminate-when-unhealthy': false,
      'healthy-z-min': 0.3,
      'healthy-z-max': 0.6,
      'contact-force-min': -2,
      'contact-force-max': 0.5,
      'include-cfrc-ext-in-observation': false,
    },
  },
  {
    id: 'humanoid',
    file: 'humanoid-options',
    episodeCount: 10,
    tolerance: 1e-8,
    options: {
      'contact-cost-weight': 1e-3,
      'contact-cost-min': 0.5,
      'contact-cost-max': 3,
      'terminate-when-unhealthy': false,
      'healthy-z-min': 1.1,
      'healthy-z-max': 1.35,
      'include-cinert-in-observation': false,
      'include-cvel-in-observation': false,
    },
  },
];

function readEpisodes(name: string): ReferenceEpisode[] {
  const file = new URL(`../../test/reference/gymnasium/${name}.json.gz`, import.meta.url);
  const { episodes } = JSON.parse(gunzipSync(readFileSync(file)).toString()) as { episodes: ReferenceEpisode[] };
  return episodes;
}

function largestDifference(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  return Math.max(0, ...theirs.map((value, i) => Math.abs(value - (ours[i] as number))));
}

describe.each(cases.map((one) => ({ file: one.id, options: {}, ...one })))('$file', ({ id, file, options, episodeCount, tolerance }) => {
  it(`gives Gymnasium's observations, reward terms and flags over 200 steps to ${tolerance}`, async () => {
    using stack = new DisposableStack();
    const task = stack.adopt(await loadTask(id, options), (loaded) => loaded.dispose());
    const episodes = readEpisodes(file);
    expect(episodes).toHaveLength(episodeCount);
    expect(episodes.reduce((sum, { actions }) => sum + actions.length, 0)).toBe(200);
    const { low, high } = task.declaration.action[0] as { low: number; high: number };
    let worst = 0;
    for (const episode of episodes) {
      task.beginAt(episode.qpos, episode.qvel);
      worst = Math.max(worst, largestDifference(task.observation, episode.firstObservation));
      episode.actions.forEach((theirAction, k) => {
        const action = theirAction.map((value) => (value - (low + high) / 2) / ((high - low) / 2));
        const result = task.step(action);
        worst = Math.max(
          worst,
          largestDifference(task.observation, episode.observations[k] as number[]),
          // Gymnasium does not name standup's last term and none of the pendulum's; the reward is their sum.
          largestDifference(result.terms.slice(0, episode.terms[k]?.length), episode.terms[k] as number[]),
          Math.abs(result.reward - (episode.rewards[k] as number)),
        );
        expect({ step: k, terminated: result.terminated, truncated: result.truncated }).toEqual({
          step: k,
          terminated: episode.terminated[k],
          truncated: episode.truncated[k],
        });
      });
    }
    expect(worst).toBeLessThan(tolerance);
  });
});
