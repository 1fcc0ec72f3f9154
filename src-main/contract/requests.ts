// The contract: every request that a shell carries from a window to the workstation, and every event that
// comes back unasked. Requests are checked by their schema at the edge; responses are typed.
import { z } from 'zod';
import type { DeviceDeclaration, ResolvedAgent, TaskDeclaration } from './declarations.ts';
import type { ImportedModel, Inspection, ModelFile } from './models.ts';
import { listLimits, textLimit } from './parameters.ts';
import {
  type ActionHistogram,
  controlActions,
  type DeletedRun,
  type EvaluationSummary,
  type NonFiniteCount,
  type QueueEntry,
  type RunDetail,
  type RunEdit,
  type RunSummary,
} from './runs.ts';
import type { metricDeclarations, MetricSeries, PolicySnapshot, Rollout } from './series.ts';
import type { TrialProgress, TrialStart } from './trials.ts';

const runId = z.string().min(1).max(64);
const nothing = z.strictObject({});
const uploadId = z.string().min(1).max(64);
const inspection = {
  /** A folder that `models.upload` has brought. */
  upload: uploadId,
  /** The model's file, where the folder has several. */
  model: z.string().max(500).nullable(),
  /** In place of the folder's own task file; null takes that one. */
  taskText: z.string().max(1_000_000).nullable(),
};
/** NaN and the infinities too: the check against the declaration refuses them with the allowed range. */
const anyNumber = z.custom<number>((value) => typeof value === 'number');
const parameterValue = z.union([
  anyNumber,
  z.string().max(10 * textLimit),
  z.boolean(),
  z.array(anyNumber).max(listLimits.numbers).readonly(),
]);
const parameterValues = z.record(z.string().max(100), parameterValue);

export const requestSchemas = {
  'system.describe': nothing,
  'system.doctor': nothing,
  'runs.list': nothing,
  /** Runs that can be restored, those deleted last first. */
  'runs.deleted': z.strictObject({ most: z.int().min(1).max(10_000) }),
  'runs.get': z.strictObject({ run: runId }),
  'runs.create': z.strictObject({
    task: z.string().max(100),
    /** The task's options that are to differ from their defaults. */
    taskOptions: parameterValues.optional(),
    agent: z.string().max(100),
    hyperparameters: parameterValues,
    /** As typed: `1`, `1-3`, `1,4,9`. One run a seed. */
    seeds: z.string().min(1).max(100),
    device: z.string().max(100),
    /** null lets the workstation choose; the check against this machine refuses with the processors that there are. */
    threads: anyNumber.nullable(),
    name: z.string().trim().max(120).nullable(),
  }),
  'runs.rename': z.strictObject({ run: runId, name: z.string().trim().min(1, 'a name needs at least one character').max(120) }),
  'runs.star': z.strictObject({ run: runId, starred: z.boolean() }),
  'runs.annotate': z.strictObject({ run: runId, note: z.string().max(20_000) }),
  /** Deletes softly: restorable for 30 days, after which a workstation removes the runs for good. */
  'runs.delete': z.strictObject({ runs: z.array(runId).min(1).max(10_000) }),
  'runs.restore': z.strictObject({ runs: z.array(runId).min(1).max(10_000) }),
  /** Removes runs for good, at once; null is all that were deleted. Refused while a trainer holds one. */
  'runs.purge': z.strictObject({ runs: z.array(runId).min(1).max(10_000).nullable() }),
  'runs.deleteCheckpoints': z.strictObject({ run: runId }),
  'runs.control': z.strictObject({ run: runId, action: z.enum(controlActions) }),
  /** Ends the run's trainer, and nothing else: SIGTERM, and SIGKILL 5 s later. For one that does not respond. */
  'runs.end': z.strictObject({ run: runId }),
  /** Continues a stopped, interrupted, failed or finished run; `steps` is a new total. Another device or number of threads ends what the seed promises. */
  'runs.continue': z.strictObject({
    run: runId,
    steps: z.int().min(1).max(1e9).nullable(),
    /** null keeps the run's own. */
    device: z.string().max(100).nullable(),
    threads: anyNumber.nullable(),
  }),
  /**
   * Goes on from an earlier checkpoint (null: the newest) of a run that no trainer holds, with changes of live
   * hyper-parameters if there are any. What came after it is superseded.
   */
  'runs.rollBack': z.strictObject({ run: runId, step: z.int().min(0).nullable(), changes: parameterValues }),
  /** Changes live hyper-parameters of a run under way; its trainer applies them between two steps. */
  'runs.edit': z.strictObject({ run: runId, changes: parameterValues }),
  /** Takes an applied edit back, by a new edit; null is the newest that is not taken back yet. */
  'runs.undo': z.strictObject({ run: runId, edit: z.int().min(1).nullable() }),
  /** A page of edits, oldest first: the newest ones before that id. */
  'runs.edits': z.strictObject({ run: runId, before: z.int().min(1).nullable(), limit: z.int().min(1).max(10_000) }),
  /** Which actions the policy now takes. */
  'runs.actions': z.strictObject({ run: runId }),
  /** A new run that continues from a checkpoint of this one (null: the newest) with changed settings. */
  'runs.fork': z.strictObject({
    run: runId,
    step: z.int().min(0).nullable(),
    hyperparameters: parameterValues,
    name: z.string().trim().max(120).nullable(),
  }),
  /** A new run with the same configuration, seed and edits, each edit at the step where it was applied. */
  'runs.repeat': z.strictObject({ run: runId, name: z.string().trim().max(120).nullable() }),
  /** Evaluations that count of these steps, both inclusive, null being open. Where there are more than `most`, the newest of each of `most` equal stretches of the steps. */
  'runs.evaluations': z.strictObject({
    run: runId,
    fromStep: z.int().min(0).nullable(),
    toStep: z.int().min(0).nullable(),
    most: z.int().min(1).max(10_000),
  }),
  'runs.log': z.strictObject({ run: runId, maxBytes: z.int().min(1).max(1_000_000) }),
  'runs.importDemo': nothing,
  'queue.list': nothing,
  /** Moves a waiting run to a place in the queue; 1 is next. */
  'queue.move': z.strictObject({ run: runId, position: z.int().min(1).max(100_000) }),
  'queue.cancel': z.strictObject({ run: runId }),
  'metrics.query': z.strictObject({
    run: runId,
    metrics: z.array(z.string().max(100)).min(1).max(50),
    /** Environment steps, both inclusive; null is open. */
    fromStep: z.number().nullable(),
    toStep: z.number().nullable(),
    /** At most this many entries a series. */
    maxPoints: z.int().min(2).max(100_000),
    /** Include the rows of earlier attempts that a resume has superseded (as series of their own)? */
    includeSuperseded: z.boolean(),
  }),
  'rollouts.get': z.strictObject({ rollout: z.int().min(1) }),
  'snapshots.get': z.strictObject({
    run: runId,
    /** `live` is the newest; a step names an evaluation's policy. */
    at: z.union([z.literal('live'), z.int().min(0)]),
  }),
  /** A stored policy as an ONNX file for use elsewhere: docs/policy-export.md. */
  'policies.export': z.strictObject({
    run: runId,
    /** Of the evaluation that kept the policy; null is the run's newest. */
    step: z.int().min(0).nullable(),
  }),
  /** Evaluates a stored policy in a process of its own; nothing of it is stored. */
  'trials.start': z.strictObject({
    run: runId,
    /** Of the evaluation that kept the policy; null is the run's newest. */
    step: z.int().min(0).nullable(),
    /** Laid over the run's own. */
    taskOptions: parameterValues,
    episodes: anyNumber,
    seed: anyNumber,
  }),
  'trials.get': z.strictObject({ trial: z.string().max(64) }),
  'trials.cancel': z.strictObject({ trial: z.string().max(64) }),
  /** Imported models, with and without a task. */
  'models.list': nothing,
  /** A piece of a file of a folder, in order; `offset` 0 begins the file. */
  'models.upload': z.strictObject({
    upload: uploadId,
    folder: z.string().min(1).max(200),
    path: z.string().min(1).max(500),
    offset: z.int().min(0),
    bytes: z.instanceof(Uint8Array),
  }),
  'models.inspect': z.strictObject(inspection),
  'models.import': z.strictObject(inspection),
  /** What a window needs to show it; by its id or its hash. */
  'models.files': z.strictObject({ model: z.string().max(100) }),
  'models.remove': z.strictObject({ model: z.string().max(100) }),
} as const;

export type RequestName = keyof typeof requestSchemas;
export type RequestOf<K extends RequestName> = z.infer<(typeof requestSchemas)[K]>;

/** One line of the doctor's report. */
export interface DoctorLine {
  label: string;
  value: string;
  state: 'ok' | 'missing' | 'warning' | 'info';
  /** What to do about it; null where nothing is wrong. */
  advice: string | null;
}
export interface DoctorReport {
  sections: { title: string; lines: DoctorLine[] }[];
}

export interface SystemDescription {
  version: string;
  dataDirectory: string;
  host: string;
  platform: string;
  cpuCount: number;
  /** All the memory of that machine. */
  memoryBytes: number;
  /** Trainers that may run at once on this machine. */
  trainerShare: number;
  tasks: TaskDeclaration[];
  agents: ResolvedAgent[];
  devices: DeviceDeclaration[];
  metrics: typeof metricDeclarations;
}

/** The moment that lists and events belong to: of two of them the one of the higher number is newer, whichever comes first. */
export interface AtRevision {
  /** Grows with each change of the database; numbers of another connection to a workstation cannot be compared. */
  revision: number;
}

export interface Responses {
  'system.describe': SystemDescription;
  'system.doctor': DoctorReport;
  'runs.list': AtRevision & { runs: RunSummary[] };
  /** `count` is of all. */
  'runs.deleted': { runs: DeletedRun[]; count: number };
  /** Of its evaluations the newest 50: `runs.evaluations` has the others. */
  'runs.get': RunDetail & { nonFinite: NonFiniteCount[] };
  /** `remarks`: what a person should know of their settings. */
  'runs.create': { runs: string[]; remarks: string[] };
  'runs.rename': Record<never, never>;
  'runs.star': Record<never, never>;
  'runs.annotate': Record<never, never>;
  'runs.delete': { deleted: string[] };
  'runs.restore': { restored: string[] };
  'runs.purge': { purged: string[]; freedBytes: number };
  'runs.deleteCheckpoints': { freedBytes: number };
  'runs.control': Record<never, never>;
  /** What ended process `pid`; null where it was gone, or could not be reached and the run was taken from it. */
  'runs.end': { pid: number; signal: 'SIGTERM' | 'SIGKILL' | null };
  'runs.continue': { remarks: string[] };
  /** The checkpoint's step, and the edit that the changes became; null where there were none. */
  'runs.rollBack': { step: number; edit: number | null };
  'runs.edit': { edit: number };
  'runs.undo': { edit: number };
  'runs.edits': { edits: RunEdit[]; count: number };
  /** null where the policy has not been looked at yet. */
  'runs.actions': { histogram: ActionHistogram | null };
  'runs.fork': { run: string; remarks: string[] };
  'runs.repeat': { run: string };
  /** Ascending in step; `count` is of all in these steps. */
  'runs.evaluations': { evaluations: EvaluationSummary[]; count: number };
  'runs.log': { text: string; isTruncated: boolean; path: string };
  'runs.importDemo': { run: string };
  'queue.list': AtRevision & { entries: QueueEntry[] };
  'queue.move': AtRevision & { entries: QueueEntry[] };
  'queue.cancel': Record<never, never>;
  'metrics.query': { series: MetricSeries[]; superseded: (MetricSeries & { attempt: number })[] };
  'rollouts.get': Rollout;
  'snapshots.get': PolicySnapshot;
  /** `step`: environment steps that it has learned from. */
  'policies.export': { step: number; onnx: Uint8Array };
  'trials.start': TrialStart;
  'trials.get': TrialProgress;
  'trials.cancel': Record<never, never>;
  'models.list': { models: ImportedModel[] };
  'models.upload': Record<never, never>;
  'models.inspect': Omit<Inspection, 'files'>;
  /** Its id, which has a number where the name was taken; `isNew` is false where the same content was there already. */
  'models.import': { id: string; isNew: boolean };
  'models.files': { main: string; hash: string; files: ModelFile[]; declaration: TaskDeclaration | null };
  'models.remove': Record<never, never>;
}
export type ResponseOf<K extends RequestName> = Responses[K];

/** A refusal or failure in words for a person. */
export interface ContractError {
  code: 'invalid-request' | 'not-found' | 'conflict' | 'unavailable' | 'failed';
  /** What happened, what was kept, what to do. */
  message: string;
  /** The field at fault, if one is: `hyperparameters.batch-size`. */
  field: string | null;
}

export type WorkstationEvent =
  /** Rows of the run list changed (created, state, progress, renamed, deleted, restored). */
  | ({ kind: 'runs-changed'; runs: RunSummary[]; removed: string[] } & AtRevision)
  /** New points, evaluations, events, checkpoints or a new live snapshot of these runs. */
  | {
      kind: 'run-data-changed';
      runs: { run: string; environmentSteps: number; snapshotStep: number | null; evaluationCount: number; eventCount: number }[];
    }
  | ({ kind: 'queue-changed'; entries: QueueEntry[] } & AtRevision)
  /** Machine load, about once in two seconds: shares are 0 to 1, sizes in bytes. */
  | {
      kind: 'machine';
      cpuShare: number;
      memoryUsedBytes: number;
      memoryTotalBytes: number;
      diskFreeBytes: number;
      /** What is wrong with where the runs lie (no room, not writable), in whole sentences; null where nothing is. */
      storageTrouble: string | null;
    };

/** What a renderer is given by its shell. */
export interface Workstation {
  /** @throws WorkstationError */
  call<K extends RequestName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K>>;
  /** Returns the function that ends the subscription. */
  subscribe(listener: (event: WorkstationEvent) => void): () => void;
}

export class WorkstationError extends Error {
  readonly code: ContractError['code'];
  readonly field: string | null;
  constructor(error: ContractError) {
    super(error.message);
    this.name = 'WorkstationError';
    this.code = error.code;
    this.field = error.field;
  }
}
