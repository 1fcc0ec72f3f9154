// What humanoid and humanoid-standup share: the robot, its 348 observations and the cost of its efforts. As
// gymnasium/envs/mujoco/{humanoid,humanoidstandup}_v5.py.
import type { ActionDeclaration, DimensionDeclaration, TaskDeclaration } from '../../contract/declarations.ts';
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { MujocoTask } from '../mujoco-task.ts';
import { defineOptions, type OptionValues } from '../options.ts';
import { addUniformNoise } from '../reset-noise.ts';
import { bodyVelocityDimensions, contactForceDimensions, freeBodyDimensions, inertiaDimensions } from './dimensions.ts';
import { excludePositions, includeInObservation, resetNoise } from './options.ts';

const sides = ['right', 'left'];
/** As the model has them, the world left out. */
const bodies = [
  'torso',
  'lower waist',
  'pelvis',
  ...sides.flatMap((side) => [`${side} thigh`, `${side} shin`, `${side} foot`]),
  ...sides.flatMap((side) => [`${side} upper arm`, `${side} lower arm`]),
];
const legJoints = sides.flatMap((side) => ['hip x', 'hip z', 'hip y', 'knee'].map((joint) => `${side} ${joint}`));
const armJoints = sides.flatMap((side) => ['shoulder 1', 'shoulder 2', 'elbow'].map((joint) => `${side} ${joint}`));
const joints = ['abdomen z', 'abdomen y', 'abdomen x', ...legJoints, ...armJoints];
/** The actuators' order is Gymnasium's: it begins with the abdomen's y. */
const motors = ['abdomen y', 'abdomen z', 'abdomen x', ...legJoints, ...armJoints];
const gearOf = (motor: string): number =>
  /shoulder|elbow/.test(motor) ? 25 : motor.endsWith('hip y') ? 300 : motor.endsWith('knee') ? 200 : 100;

export const humanoidActions: readonly ActionDeclaration[] = motors.map((motor) => ({
  name: `${motor} torque`,
  unit: `${gearOf(motor)} N·m`,
  low: -0.4,
  high: 0.4,
}));

export const humanoidOptions = defineOptions({
  'reset-noise-scale': resetNoise(1e-2),
  'exclude-current-positions-from-observation': excludePositions('the torso’s place on the floor'),
  'include-cinert-in-observation': includeInObservation('each body’s inertia about its subtree’s centre of mass'),
  'include-cvel-in-observation': includeInObservation('each body’s velocity at its subtree’s centre of mass'),
  'include-qfrc-actuator-in-observation': includeInObservation('the torque of each joint’s motor'),
  'include-cfrc-ext-in-observation': includeInObservation('the contact forces on each body'),
});
export type HumanoidValues = OptionValues<typeof humanoidOptions>;

export function humanoidObservation(values: HumanoidValues): DimensionDeclaration[] {
  return [
    ...freeBodyDimensions(joints, values['exclude-current-positions-from-observation']),
    ...(values['include-cinert-in-observation'] ? inertiaDimensions(bodies) : []),
    ...(values['include-cvel-in-observation'] ? bodyVelocityDimensions(bodies) : []),
    ...(values['include-qfrc-actuator-in-observation'] ? joints.map((joint) => ({ name: `${joint} motor torque`, unit: 'N·m' })) : []),
    ...(values['include-cfrc-ext-in-observation'] ? contactForceDimensions(bodies) : []),
  ];
}

/** Numbers a body has in MuJoCo's cinert, cvel and cfrc_ext, and velocities of the free torso. */
const size = { inertia: 10, velocity: 6, force: 6, torsoVelocities: 6 } as const;

// What MuJoCo computed for the last state that it evaluated within the step, and not for the one it ended in: the place
// of the centre of mass, cinert, cvel, the motors' torques, cfrc_ext with the world's. It is read again after a restore.
const at = { x: 0, inertia: 1 } as const;
const velocityAt = at.inertia + size.inertia * bodies.length;
const torqueAt = velocityAt + size.velocity * bodies.length;
const forceAt = torqueAt + joints.length;
const derivedCount = forceAt + size.force * (bodies.length + 1);

export abstract class HumanoidRobot<Values extends HumanoidValues> extends MujocoTask {
  protected readonly values: Values;
  readonly #totalMass: number;

  constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
    super(declaration, simulator, derivedCount);
    this.values = values;
    this.#totalMass = (simulator.model.body_mass as Float64Array).reduce((sum, mass) => sum + mass, 0);
  }

  /** Of the centre of mass (m), where MuJoCo last computed it. */
  protected get centreOfMassX(): number {
    return this.derived[at.x] as number;
  }

  /** Σ over cfrc_ext², the world's included. */
  protected sumOfSquaredForces(): number {
    let sum = 0;
    for (const force of this.derived.subarray(forceAt)) sum += force * force;
    return sum;
  }

  protected override randomise(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void {
    addUniformNoise(stream, qpos, this.values['reset-noise-scale']);
    addUniformNoise(stream, qvel, this.values['reset-noise-scale']);
  }

  // Without it contact forces per body stay those of long ago; Gymnasium calls it after each step, and not after a reset.
  protected override afterPhysics(): void {
    const { mujoco, model, data } = this.simulator;
    mujoco.mj_rnePostConstraint(model, data);
  }

  protected override derive(derived: Float64Array): void {
    const { model, data } = this.simulator;
    const masses = model.body_mass as Float64Array;
    const centres = data.xipos as Float64Array;
    let moment = 0;
    for (let body = 0; body < masses.length; body += 1) moment += (masses[body] as number) * (centres[3 * body] as number);
    derived[at.x] = moment / this.#totalMass;
    derived.set((data.cinert as Float64Array).subarray(size.inertia), at.inertia);
    derived.set((data.cvel as Float64Array).subarray(size.velocity), velocityAt);
    derived.set((data.qfrc_actuator as Float64Array).subarray(size.torsoVelocities), torqueAt);
    derived.set(data.cfrc_ext as Float64Array, forceAt);
  }

  protected override observe(observation: Float64Array): void {
    const { qpos, qvel } = this.simulator;
    const { derived, values } = this;
    let length = 0;
    const add = (part: Float64Array): void => {
      observation.set(part, length);
      length += part.length;
    };
    add(values['exclude-current-positions-from-observation'] ? qpos.subarray(2) : qpos);
    add(qvel);
    if (values['include-cinert-in-observation']) add(derived.subarray(at.inertia, velocityAt));
    if (values['include-cvel-in-observation']) add(derived.subarray(velocityAt, torqueAt));
    if (values['include-qfrc-actuator-in-observation']) add(derived.subarray(torqueAt, forceAt));
    if (values['include-cfrc-ext-in-observation']) add(derived.subarray(forceAt + size.force));
  }
}
