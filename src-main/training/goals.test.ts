// Goal tasks in training: hindsight with every agent, the same bits again and after a resume; success in evaluations.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { agentDeclarations, defaultsFor } from '../agents/declarations.ts';
import type { AgentDeclaration } from '../contract/declarations.ts';
import { createStream } from '../random/stream.ts';
import { findTaskDeclaration } from '../tasks/declarations.ts';
import { loadTask } from '../tasks/node/load-task.ts';
import { realFileSystem } from './checkpoint/durable-files.ts';
import { evaluate, type EvaluationPolicy } from './evaluation.ts';
import { writeFailureRecord } from './failure-record.ts';
import { prepareRun, type PreparedRun } from './prepare.ts';
import { hashState } from './state-hash.ts';
import { NumericalFailure } from './training-error.ts';

const opened: PreparedRun[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.dispose();
});

async function open(agent: AgentDeclaration, hindsightGoals = 4): Promise<PreparedRun> {
  const task = findTaskDeclaration('fetch-reach');
  if (task === undefined) throw new Error('fetch-reach is not there');
  const prepared = await prepareRun({
    task: task.id,
    agent: agent.id,
    seed: 3,
    device: 'cpu',
    threads: 1,
    hyperparameters: {
      ...defaultsFor(agent, task),
      hidden: [8],
      'batch-size': 10,
      'warm-up': 20,
      'buffer-size': 80,
      'evaluation-episodes': 1,
      'hindsight-goals': hindsightGoals,
    },
  });
  opened.push(prepared);
  return prepared;
}

async function train({ loop }: PreparedRun, steps: number): Promise<string> {
  for (let i = 0; i < steps; i += 1) await loop.step({ metrics: () => {}, warning: () => {} });
  return hashState((await loop.save()).engine);
}

describe.each(agentDeclarations)('$id with hindsight', (agent) => {
  it('continues bit for bit from a state saved in the middle of an episode, past the buffer’s end', async () => {
    const original = await open(agent);
    await train(original, 70);
    const state = await original.loop.save();
    const rows = original.buffer.copyRows(0, 70);
    const hash = await train(original, 35);

    const resumed = await open(agent);
    resumed.buffer.appendRows(rows);
    await resumed.loop.restore(state, state.values ?? {});
    expect(await train(resumed, 35)).toBe(hash);

    const without = await open(agent, 0);
    expect(await train(without, 105)).not.toBe(hash);
  });
});

it('keeps what each transition achieved in the record of a failure', async () => {
  const prepared = await open(agentDeclarations[0] as AgentDeclaration);
  await train(prepared, 52);
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-goals-'));
  const failure = new NumericalFailure('a message', { what: 'the reward', step: 52, evidence: { program: null, refused: null } });
  const file = writeFailureRecord({
    folder,
    fs: realFileSystem,
    run: 'a run',
    attempt: 1,
    task: prepared.task,
    buffer: prepared.buffer,
    failure,
  });
  const lines = readFileSync(path.join(folder, file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  rmSync(folder, { recursive: true });
  const transitions = lines.filter(({ kind }) => kind === 'transition');
  expect(transitions.map(({ episodeStep }) => episodeStep)).toEqual([...Array.from({ length: 50 }, (_, k) => k), 0, 1]);
  // The gripper's place is what fetch-reach achieves.
  for (const { achievedGoal, nextObservation } of transitions) expect(achievedGoal).toEqual((nextObservation as number[]).slice(0, 3));
});

describe('an evaluation of a goal task', () => {
  /** Leads the gripper to the goal, or from it. */
  const leading =
    (direction: number): EvaluationPolicy =>
    (observations) => {
      const rows = observations.length / 13;
      const meanAction = new Float32Array(4 * rows);
      for (let row = 0; row < rows; row += 1) {
        for (let k = 0; k < 3; k += 1) {
          const [gripper, goal] = [observations[13 * row + k] as number, observations[13 * row + 10 + k] as number];
          meanAction[4 * row + k] = direction * Math.max(-1, Math.min(1, 10 * (goal - gripper)));
        }
      }
      return Promise.resolve({ meanAction, mean: meanAction, sigma: new Float32Array(4 * rows) });
    };

  it.each([
    [1, 1],
    [-1, 0],
  ])('counts the episodes that end in success (direction %i: %d)', async (direction, success) => {
    const task = await loadTask('fetch-reach');
    const evaluation = await evaluate({
      tasks: [task],
      modelHash: '',
      policy: leading(direction),
      episodes: 3,
      stream: createStream(2, 'evaluation'),
      step: 0,
    });
    expect(evaluation.success).toBe(success);
    task.dispose();
  });

  it('says nothing of success where a task counts none', async () => {
    const task = await loadTask('reacher');
    const still: EvaluationPolicy = () =>
      Promise.resolve({ meanAction: new Float32Array(2), mean: new Float32Array(2), sigma: new Float32Array(2) });
    expect(
      (await evaluate({ tasks: [task], modelHash: '', policy: still, episodes: 1, stream: createStream(2, 'evaluation'), step: 0 }))
        .success,
    ).toBeNull();
    task.dispose();
  });
});
