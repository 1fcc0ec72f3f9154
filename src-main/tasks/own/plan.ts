// A task file made ready for one compiled model: every name is looked up once, every block, term and rule becomes a
// function over the numbers of a step.
//
// Positions, orientations, sensors and contact forces are what MuJoCo left behind in the step, which lags by one MuJoCo step
// behind qpos, as in Gymnasium's tasks. They are copied into the task's derived values, so that a snapshot restores them.
import type { DimensionDeclaration } from '../../contract/declarations.ts';
import { PhysicsError } from '../../physics/errors.ts';
import type { NamedKind } from '../../physics/names.ts';
import type { Simulator } from '../../physics/simulator.ts';
import { JointTable } from './joint-table.ts';
import { missingName, OwnTaskError } from './own-task-error.ts';
import type { PointReference, TaskFile, TurnableReference } from './task-file.ts';

/** The numbers that blocks, terms and rules are made from. The arrays are the task's own and keep their identity. */
export interface StepNumbers {
  /** Derived values after this step, and before it. */
  derived: Float64Array;
  before: Float64Array;
  qpos: Float64Array;
  qvel: Float64Array;
  qposBefore: Float64Array;
  action: Float64Array;
  stepSeconds: number;
}

/** Looks names up in the model and hands out places among the derived values. */
export class Layout {
  readonly simulator: Simulator;
  readonly joints: JointTable;
  readonly hasGoal: boolean;
  /** Where the goal lies among the derived values; its three numbers are written at a reset. */
  readonly goalOffset: number;
  #size = 0;
  readonly #readers: ((derived: Float64Array) => void)[] = [];
  readonly #known = new Map<string, number>();

  constructor(simulator: Simulator, task: Pick<TaskFile, 'goal'>) {
    this.simulator = simulator;
    this.joints = new JointTable(simulator);
    this.hasGoal = task.goal !== undefined;
    this.goalOffset = this.#size;
    if (this.hasGoal) this.#size += 3;
  }

  get size(): number {
    return this.#size;
  }

  /** Writes every derived value but the goal. */
  read(derived: Float64Array): void {
    for (const reader of this.#readers) reader(derived);
  }

  /** @throws OwnTaskError naming the nearest */
  idOf(kind: NamedKind, name: string, path: string): number {
    try {
      return this.simulator.idOf(kind, name);
    } catch (error) {
      if (!(error instanceof PhysicsError)) throw error;
      throw new OwnTaskError(
        path,
        missingName(
          kind,
          name,
          this.simulator.names[kind].filter((other) => other !== ''),
        ),
      );
    }
  }

  /** Offset of a point's three numbers. */
  point(reference: PointReference, path: string): number {
    if (reference === 'goal') {
      if (!this.hasGoal) throw new OwnTaskError(path, '"goal" is used, but the task file has no "goal" that says where goals lie');
      return this.goalOffset;
    }
    const [kind, name] = Object.entries(reference)[0] as ['site' | 'body' | 'geom', string];
    const id = this.idOf(kind, name, `${path}.${kind}`);
    const { simulator } = this;
    return this.#place(`${kind} ${id}`, 3, (derived, offset) => {
      const all = kind === 'body' ? simulator.xpos : kind === 'geom' ? simulator.geomXpos : (simulator.data.site_xpos as Float64Array);
      for (let k = 0; k < 3; k += 1) derived[offset + k] = all[3 * id + k] as number;
    });
  }

  /** Offset of how far a body's or site's own axis points up: from −1 to 1. */
  uprightness(reference: TurnableReference, axis: 'x' | 'y' | 'z', path: string): number {
    const [kind, name] = Object.entries(reference)[0] as ['site' | 'body', string];
    const id = this.idOf(kind, name, `${path}.${kind}`);
    const column = 'xyz'.indexOf(axis);
    const { simulator } = this;
    return this.#place(`up ${kind} ${id} ${axis}`, 1, (derived, offset) => {
      // The third row of the rotation matrix, world from body.
      const matrices = (kind === 'body' ? simulator.data.xmat : simulator.data.site_xmat) as Float64Array;
      derived[offset] = matrices[9 * id + 6 + column] as number;
    });
  }

  /** Offset of a sensor's numbers, and how many there are. */
  sensor(name: string, path: string): { offset: number; size: number } {
    const id = this.idOf('sensor', name, path);
    const { simulator } = this;
    const address = (simulator.model.sensor_adr as Int32Array)[id] as number;
    const size = (simulator.model.sensor_dim as Int32Array)[id] as number;
    const offset = this.#place(`sensor ${id}`, size, (derived, at) => {
      derived.set((simulator.data.sensordata as Float64Array).subarray(address, address + size), at);
    });
    return { offset, size };
  }

  /** Offset of the external contact forces on a body: torque and force, six numbers. */
  contact(body: string, path: string): number {
    const id = this.idOf('body', body, path);
    const { simulator } = this;
    // mj_step leaves these forces uncomputed.
    this.#place('contact forces', 0, () => simulator.mujoco.mj_rnePostConstraint(simulator.model, simulator.data));
    return this.#place(`contact ${id}`, 6, (derived, offset) => {
      derived.set((simulator.data.cfrc_ext as Float64Array).subarray(6 * id, 6 * id + 6), offset);
    });
  }

  #place(key: string, size: number, read: (derived: Float64Array, offset: number) => void): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const offset = this.#size;
    this.#size += size;
    this.#known.set(key, offset);
    this.#readers.push((derived) => read(derived, offset));
    return offset;
  }
}

/** One number of the observation. */
export interface ObservedNumber extends DimensionDeclaration {
  read(numbers: StepNumbers): number;
}
