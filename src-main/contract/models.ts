// What a model from outside holds, as it is reported to the person who imported it. Plain data.

export interface ReportedFile {
  /** Below the model's folder. */
  path: string;
  kind: 'xml' | 'mesh' | 'texture' | 'height-field';
  bytes: number;
  /** Of a mesh. */
  triangles: number | null;
  /** Width and height of a picture or height field. */
  pixels: readonly [number, number] | null;
}

export interface ReportedJoint {
  name: string;
  kind: 'free' | 'ball' | 'slide' | 'hinge';
  body: string;
  /** Metres or radians; null where it is not limited. */
  range: readonly [number, number] | null;
}

export interface ReportedActuator {
  name: string;
  /** The joint that it drives; empty where it drives something else. */
  target: string;
  /** null where the model gives its control no range. */
  range: readonly [number, number] | null;
}

export interface ModelReport {
  format: 'mjcf' | 'urdf';
  /** The model's file, below its folder. */
  main: string;
  /** As the file calls its model. */
  modelName: string;
  files: readonly ReportedFile[];
  totalBytes: number;
  bodies: readonly { name: string; parent: string; massKg: number }[];
  joints: readonly ReportedJoint[];
  actuators: readonly ReportedActuator[];
  meshes: readonly { name: string; vertices: number; triangles: number }[];
  textures: readonly { name: string; width: number; height: number }[];
  sites: readonly string[];
  sensors: readonly { name: string; size: number }[];
  /** How many of each shape. */
  geoms: Readonly<Record<string, number>>;
  /** Numbers of positions, velocities and controls. */
  counts: Readonly<{ qpos: number; qvel: number; ctrl: number }>;
  /** Seconds of one MuJoCo step. */
  timestep: number;
  totalMassKg: number;
  warnings: readonly string[];
}

/** What is wrong with a task file, or with how it fits its model. */
export interface TaskProblem {
  /** Into the file: `reward.0.term`; empty for the whole. */
  path: string;
  /** From 1; null where it has none. */
  line: number | null;
  message: string;
}
