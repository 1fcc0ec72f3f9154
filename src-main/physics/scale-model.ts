// Changes of a compiled model for robustness studies: other gravity, masses, friction.
import type { Simulator } from './simulator.ts';

export interface ModelScales {
  gravity: number;
  /** Of masses and inertias. */
  mass: number;
  /** Of sliding, torsional and rolling friction. */
  friction: number;
}

/** Multiplies the model's numbers, once, before its first reset; 1 leaves every bit as it is. */
export function scaleModel({ mujoco, model, data }: Simulator, { gravity, mass, friction }: ModelScales): void {
  if (gravity !== 1) multiply(model.opt.gravity, gravity);
  if (friction !== 1) {
    multiply(model.geom_friction, friction);
    multiply(model.pair_friction, friction);
  }
  if (mass !== 1) {
    multiply(model.body_mass, mass);
    multiply(model.body_inertia, mass);
    // What MuJoCo has derived from the masses, such as the constraints' diagonal (invweight0).
    mujoco.mj_setConst(model, data);
  }
}

function multiply(view: unknown, factor: number): void {
  const numbers = view as Float64Array;
  for (let i = 0; i < numbers.length; i += 1) numbers[i] = (numbers[i] as number) * factor;
}
