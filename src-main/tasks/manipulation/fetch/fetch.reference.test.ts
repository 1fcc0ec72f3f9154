// The Fetch tasks against Gymnasium-Robotics' own, step by step, on the episodes in test/reference/gymnasium-robotics/ (made
// by generate.py there, with the versions in requirements.txt).
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createStream } from '../../../random/stream.ts';
import { loadTask } from '../../node/load-task.ts';
import type { Task } from '../../task.ts';

interface ReferenceEpisode {
  qpos: number[];
  qvel: number[];
  goal: number[];
  firstObservation: number[];
  actions: number[][];
  observations: number[][];
  achieved: number[][];
  rewards: number[];
  denseRewards: number[];
  successes: boolean[];
}

interface Reference {
  goalHeight: number | null;
  episodes: ReferenceEpisode[];
}

// Gymnasium-Robotics runs MuJoCo's native build, we the WebAssembly one: another libm and other instructions. Both agree to the
// last digits, through contacts of boxes too. The puck is a cylinder, whose contacts MuJoCo finds by an iteration that ends at
// a tolerance: from its first contacts on differences of 1e-14 are some of 1e-5. So its episodes are compared for as many
// steps as `horizon` says; in the second one, of random actions, it is never touched.
const cases = [
  { id: 'fetch-reach', file: 'fetch-reach', tolerance: 1e-13, horizon: [50, 50, 50, 50] },
  { id: 'fetch-push', file: 'fetch-push', tolerance: 1e-9, horizon: [50, 50, 50, 50] },
  { id: 'fetch-slide', file: 'fetch-slide', tolerance: 1e-9, horizon: [7, 50, 7, 3] },
  { id: 'fetch-pick-and-place', file: 'fetch-pick-and-place', tolerance: 1e-10, horizon: [50, 50, 50, 50] },
  // With Gymnasium-Robotics' meshes, which touch one another here and there, and the table at the lowest goals.
  { id: 'fetch-reach', file: 'fetch-reach-meshes', tolerance: 5e-3, horizon: [50, 50, 50, 50] },
];

function read(name: string): Reference {
  const file = new URL(`../../../../test/reference/gymnasium-robotics/${name}.json.gz`, import.meta.url);
  return JSON.parse(gunzipSync(readFileSync(file)).toString()) as Reference;
}

/** Begins an episode as the reference's began, with its goal. */
function beginAt(task: Task, { qpos, qvel, goal }: ReferenceEpisode): void {
  task.beginAt(qpos, qvel);
  const snapshot = task.snapshot();
  snapshot.taskState.set(goal, snapshot.taskState.length - goal.length);
  task.restore(snapshot);
}

function largestDifference(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  return Math.max(...theirs.map((value, i) => Math.abs(value - (ours[i] as number))));
}

describe.each(cases)('$file', ({ id, file, tolerance, horizon }) => {
  it(`begins around where Gymnasium-Robotics begins, and gives its observations and rewards to ${tolerance}`, async () => {
    using stack = new DisposableStack();
    const open = async (options = {}) => stack.adopt(await loadTask(id, options), (loaded) => loaded.dispose());
    const [task, dense] = [await open(), await open({ 'dense-reward': true })];
    const { episodes, goalHeight } = read(file);
    task.reset(createStream(1, 'reset'));
    // The joints that the reset leaves as they settled: all but an object's x and y.
    const settled = (qpos: ArrayLike<number>): number[] => Array.from(qpos).filter((_, i) => i < 15 || i > 16);
    let worst = largestDifference(settled(task.simulator.qpos), settled(episodes[0]?.qpos ?? []));
    if (goalHeight !== null && id !== 'fetch-pick-and-place')
      worst = Math.max(worst, Math.abs((task.goal?.desired[2] ?? NaN) - goalHeight));
    expect(episodes.map(({ actions }) => actions.length)).toEqual([50, 50, 50, 50]);
    for (const [number, episode] of episodes.entries()) {
      beginAt(task, episode);
      worst = Math.max(worst, largestDifference(task.observation, episode.firstObservation));
      for (const [k, action] of episode.actions.slice(0, horizon[number]).entries()) {
        const result = task.step(action);
        const [achieved, desired] = [task.goal?.achieved ?? [], task.goal?.desired ?? []];
        worst = Math.max(
          worst,
          largestDifference(task.observation, episode.observations[k] as number[]),
          largestDifference(achieved, episode.achieved[k] as number[]),
          Math.abs((dense.goal?.reward(achieved, desired) ?? NaN) - (episode.denseRewards[k] as number)),
        );
        expect([result.reward, task.isSuccess]).toEqual([episode.rewards[k] === 0 ? 0 : -1, episode.successes[k]]);
        expect([result.terminated, result.truncated]).toEqual([false, k === 49]);
      }
    }
    expect(worst).toBeLessThan(tolerance);
  });
});
