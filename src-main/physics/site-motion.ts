// Where a site is and how it moves, from its Jacobian and the present velocities. Its place lags as Simulator's xpos does, its
// Jacobian with it; the velocities do not. Gymnasium-Robotics observes it so.
import type { DoubleBuffer } from '@mujoco/mujoco';
import type { Simulator } from './simulator.ts';

export class SiteMotion {
  readonly #simulator: Simulator;
  readonly #site: number;
  /** [3, velocities] each, row-major. */
  readonly #linearJacobian: DoubleBuffer;
  readonly #angularJacobian: DoubleBuffer;

  /** @throws PhysicsError `model` when there is no such site */
  constructor(simulator: Simulator, name: string) {
    this.#simulator = simulator;
    this.#site = simulator.idOf('site', name);
    this.#linearJacobian = new simulator.mujoco.DoubleBuffer(3 * simulator.counts.qvel);
    this.#angularJacobian = new simulator.mujoco.DoubleBuffer(3 * simulator.counts.qvel);
  }

  /** In the world (m), [3]; a copy. */
  position(): Float64Array {
    return (this.#simulator.data.site_xpos as Float64Array).slice(3 * this.#site, 3 * this.#site + 3);
  }

  /** World from site, row-major, [9]; a copy. */
  rotation(): Float64Array {
    return (this.#simulator.data.site_xmat as Float64Array).slice(9 * this.#site, 9 * this.#site + 9);
  }

  /** In the world: m/s and rad/s, [3] each. */
  velocity(): { linear: Float64Array; angular: Float64Array } {
    const { mujoco, model, data } = this.#simulator;
    mujoco.mj_jacSite(model, data, this.#linearJacobian, this.#angularJacobian, this.#site);
    return { linear: this.#times(this.#linearJacobian), angular: this.#times(this.#angularJacobian) };
  }

  dispose(): void {
    this.#linearJacobian.delete();
    this.#angularJacobian.delete();
  }

  #times(jacobian: DoubleBuffer): Float64Array {
    const rows = jacobian.GetView() as Float64Array;
    const { qvel } = this.#simulator;
    const product = new Float64Array(3);
    for (let k = 0; k < 3; k += 1) {
      let sum = 0;
      for (let j = 0; j < qvel.length; j += 1) sum += (rows[k * qvel.length + j] as number) * (qvel[j] as number);
      product[k] = sum;
    }
    return product;
  }
}
