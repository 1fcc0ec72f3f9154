// What a model from outside holds, as it is reported to the person who imported it. Plain data.
import type { TaskDeclaration } from './declarations.ts';

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

/** Of a joint's position and range. */
export const jointUnit = (kind: ReportedJoint['kind']): 'm' | 'rad' => (kind === 'slide' ? 'm' : 'rad');

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

/** A file of a model, with its content. */
export interface ModelFile {
  /** Below the model's folder, with forward slashes. */
  path: string;
  bytes: Uint8Array;
}

/** A model that was imported into the data directory, and its task where it came with one. */
export interface ImportedModel {
  /** The task's id; of a model without a task, its own name. What lies behind an id never changes. */
  id: string;
  /** SHA-256 over its files, hexadecimal. */
  hash: string;
  /** The model's file. */
  main: string;
  /** Milliseconds since 1970. */
  importedAt: number;
  report: ModelReport;
  /** null where it has no task file: it is shown, not trained. */
  declaration: TaskDeclaration | null;
}

/** A model looked over, before it is imported. */
export interface Inspection {
  /** What it would be called. */
  id: string;
  main: string;
  report: ModelReport;
  /** What the import keeps: the files that the model refers to, and its task file. */
  files: ModelFile[];
  /** The task file's text; null where there is none. */
  taskText: string | null;
  declaration: TaskDeclaration | null;
  /** Why the task file cannot be used; empty where it can, or where there is none. */
  problems: TaskProblem[];
}

/** How a declaration names the model of an imported task. */
export const importedPrefix = 'imported:';

/** The task file's name in a model's folder. */
export const taskFileName = 'task.json';

/** An imported task, and where its model lies on this machine. */
export interface ImportedTask {
  declaration: TaskDeclaration;
  /** The model's file. */
  main: string;
  /** The folder with its files and task file. */
  directory: string;
}
