// One simulation: a compiled model and its state, with cached views into MuJoCo's heap, snapshots and a
// watch over divergence.
import type { DoubleBuffer, MjData, MjModel } from '@mujoco/mujoco';
import { errorText, PhysicsError } from './errors.ts';
import { loadModel } from './load-model.ts';
import type { ModelEdit, ModelFiles } from './load-model.ts';
import type { MuJoCo } from './mujoco.ts';
import { findName, readNames } from './names.ts';
import type { ModelNames, NamedKind } from './names.ts';
import { readViews } from './views.ts';
import type { Views } from './views.ts';
import { readWarnings, warningSentence } from './warnings.ts';
import type { WarningCounts } from './warnings.ts';

export class Simulator {
  readonly mujoco: MuJoCo;
  readonly model: MjModel;
  readonly data: MjData;
  readonly names: ModelNames;
  /** Numbers of positions, velocities, controls, bodies, geoms, sites and mocap bodies. */
  readonly counts: Readonly<{ qpos: number; qvel: number; ctrl: number; body: number; geom: number; site: number; mocap: number }>;
  /** Length of a saved state. */
  readonly stateSize: number;
  /** Seconds of one MuJoCo step. */
  readonly timestep: number;
  readonly #stateBuffer: DoubleBuffer;
  readonly #stateBits: number;
  #views: Views;
  #broken: string | null = null;
  #disposed = false;

  /**
   * Compiles the model and brings the simulation to its default state.
   * @param files what the model includes or refers to (meshes, textures, other XML), by name
   * @param edit adds to the model what its text lacks
   * @throws PhysicsError `model` with MuJoCo's explanation when the model does not compile.
   */
  constructor(mujoco: MuJoCo, modelXml: string, files: ModelFiles = {}, edit: ModelEdit | null = null) {
    this.mujoco = mujoco;
    const { model, data } = loadModel(mujoco, modelXml, files, edit);
    this.model = model;
    this.data = data;
    this.names = readNames(model);
    this.counts = {
      qpos: model.nq,
      qvel: model.nv,
      ctrl: model.nu,
      body: model.nbody,
      geom: model.ngeom,
      site: model.nsite,
      mocap: model.nmocap,
    };
    this.#stateBits = mujoco.mjtState.mjSTATE_INTEGRATION.value;
    this.stateSize = mujoco.mj_stateSize(model, this.#stateBits);
    this.timestep = model.opt.timestep;
    this.#stateBuffer = new mujoco.DoubleBuffer(this.stateSize);
    this.#views = readViews(data);
  }

  /** Joint positions: metres and radians, quaternions w x y z. Length `counts.qpos`. */
  get qpos(): Float64Array {
    return this.#fresh().qpos;
  }
  /** Joint velocities: m/s and rad/s. Length `counts.qvel`. */
  get qvel(): Float64Array {
    return this.#fresh().qvel;
  }
  /** Control inputs, in the actuators' units. Length `counts.ctrl`. */
  get ctrl(): Float64Array {
    return this.#fresh().ctrl;
  }
  /**
   * Body positions in the world (m), [body, 3]. After `step` they lag: they describe the last state that MuJoCo evaluated
   * within it, which is the one before its last MuJoCo step (Euler) or the last stage of that step (RK4).
   */
  get xpos(): Float64Array {
    return this.#fresh().xpos;
  }
  /** Body orientations in the world as quaternions w x y z, [body, 4]; they lag like `xpos`. */
  get xquat(): Float64Array {
    return this.#fresh().xquat;
  }
  /** Geom positions in the world (m), [geom, 3]; they lag like `xpos`. */
  get geomXpos(): Float64Array {
    return this.#fresh().geomXpos;
  }
  /** Geom rotation matrices, world from geom, row-major, [geom, 9]; they lag like `xpos`. */
  get geomXmat(): Float64Array {
    return this.#fresh().geomXmat;
  }
  /** Site positions in the world (m), [site, 3]; they lag like `xpos`. */
  get siteXpos(): Float64Array {
    return this.#fresh().siteXpos;
  }
  /** Site rotation matrices, world from site, row-major, [site, 9]; they lag like `xpos`. */
  get siteXmat(): Float64Array {
    return this.#fresh().siteXmat;
  }
  /** Camera positions in the world (m), [camera, 3]; they lag like `xpos`. */
  get cameraXpos(): Float64Array {
    return this.#fresh().cameraXpos;
  }
  /** Camera rotation matrices, row-major, [camera, 9]: a camera looks along its −Z, Y is up. */
  get cameraXmat(): Float64Array {
    return this.#fresh().cameraXmat;
  }
  /** Positions of the mocap bodies (m), [mocap, 3]. */
  get mocapPos(): Float64Array {
    return this.#fresh().mocapPos;
  }
  /** Orientations of the mocap bodies, quaternions w x y z, [mocap, 4]. */
  get mocapQuat(): Float64Array {
    return this.#fresh().mocapQuat;
  }
  /** Simulated seconds since the reset. */
  get time(): number {
    return this.data.time;
  }

  /**
   * Brings everything back to the model's default state. Derived values (poses, forces) are zero until `forward`,
   * which is left to the caller so that the solver starts cold from the state the caller wants.
   */
  reset(): void {
    this.#requireAlive();
    this.mujoco.mj_resetData(this.model, this.data);
    this.#broken = null;
  }

  /** Computes everything that follows from the present positions, velocities and controls. */
  forward(): void {
    this.#requireWhole();
    this.mujoco.mj_forward(this.model, this.data);
  }

  /** Computes body, geom and camera poses from the present positions; leaves the dynamics' state alone. */
  updatePoses(): void {
    this.#requireWhole();
    this.mujoco.mj_kinematics(this.model, this.data);
    this.mujoco.mj_comPos(this.model, this.data);
    this.mujoco.mj_camlight(this.model, this.data);
  }

  /**
   * Advances by `frameSkip` MuJoCo steps under the present controls.
   * @throws PhysicsError `state` when a control is not finite: MuJoCo would silently set all of them to zero.
   * @throws PhysicsError `unstable` when the simulation diverged: MuJoCo then silently goes back to the default
   *   state, which must not be mistaken for motion. `step` when MuJoCo failed. Both need a reset.
   */
  step(frameSkip: number): void {
    this.#requireWhole();
    const { mujoco, model, data } = this;
    const timeBefore = data.time;
    this.#requireControls();
    try {
      for (let k = 0; k < frameSkip; k += 1) mujoco.mj_step(model, data);
    } catch (error) {
      this.#broken = `MuJoCo failed at ${timeBefore} s: ${errorText(error)}`;
      throw new PhysicsError('step', `${this.#broken}. Reset the simulation to go on.`, { cause: error });
    }
    // Warnings neither throw nor print here. MuJoCo's own reset sets the clock back, which is cheap to see;
    // in the first step after a reset the clock cannot tell, so the counters are read.
    const expected = timeBefore + (frameSkip - 0.5) * this.timestep;
    if (timeBefore === 0 || !(data.time > expected)) this.#checkDivergence(timeBefore);
  }

  /** MuJoCo's integration state, from which the simulation continues bit for bit, also in another instance. */
  saveState(): Float64Array {
    this.#requireWhole();
    this.mujoco.mj_getState(this.model, this.data, this.#stateBuffer, this.#stateBits);
    return (this.#stateBuffer.GetView() as Float64Array).slice();
  }

  /**
   * Continues from a saved state. Derived values (poses, forces) are computed for that very state.
   * @throws PhysicsError `state` when the array has the wrong length or holds a number that is not finite.
   */
  restoreState(state: Float64Array): void {
    this.#requireAlive();
    if (state.length !== this.stateSize) {
      throw new PhysicsError('state', `a saved state of this model has ${this.stateSize} numbers, not ${state.length}`);
    }
    const values = Array.from(state);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw new PhysicsError('state', `number ${bad} of the saved state is ${values[bad]}`);
    const { mujoco, model, data } = this;
    mujoco.mj_resetData(model, data);
    this.#broken = null;
    mujoco.mj_setState(model, data, values, this.#stateBits);
    mujoco.mj_forward(model, data);
    // mj_forward overwrites the solver's warm start, which is part of the state.
    mujoco.mj_setState(model, data, values, this.#stateBits);
  }

  /** How often MuJoCo warned since the reset, by kind. */
  warnings(): WarningCounts {
    this.#requireAlive();
    return readWarnings(this.mujoco, this.data).counts;
  }

  /**
   * To be asked now and then, at the latest before a reset: it is too slow for every step.
   * @throws PhysicsError `step` when MuJoCo has dropped contacts or constraints since the reset, for lack of memory.
   */
  requireNothingDropped(): void {
    const { contactsFull, constraintsFull } = this.warnings();
    if (contactsFull + constraintsFull === 0) return;
    throw new PhysicsError(
      'step',
      `MuJoCo dropped contacts ${contactsFull} times and constraints ${constraintsFull} times for lack of memory, so ` +
        'the motion since the reset is wrong. Give the model more: <size memory="…"/>.',
    );
  }

  /** The id of a named element; PhysicsError `model` when there is none. */
  idOf(kind: NamedKind, name: string): number {
    return findName(this.names, kind, name);
  }

  /** Frees the model and its data; a second call does nothing. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#stateBuffer.delete();
    this.data.delete();
    this.model.delete();
  }

  #fresh(): Views {
    // Heap growth detaches the old buffer: every view then has length 0. xpos always holds the world body.
    if (this.#views.xpos.length === 0) {
      this.#requireAlive();
      this.#views = readViews(this.data);
    }
    return this.#views;
  }

  #requireAlive(): void {
    if (this.#disposed) throw new PhysicsError('state', 'this simulation has been disposed of');
  }

  #requireWhole(): void {
    this.#requireAlive();
    if (this.#broken !== null) {
      throw new PhysicsError('state', `${this.#broken}. Reset the simulation or restore a state before going on.`);
    }
  }

  #requireControls(): void {
    const { ctrl } = this.#fresh();
    for (let i = 0; i < ctrl.length; i += 1) {
      if (Number.isFinite(ctrl[i])) continue;
      throw new PhysicsError('state', `control ${i} (${this.names.actuator[i] || 'without a name'}) is ${ctrl[i]}`);
    }
  }

  #checkDivergence(timeBefore: number): void {
    const warnings = readWarnings(this.mujoco, this.data);
    if (warnings.divergence === null && this.data.time > timeBefore) return;
    const cause = warnings.divergence === null ? 'its clock went back' : warningSentence(warnings.divergence);
    this.#broken = `the simulation diverged after ${timeBefore.toFixed(3)} s: ${cause}`;
    throw new PhysicsError('unstable', `${this.#broken}. MuJoCo has set it to the model's default state.`);
  }
}
