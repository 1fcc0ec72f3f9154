// Evaluation: complete, repeatable, without any trace in training, and recorded truthfully.
import { afterEach, describe, expect, it } from 'vitest';
import { createStream } from '../random/stream.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import { evaluate, squashedLogProbability } from './evaluation.ts';
import { prepareRun, type PreparedRun } from './prepare.ts';
import { hashState } from './state-hash.ts';
import { createEvaluationStream } from './streams.ts';
import { smallRun } from './test-run.ts';

const opened: PreparedRun[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.dispose();
});
async function open(): Promise<PreparedRun> {
  const prepared = await prepareRun(smallRun());
  opened.push(prepared);
  return prepared;
}
const run = (prepared: PreparedRun, step: number, episodes = 5, isSampled = false) =>
  evaluate({
    tasks: prepared.evaluationTasks,
    modelHash: prepared.modelHash,
    policy: prepared.loop.learner.policy,
    episodes,
    step,
    stream: createEvaluationStream(1, step),
    ...(isSampled ? { noise: (episode: number) => createStream(1, `noise/${episode}`) } : {}),
  });

describe('an evaluation', () => {
  it('repeats for a seed and step, differs for another step, and leaves training untouched', async () => {
    const [a, b] = [await open(), await open()];
    const silent = { metrics: () => {}, warning: () => {} };
    for (let i = 0; i < 130; i += 1) {
      await a.loop.step(silent);
      await b.loop.step(silent);
    }
    const first = await run(a, 130);
    expect(await run(a, 130)).toEqual(first);
    expect((await run(a, 131)).rollouts).not.toEqual(first.rollouts);
    expect(await run(b, 130)).toEqual(first);
    // b has evaluated once, a three times.
    for (let i = 0; i < 60; i += 1) {
      await a.loop.step(silent);
      await b.loop.step(silent);
    }
    expect(hashState((await a.loop.save()).engine)).toBe(hashState((await b.loop.save()).engine));
  });

  it.each([
    [1, ['best']],
    [2, ['best', 'worst']],
    [3, ['best', 'median', 'worst']],
    [6, ['best', 'median', 'worst']],
  ])('keeps all returns of %i episodes and records %j', async (episodes, kinds) => {
    const { returns, lengths, rollouts } = await run(await open(), 7, episodes);
    expect([returns.length, lengths.length]).toEqual([episodes, episodes]);
    expect(rollouts.map(({ kind }) => kind).sort()).toEqual(kinds);
    const sorted = [...returns].sort((a, b) => b - a);
    for (const rollout of rollouts) {
      const place = { best: 0, median: Math.floor(episodes / 2), worst: episodes - 1, extra: NaN }[rollout.kind];
      expect(rollout.return).toBe(sorted[place]);
      expect(rollout.return).toBe(returns[rollout.episode]);
      expect(rollout.length).toBe(lengths[rollout.episode]);
    }
  });

  it('records what an exact repetition of its actions gives again', async () => {
    const prepared = await open();
    const { rollouts } = await run(prepared, 40, 3, true);
    const fresh = await loadTask('inverted-pendulum');
    for (const rollout of rollouts) {
      const column = (name: string) => {
        const found = rollout.columns.find((one) => one.name === name);
        if (found === undefined) throw new Error(`there is no column ${name}`);
        return found;
      };
      const row = (name: string, k: number) => column(name).data.slice(k * column(name).width, (k + 1) * column(name).width);
      for (const { name, width, data } of rollout.columns) {
        expect(data.length, name).toBe(width * (rollout.length + (['qpos', 'qvel', 'mocap'].includes(name) ? 1 : 0)));
      }
      fresh.restore({ state: rollout.initialState, taskState: rollout.initialTaskState });
      let sum = 0;
      for (let k = 0; k < rollout.length; k += 1) {
        expect(row('observation', k)).toEqual(Float32Array.from(fresh.observation));
        expect(row('qpos', k)).toEqual(fresh.simulator.qpos.slice());
        const result = fresh.step(row('action', k));
        expect(row('reward-terms', k)).toEqual(result.terms);
        expect([...row('terminated', k), ...row('truncated', k)]).toEqual([result.terminated ? 1 : 0, result.truncated ? 1 : 0]);
        sum += result.reward;
        const u = Math.atanh(row('action', k)[0] as number);
        const [mean, sigma] = [row('policy-mean', k), row('policy-sigma', k)];
        const noise = [(u - (mean[0] as number)) / (sigma[0] as number)];
        expect(row('log-probability', k)[0]).toBeCloseTo(squashedLogProbability(mean, sigma, noise), 3);
      }
      expect(row('qvel', rollout.length)).toEqual(fresh.simulator.qvel.slice());
      expect([rollout.return, rollout.terminated]).toEqual([sum, true]);
      expect(rollout.modelHash).toMatch(/^[0-9a-f]{64}$/);
      expect(rollout.rewardTerms).toEqual(['alive']);
    }
    fresh.dispose();
  });

  it('runs its episodes side by side as it would one after another, sampled or not, some of them ending early', async () => {
    // Pushed away from where it starts: the farther that is from the middle, the sooner the pole falls.
    const policy = async (observations: Float32Array) => {
      const mean = Float32Array.from({ length: observations.length / 4 }, (_, row) => 40 * (observations[4 * row] as number));
      return { meanAction: mean.map(Math.tanh), mean, sigma: mean.map(() => 0.5) };
    };
    for (const noise of [undefined, (episode: number) => createStream(5, `noise/${episode}`)]) {
      const results = [];
      for (const lanes of [1, 2, 3]) {
        const tasks = await Promise.all(Array.from({ length: lanes }, () => loadTask('inverted-pendulum')));
        results.push(
          await evaluate({
            tasks,
            modelHash: '',
            policy,
            episodes: 5,
            step: 0,
            stream: createEvaluationStream(3, 0),
            ...(noise ? { noise } : {}),
          }),
        );
        for (const task of tasks) task.dispose();
      }
      expect(new Set(results[0]?.lengths).size).toBeGreaterThan(1);
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it('stops at a policy that is not finite, saying where', async () => {
    const prepared = await open();
    const broken = Float32Array.of(Number.NaN);
    await expect(
      evaluate({
        tasks: prepared.evaluationTasks,
        modelHash: prepared.modelHash,
        episodes: 1,
        step: 77,
        stream: createStream(1, 'x'),
        policy: async () => ({ meanAction: broken, mean: broken, sigma: broken }),
      }),
    ).rejects.toThrow('the policy mean in the evaluation became NaN at environment step 77');
  });
});

describe('the log-probability of a squashed sample', () => {
  // Golden values of the squashed Gaussian: mean, σ, noise, log π.
  it.each([
    [0, 1, 0, -0.9189385332],
    [0.5, 0.2, 1, 0.6450398379],
    [-2, 0.5, -1.5, 2.7710711728],
    [8, 1, 2, 15.6947671098],
    [20, 1, 0, 37.6947671057],
  ])('at mean %d, σ %d, noise %d is %d', (mean, sigma, noise, expected) => {
    expect(squashedLogProbability([mean], [sigma], [noise])).toBeCloseTo(expected, 9);
  });

  it('sums over dimensions', () => {
    expect(squashedLogProbability([0, 0.5], [1, 0.2], [0, 1])).toBeCloseTo(-0.9189385332 + 0.6450398379, 9);
  });
});
