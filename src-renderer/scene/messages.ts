// What the window and the scene worker say to each other. Every message names its session: answers to a
// session that has been left are dropped.
import type { ParameterValues } from '../../src-main/contract/parameters.ts';
import type { TaskDeclaration } from '../../src-main/contract/declarations.ts';
import type { ModelFile, TaskProblem } from '../../src-main/contract/models.ts';
import type { SceneModel } from '../../src-main/physics/geometry.ts';

export type { SceneJoint, SceneModel } from '../../src-main/physics/geometry.ts';

/** The columns of a rollout that determine poses: rows of fixed width, one row more than there are steps. */
export interface PoseSource {
  rowCount: number;
  qpos: Float64Array;
  qvel: Float64Array;
  /** Position (m) and quaternion w x y z of each mocap body, 7 numbers a body. */
  mocap: Float64Array;
}

/** An imported model as the workstation gives it to a window. */
export interface GivenModel {
  /** The model's file. */
  main: string;
  hash: string;
  /** Its files, its task file among them where it has one. */
  files: readonly ModelFile[];
  /** null where it has no task. */
  declaration: TaskDeclaration | null;
}

export type ToWorker =
  /** A model that no address leads to: null while it is on its way, a text where it cannot be had. */
  | { kind: 'model'; url: string; model: GivenModel | string | null }
  /** A folder that is looked at in Lab, with a task file where there is one. */
  | { kind: 'open-lab'; session: number; main: string; files: readonly ModelFile[]; taskText: string | null }
  /** Another text of the task file. */
  | { kind: 'lab-task'; session: number; taskText: string | null }
  /** Puts it into this pose; null puts it where it begins. */
  | { kind: 'lab-pose'; session: number; qpos: Float64Array | null }
  /** Moves it by random actions, or lets it rest. */
  | { kind: 'lab-random'; session: number; isMoving: boolean }
  /** The last frame is on screen: the next may come. */
  | { kind: 'lab-seen'; session: number }
  /** Loads MuJoCo and the model ahead of need. */
  | { kind: 'warm-up'; modelUrl: string }
  | {
      kind: 'open-live';
      session: number;
      task: string;
      taskOptions: ParameterValues;
      modelUrl: string;
      seed: number;
      speed: number;
      isPaused: boolean;
    }
  /** The newest policy: taken up between two environment steps. */
  | { kind: 'policy'; session: number; step: number; onnx: Uint8Array }
  | { kind: 'pace'; session: number; speed: number; isPaused: boolean }
  /** While paused: as many environment steps, then a frame. */
  | { kind: 'step'; session: number; steps: number }
  | { kind: 'open-replay'; session: number; modelUrl: string; modelHash: string; source: PoseSource; firstRow: number }
  /** This row is wanted before the others. */
  | { kind: 'want-row'; session: number; row: number }
  | { kind: 'close'; session: number };

/** A moment of the live view. */
export interface LiveFrame {
  poses: Float32Array;
  /** Environment steps of this episode so far, and the episode's number, from 1. */
  step: number;
  episode: number;
  /** Of the last step, per declared reward term; empty before the first. */
  terms: Float64Array;
  reward: number;
  returnSoFar: number;
  /** Did the episode end with this step? */
  ended: 'terminated' | 'truncated' | null;
  /** Environment steps that the policy had learned from; null before the first policy. */
  policyStep: number | null;
  /** Simulated over wall time, over the last second or so; null while not moving. */
  achievedSpeed: number | null;
}

/** A moment of a model in Lab. */
export interface LabFrame {
  poses: Float32Array;
  qpos: Float64Array;
  /** Of the task's reward, weighted; by hand without any motion or action. Empty without a task. */
  terms: { name: string; weight: number; value: number }[];
  rules: { sentence: string; value: number; isOutside: boolean }[];
  /** Names and values of what is observed. */
  observation: { name: string; unit: string; value: number }[];
  /** Environment steps of random actions since the last beginning; null while it is moved by hand. */
  step: number | null;
  /** What happened, such as MuJoCo's own reset of a simulation that diverged. */
  notice: string | null;
}

export type FromWorker =
  | { kind: 'lab-frame'; session: number; frame: LabFrame }
  /** The task file was taken up, or why it was not; then the model is shown without it. */
  | { kind: 'lab-task'; session: number; model: SceneModel; problems: TaskProblem[]; declaration: TaskDeclaration | null }
  | { kind: 'ready' }
  /** In a live session with what the task is under its options: its time limit, its step, its weights. */
  | { kind: 'opened'; session: number; model: SceneModel; modelHash: string; task: TaskDeclaration | null }
  | { kind: 'frame'; session: number; frame: LiveFrame }
  | { kind: 'policy-taken'; session: number; step: number }
  /** Poses of the rows from `firstRow` on. */
  | { kind: 'rows'; session: number; firstRow: number; poses: Float32Array }
  /** Something a person should know; the session goes on. */
  | { kind: 'notice'; session: number; message: string }
  /** The session cannot go on. */
  | { kind: 'failed'; session: number; message: string };
