// A half-cheetah run of 1,000,000 steps with the default evaluations, as its trainer stores it: recorded episodes of the demo
// run, models of the size that SAC's defaults have with random weights, and the curves.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Rollout } from '../contract/series.ts';
import { openStore, type RolloutInput } from './store.ts';
import { afterThisTest, newRun, openAttempt, temporaryDirectory, temporaryStore } from './testing/temporary-store.ts';

const budget = 100e6;
const [steps, every, episodes] = [1_000_000, 5000, 10];
/** As ONNX files of SAC's networks with two hidden layers of 256. */
const [policyWeights, criticsWeights] = [73_484, 144_386];

it('keeps the database of a half-cheetah run of 1,000,000 steps below 100 MB, with more than 50 rollouts', { timeout: 120_000 }, () => {
  const demo = openStore(join(import.meta.dirname, '../../assets/demo'), { readonly: true });
  afterThisTest(() => demo.close());
  const recorded = demo.evaluations
    .list(demo.runs.list()[0]?.id ?? '')
    .flatMap(({ rollouts }) => rollouts)
    .map(({ id }) => demo.rollouts.get(id));
  const directory = temporaryDirectory();
  const store = temporaryStore(directory);
  const run = newRun(store);
  const attempt = openAttempt(store, run);
  const writer = store.metrics.writer(run, attempt);
  const names = Array.from({ length: 50 }, (_, k) => `metric-${k}`);
  let addedAtOnce = 0;
  for (let step = every; step <= steps; step += every) {
    for (let window = step - every + 100; window <= step; window += 100)
      writer.append(window, Object.fromEntries(names.map((name, k) => [name, Math.sin(window + k)])));
    writer.flush();
    const chosen = (['best', 'median', 'worst'] as const).map((kind, k) =>
      again(recorded[(step / every + k) % recorded.length] as Rollout, kind, k),
    );
    const start = performance.now();
    store.evaluations.add(
      run,
      attempt,
      {
        step,
        returns: Float64Array.from({ length: episodes }, (_, k) => 1000 * Math.log(step) + k),
        lengths: new Int32Array(episodes).fill(1000),
        policyOnnx: randomWeights(policyWeights),
        criticsOnnx: randomWeights(criticsWeights),
        rollouts: chosen,
      },
      budget,
    );
    addedAtOnce = Math.max(addedAtOnce, performance.now() - start);
    expect(store.runs.get(run, { newestEvaluations: 1 }).rowBytes, `at step ${step}`).toBeLessThanOrEqual(budget);
  }
  const evaluations = store.evaluations.list(run);
  const kept = evaluations.flatMap(({ rollouts }) => rollouts).filter(({ isKept }) => isKept);
  const policies = evaluations.filter(({ hasPolicy }) => hasPolicy);
  store.close();
  const bytes = statSync(join(directory, 'elbow.sqlite')).size;
  console.log(
    `${(bytes / 1e6).toFixed(1)} MB: ${kept.length} rollouts, ${policies.length} policies; the slowest addition ${addedAtOnce.toFixed(0)} ms`,
  );
  expect(bytes).toBeLessThan(100e6);
  expect(kept.length).toBeGreaterThan(50);
  expect(evaluations).toHaveLength(steps / every);
  expect(evaluations.every(({ returns, lengths }) => returns.length === episodes && lengths.length === episodes)).toBe(true);
});

/** As it was recorded: each is packed by itself, so that repeating one makes nothing smaller. */
function again(rollout: Rollout, kind: RolloutInput['kind'], episode: number): RolloutInput {
  return { ...rollout, kind, episode };
}

function randomWeights(count: number): Uint8Array {
  return new Uint8Array(Float32Array.from({ length: count }, () => (Math.random() - 0.5) / 8).buffer);
}
