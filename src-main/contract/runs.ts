// Runs as they are stored and shown.
import type { ParameterValues } from './parameters.ts';

/**
 * queued: waits for a free place. running, paused: a trainer process holds it. stopped: ended by a person,
 * can be continued. finished: reached its steps. failed: ended by an error. interrupted: its trainer
 * vanished (killed, power loss) and it can be continued from its newest checkpoint.
 */
export const runStates = ['queued', 'running', 'paused', 'stopped', 'finished', 'failed', 'interrupted'] as const;
export type RunState = (typeof runStates)[number];

/** Everything that a run is a function of, besides the edits made while it went on. */
export interface RunConfiguration {
  task: string;
  agent: string;
  seed: number;
  device: string;
  threads: number;
  /** Complete: every hyper-parameter of the agent, `steps` included, none `'auto'`. */
  hyperparameters: ParameterValues;
}

/** What the run ran on; stored with each attempt. */
export interface RunEnvironment {
  elbowVersion: string;
  /** Commit hash, with `-dirty` where the tree had changes; null outside a checkout. */
  gitState: string | null;
  packages: Record<string, string>;
  node: string;
  platform: string;
  cpu: string;
  cpuCount: number;
  gpu: string | null;
  device: string;
  threads: number;
  modelHash: string;
  host: string;
}

export interface RunSummary {
  id: string;
  name: string;
  task: string;
  agent: string;
  seed: number;
  state: RunState;
  /** One line: why it failed, what it waits for; null where there is nothing to say. */
  stateReason: string | null;
  environmentSteps: number;
  totalSteps: number;
  /** Mean evaluation return at the last and at the best evaluation. */
  lastReturn: number | null;
  bestReturn: number | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
  /** Seconds that trainers have spent on it; pauses are not counted. */
  activeSeconds: number;
  diskBytes: number;
  starred: boolean;
  note: string;
  device: string;
  threads: number;
  /** Mean evaluation returns in order, at most 40. */
  sparkline: Float32Array;
  stepsPerSecond: number | null;
  etaSeconds: number | null;
  /** 1 is next; null where it does not wait. */
  queuePosition: number | null;
  parent: { run: string; step: number } | null;
  isDemo: boolean;
  /** Was anything turned by a person while it ran? */
  isEdited: boolean;
}

/** One evaluation: all returns are kept, and the best, median and worst episode as rollouts. */
export interface EvaluationSummary {
  step: number;
  attempt: number;
  returns: Float64Array;
  lengths: Int32Array;
  meanReturn: number;
  /** Episodes of this evaluation that are stored as rollouts. */
  rollouts: { id: number; episode: number; return: number; length: number; kind: 'best' | 'median' | 'worst' | 'extra' }[];
  hasPolicy: boolean;
}

export interface CheckpointSummary {
  step: number;
  attempt: number;
  createdAt: number;
  bytes: number;
}

export interface AttemptSummary {
  attempt: number;
  startStep: number;
  startedAt: number;
  endedAt: number | null;
  lastStep: number;
  /** The step after which its rows are superseded by a later attempt; null where they all count. */
  supersededAfter: number | null;
  environment: RunEnvironment | null;
}

/** Something that happened, drawn on charts. */
export interface RunEvent {
  id: number;
  attempt: number;
  step: number;
  createdAt: number;
  kind: 'started' | 'resumed' | 'paused' | 'checkpoint' | 'stopped' | 'finished' | 'failed' | 'extended' | 'warning' | 'edit';
  message: string;
  requester: string | null;
}

export interface RunDetail extends RunSummary {
  configuration: RunConfiguration;
  attempts: AttemptSummary[];
  evaluations: EvaluationSummary[];
  checkpoints: CheckpointSummary[];
  events: RunEvent[];
  /** Names of the metrics that have points. */
  metrics: string[];
  lastError: string | null;
  liveSnapshot: { step: number; createdAt: number } | null;
}

/** Values of a metric that were not finite, and therefore are in no curve. */
export interface NonFiniteCount {
  metric: string;
  attempt: number;
  count: number;
  firstStep: number;
  lastStep: number;
}

/**
 * Why a run that has ended cannot go on, with what was kept and what to do; null where it can. Without its
 * checkpoints, beginning again in silence would throw the run's curves away.
 */
export function continuationProblem({ isDemo, checkpoints, events }: Pick<RunDetail, 'isDemo' | 'checkpoints' | 'events'>): string | null {
  if (checkpoints.length > 0 || !events.some(({ kind }) => kind === 'checkpoint')) return null;
  const why = isDemo ? 'The demo run comes without checkpoints, so it cannot be continued.' : 'Its checkpoints have been deleted, so this run cannot be continued.';
  return `${why} Its curves and recordings are kept. Start a new run with the same settings instead (New run like this).`;
}

export interface QueueEntry {
  run: string;
  position: number;
  name: string;
  enqueuedAt: number;
}

export const controlActions = ['pause', 'resume', 'checkpoint', 'stop'] as const;
export type ControlAction = (typeof controlActions)[number];
