// What hopper and walker2d share: a robot in a vertical plane that runs forwards for as long as it stays upright.
// As gymnasium/envs/mujoco/{hopper,walker2d}_v5.py.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { addUniformNoise } from '../reset-noise.ts';

/** Velocities are observed within ± this (m/s, rad/s). */
export const LARGEST_VELOCITY = 10;

export interface UprightRobotConstants {
  forwardWeight: number;
  aliveReward: number;
  controlWeight: number;
  /** Half-width of the uniform reset noise on positions and velocities. */
  noise: number;
}

export abstract class UprightRobot extends MujocoTask {
  readonly #constants: UprightRobotConstants;
  #xBefore = 0;

  protected constructor(declaration: TaskDeclaration, simulator: Simulator, constants: UprightRobotConstants) {
    super(declaration, simulator);
    this.#constants = constants;
  }

  /** Is it still up? Its height (m), pitch (rad) and everything else are in qpos and qvel. */
  protected abstract isUpright(qpos: Float64Array, qvel: Float64Array): boolean;

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.#constants.noise);
    addUniformNoise(stream, qvel, this.#constants.noise);
  }

  protected override beforePhysics(): void {
    this.#xBefore = this.simulator.qpos[0] as number;
  }

  // Where it is along the track (qpos 0) is left out: running is the same everywhere.
  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const positionCount = qpos.length - 1;
    for (let i = 0; i < positionCount; i += 1) observation[i] = qpos[i + 1] as number;
    for (let i = 0; i < qvel.length; i += 1) {
      observation[positionCount + i] = Math.min(LARGEST_VELOCITY, Math.max(-LARGEST_VELOCITY, qvel[i] as number));
    }
  }

  protected override isTerminated(): boolean {
    return !this.isUpright(this.simulator.qpos, this.simulator.qvel);
  }

  protected override reward(terms: Float64Array, terminated: boolean): void {
    const { forwardWeight, aliveReward, controlWeight } = this.#constants;
    const x = this.simulator.qpos[0] as number;
    terms[0] = (forwardWeight * (x - this.#xBefore)) / this.declaration.stepSeconds;
    terms[1] = terminated ? 0 : aliveReward;
    terms[2] = -controlWeight * this.sumOfSquaredActions();
  }
}
