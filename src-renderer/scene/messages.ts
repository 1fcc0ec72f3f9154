// What the window and the scene worker say to each other. Every message names its session: answers to a
// session that has been left are dropped.
import type { ParameterValues } from '../../src-main/contract/parameters.ts';
import type { SceneModel } from '../../src-main/physics/geometry.ts';

/** The columns of a rollout that determine poses: rows of fixed width, one row more than there are steps. */
export interface PoseSource {
  rowCount: number;
  qpos: Float64Array;
  qvel: Float64Array;
  /** Position (m) and quaternion w x y z of each mocap body, 7 numbers a body. */
  mocap: Float64Array;
}

export type ToWorker =
  /** Loads MuJoCo and the model ahead of need. */
  | { kind: 'warm-up'; modelUrl: string }
  | { kind: 'open-live'; session: number; task: string; taskOptions: ParameterValues; modelUrl: string; seed: number; speed: number; isPaused: boolean }
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

export type FromWorker =
  | { kind: 'ready' }
  | { kind: 'opened'; session: number; model: SceneModel; modelHash: string }
  | { kind: 'frame'; session: number; frame: LiveFrame }
  | { kind: 'policy-taken'; session: number; step: number }
  /** Poses of the rows from `firstRow` on. */
  | { kind: 'rows'; session: number; firstRow: number; poses: Float32Array }
  /** Something a person should know; the session goes on. */
  | { kind: 'notice'; session: number; message: string }
  /** The session cannot go on. */
  | { kind: 'failed'; session: number; message: string };
