// For tests: data of a known law, and stored runs whose checkpoints and episodes hold given transitions.
import type { Store } from '../../store/store.ts';
import { processIdentity } from '../../store/store.ts';
import { createStream } from '../../random/stream.ts';
import { ReplayBuffer } from '../../replay/replay-buffer.ts';
import { addCheckpoint } from '../checkpoint/testing.ts';
import type { BehaviourData } from './data.ts';

/** A law of actions given states, before squashing, one function of the state a dimension. */
export interface Law {
  mean: readonly ((s: Float32Array) => number)[];
  scale: readonly ((s: Float32Array) => number)[];
}

/** Two state and two action dimensions; mean and scale depend on the state. */
export const bentLaw: Law = {
  mean: [(s) => 0.8 * Math.sin(1.5 * (s[0] ?? 0)), (s) => 0.5 * (s[1] ?? 0) - 0.2],
  scale: [(s) => 0.3 + 0.1 * Math.tanh(s[1] ?? 0), () => 0.6],
};

/** Transitions of that law with states from N(0, 1), in episodes of 50; `likelihood` is the law's own mean log density, in nats. */
export function sampleLaw(law: Law, rows: number, seed = 1): BehaviourData & { likelihood: number } {
  const stream = createStream(seed, 'law');
  const width = law.mean.length;
  const observation = new Float32Array(rows * 2);
  const action = new Float32Array(rows * width);
  stream.fillNormal(observation);
  let sum = 0;
  for (let row = 0; row < rows; row += 1) {
    const s = observation.subarray(2 * row, 2 * row + 2);
    for (let j = 0; j < width; j += 1) {
      const [mean, scale, epsilon] = [law.mean[j]?.(s) ?? 0, law.scale[j]?.(s) ?? 1, stream.normal()];
      const u = mean + scale * epsilon;
      action[row * width + j] = Math.tanh(u);
      sum += -(epsilon ** 2) / 2 - Math.log(scale) - Math.log(2 * Math.PI) / 2 + 2 * Math.log(Math.cosh(u));
    }
  }
  return {
    kind: 'replay',
    step: rows,
    rows,
    observation,
    action,
    episodes: Array.from({ length: Math.ceil(rows / 50) }, (_, k) => 50 * k),
    likelihood: sum / rows,
  };
}

/** The action at row n of a run on inverted-pendulum. */
export type ActionOf = (row: number) => number;

/**
 * A finished attempt at a run, from that step on, with a checkpoint of these rows: the observation at row n is [n/100, 0, 0, 0],
 * and every 40 rows an episode begins.
 */
export function storeCheckpoint(store: Store, run: string, rows: number, actionOf: ActionOf, { step = rows, from = 0 } = {}): void {
  const buffer = new ReplayBuffer({ observationSize: 4, actionSize: 1, capacity: rows });
  for (let row = 0; row < rows; row += 1) {
    const isLast = row % 40 === 39;
    buffer.add({
      observation: [row / 100, 0, 0, 0],
      action: [actionOf(row)],
      reward: 1,
      nextObservation: isLast ? [-1, 0, 0, 0] : [(row + 1) / 100, 0, 0, 0],
      terminated: false,
    });
  }
  within(store, run, from, (attempt) => addCheckpoint(store, { run, attempt }, step, { buffer }));
}

/** The same of a run on fetch-reach: the first number of the observation at row n is n/100, every action dimension is `actionOf(n)`, and episodes have 40 rows. */
export function storeGoalCheckpoint(store: Store, run: string, rows: number, actionOf: ActionOf): void {
  const buffer = new ReplayBuffer(
    { observationSize: 13, actionSize: 4, capacity: rows },
    { goalSize: 3, relabelled: 4, reward: () => -1, terminates: null },
  );
  const seen = (first: number): number[] => [first, ...new Array<number>(12).fill(0.5)];
  for (let row = 0; row < rows; row += 1) {
    const step = row % 40;
    buffer.add({
      observation: seen(row / 100),
      action: new Array<number>(4).fill(actionOf(row)),
      reward: -1,
      nextObservation: seen(step === 39 ? -1 : (row + 1) / 100),
      terminated: false,
      goal: { achieved: [1, row, 1], episodeStep: step },
    });
  }
  within(store, run, 0, (attempt) => addCheckpoint(store, { run, attempt }, rows, { buffer }));
}

/** A finished attempt at a run, from step 0 on, with an evaluation of one recorded episode at each of these steps. */
export function storeEpisodes(store: Store, run: string, steps: readonly number[], length: number, actionOf: ActionOf): void {
  within(store, run, 0, (attempt) => {
    for (const step of steps) {
      store.evaluations.add(run, attempt, {
        step,
        returns: Float64Array.of(1),
        lengths: Int32Array.of(length),
        policyOnnx: null,
        criticsOnnx: null,
        rollouts: [
          {
            kind: 'best',
            episode: 0,
            return: 1,
            length,
            terminated: false,
            truncated: true,
            modelHash: 'cd'.repeat(32),
            stepSeconds: 0.04,
            rewardTerms: [],
            initialState: new Float64Array(1),
            initialTaskState: new Float64Array(0),
            columns: [
              {
                name: 'observation',
                width: 4,
                data: Float32Array.from({ length: 4 * length }, (_, k) => (k % 4 === 0 ? step + k / 4 : 0)),
              },
              { name: 'action', width: 1, data: Float32Array.from({ length }, (_, row) => actionOf(row)) },
            ],
          },
        ],
      });
    }
  });
}

function within(store: Store, run: string, startStep: number, act: (attempt: number) => void): void {
  const attempt = store.attempts.open(run, {
    startStep,
    ...processIdentity(),
    environment: {
      elbowVersion: '0',
      gitState: null,
      packages: {},
      node: 'v24',
      platform: 'linux',
      cpu: 'a processor',
      cpuCount: 2,
      gpu: null,
      device: 'cpu',
      threads: 1,
      modelHash: '0'.repeat(64),
      host: 'here',
    },
  });
  act(attempt);
  store.attempts.close(run, attempt);
  store.runs.setState(run, 'stopped', 'stopped');
}
