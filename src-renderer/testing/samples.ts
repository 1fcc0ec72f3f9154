// Stored things for tests of the window, complete, each with what the test wants to be different.
import type { ResponseOf, SystemDescription } from '../../src-main/contract/requests.ts';
import type { EvaluationSummary, RunEdit, RunSummary } from '../../src-main/contract/runs.ts';
import type { TaskDeclaration } from '../../src-main/contract/declarations.ts';
import { metricDeclarations, type MetricSeries, type Rollout, type RolloutColumn } from '../../src-main/contract/series.ts';
import { taskDeclarations } from '../../src-main/tasks/declarations.ts';

export function runSummary(id: string, changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id,
    name: `run ${id}`,
    task: 'half-cheetah',
    agent: 'sac',
    seed: 1,
    state: 'running',
    stateReason: null,
    environmentSteps: 1000,
    totalSteps: 10_000,
    lastReturn: null,
    bestReturn: null,
    createdAt: 1,
    startedAt: 1,
    finishedAt: null,
    activeSeconds: 10,
    diskBytes: 0,
    starred: false,
    note: '',
    device: 'cpu',
    threads: 1,
    sparkline: new Float32Array(0),
    stepsPerSecond: 100,
    etaSeconds: 90,
    queuePosition: null,
    parent: null,
    isDemo: false,
    isEdited: false,
    silentSeconds: null,
    ordinal: 1,
    waiting: null,
    ...changes,
  };
}

export function runDetail(id: string, changes: Partial<ResponseOf<'runs.get'>> = {}): ResponseOf<'runs.get'> {
  const hyperparameters = { steps: 10_000, 'entropy-target': -6, 'learning-rate': 3e-4 };
  return {
    ...runSummary(id),
    configuration: { task: 'half-cheetah', agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters },
    values: hyperparameters,
    edits: [],
    editCount: 0,
    attempts: [],
    evaluations: [],
    evaluationCount: 0,
    rowBytes: 0,
    budgetBytes: null,
    checkpoints: [],
    events: [],
    fittedPriors: [],
    metrics: [],
    lastError: null,
    liveSnapshot: null,
    nonFinite: [],
    ...changes,
  };
}

export function runEdit(id: number, changes: Partial<RunEdit> = {}): RunEdit {
  return {
    id,
    requester: 'window',
    requestedAt: 0,
    changes: { 'entropy-target': -3 },
    undoes: null,
    dueStep: null,
    state: 'pending',
    appliedStep: null,
    previous: null,
    reason: null,
    ...changes,
  };
}

export function evaluation(step: number): EvaluationSummary {
  return { step, attempt: 1, returns: Float64Array.of(1), lengths: Int32Array.of(1), meanReturn: 1, rollouts: [], hasPolicy: true };
}

/** Points at these steps, each with its own step for a value. */
export function metricSeries(metric: string, ...steps: number[]): MetricSeries {
  const step = Float64Array.from(steps);
  return { run: 'a', metric, step, mean: step, min: step, max: step, pointCount: steps.length, isReduced: false };
}

export const task = taskDeclarations.find(({ id }) => id === 'half-cheetah') as TaskDeclaration;

export const description: SystemDescription = {
  version: '0',
  dataDirectory: '/data',
  host: 'here',
  platform: 'linux-x64',
  cpuCount: 2,
  memoryBytes: 16 * 2 ** 30,
  trainerShare: 1,
  tasks: [task],
  agents: [],
  devices: [],
  metrics: metricDeclarations,
};

export function storedRollout(id: number, length = 3): Rollout {
  const column = (name: RolloutColumn['name']): RolloutColumn => ({ name, width: 1, data: new Float64Array(length + 1) });
  return {
    id,
    run: 'a',
    task: task.id,
    attempt: 1,
    step: 1000,
    episode: 0,
    return: 1,
    length,
    terminated: false,
    truncated: true,
    modelHash: 'as recorded',
    stepSeconds: 0.05,
    rewardTerms: [],
    initialState: new Float64Array(1),
    initialTaskState: new Float64Array(0),
    columns: [column('qpos'), column('qvel'), column('mocap')],
  };
}
