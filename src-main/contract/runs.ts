// Runs as they are stored and shown.
import type { EngineChoice } from './engine-choice.ts';
import type { FittedPriorSummary } from './fitted-prior.ts';
import type { ParameterValues } from './parameters.ts';
import type { RunWait } from './run-wait.ts';

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
  /** The task's options that differ from their defaults; absent where none does. */
  taskOptions?: ParameterValues;
  agent: string;
  seed: number;
  /** `auto` until its trainer has chosen. */
  device: string;
  threads: number;
  /** Complete: every hyper-parameter of the agent, `steps` included, none `'auto'`. */
  hyperparameters: ParameterValues;
  /** What computes it; absent before its first step, and in runs of an Elbow that did not say so. */
  engine?: EngineChoice;
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
  /** Seconds since its trainer last said that it lives, where that is too long ago: it hangs, or was suspended. Else null. */
  silentSeconds: number | null;
  /** Grows from run to run in the order in which they were stored; the clock's `createdAt` may not. */
  ordinal: number;
  /** What its trainer waits for, since it cannot be stored; null where it goes on or there is no trainer. */
  waiting: RunWait | null;
}

/** A run that was deleted and can still be restored. */
export interface DeletedRun extends RunSummary {
  /** Milliseconds since 1970. */
  deletedAt: number;
}
/** So long after it was deleted; then a workstation removes it for good. */
export const restorableDays = 30;

/** One evaluation: all returns are kept, and the best, median and worst episode as rollouts. */
export interface EvaluationSummary {
  step: number;
  attempt: number;
  returns: Float64Array;
  lengths: Int32Array;
  meanReturn: number;
  /** Episodes of this evaluation that were recorded; one that is not kept was thinned, so that the run keeps within its budget. */
  rollouts: {
    id: number;
    episode: number;
    return: number;
    length: number;
    kind: 'best' | 'median' | 'worst' | 'extra';
    isKept: boolean;
  }[];
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
  kind:
    | 'started'
    | 'resumed'
    | 'paused'
    | 'checkpoint'
    | 'stopped'
    | 'finished'
    | 'failed'
    | 'extended'
    | 'device'
    | 'rolled-back'
    | 'warning'
    | 'edit'
    | 'prior';
  message: string;
  requester: string | null;
}

/**
 * pending: the trainer has not come to it yet. applied: in force from `appliedStep` on, or after that step's evaluation.
 * refused: the trainer could not apply it, `reason` says why. dropped: the trainer ended first, the run was rolled back to
 * before it, or a newer edit superseded it.
 */
export type EditState = 'pending' | 'applied' | 'refused' | 'dropped';

/** A change of live hyper-parameters, as it was asked for and as it was applied. */
export interface RunEdit {
  id: number;
  requester: string;
  /** Milliseconds since 1970. */
  requestedAt: number;
  /** The requested values, by hyper-parameter. */
  changes: ParameterValues;
  /** The edit that this one takes back; null where it is no undo. */
  undoes: number | null;
  /**
   * To be applied at exactly this step: it is copied from a run that this one repeats, or came with a roll back, or was
   * applied there before the run went on from an earlier checkpoint; null where the trainer chooses.
   */
  dueStep: number | null;
  state: EditState;
  /** Environment steps done when it was applied: the next step is the first with the new values. */
  appliedStep: number | null;
  /** Values of the changed hyper-parameters before it; null until it is applied. */
  previous: ParameterValues | null;
  reason: string | null;
}

/** Which edits that are due at a later step come into force; for wherever edits are listed. */
export const dueEditsRule =
  'An edit that is due at a step is applied there, unless a newer edit of the same value comes first. ' +
  'Rolling back takes back every edit after its step, also those still due.';

/** How often the policy now takes which actions: sampled actions on a batch of stored states. */
export interface ActionHistogram {
  /** Environment steps that the policy had learned from. */
  step: number;
  createdAt: number;
  /** Bins of equal width over [-1, 1]. */
  bins: number;
  /** [actions × bins], one dimension after another. */
  counts: Int32Array;
  /** [actions × 4], before squashing: batch means of μ, μ², σ² and log σ, from which the KL to any tanh-Gaussian follows. */
  moments: Float64Array;
}

export interface RunDetail extends RunSummary {
  configuration: RunConfiguration;
  /** The hyper-parameters in force: the configuration's, with the edits applied. */
  values: ParameterValues;
  /** The newest 100, oldest first. */
  edits: RunEdit[];
  editCount: number;
  attempts: AttemptSummary[];
  /** Those that count, ascending in step: all of them, or as many of the newest as were asked for. */
  evaluations: EvaluationSummary[];
  evaluationCount: number;
  /** Of diskBytes, those in the database: what the run's budget (`disk-budget`) is for. */
  rowBytes: number;
  /** As the run was stored; null for one of an Elbow that had no budgets: nothing of it is thinned while it trains. */
  budgetBytes: number | null;
  checkpoints: CheckpointSummary[];
  events: RunEvent[];
  /** Behaviour priors fitted for this run, oldest first. */
  fittedPriors: FittedPriorSummary[];
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
  const why = isDemo
    ? 'The demo run comes without checkpoints, so it cannot be continued.'
    : 'Its checkpoints have been deleted, so this run cannot be continued.';
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
