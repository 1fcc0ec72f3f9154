// What a task file adds to its model before it is compiled: actuators, a floor, a free base, another time step. Done on
// MuJoCo's parsed model, so that a URDF can have them as well.
import type { MjsJoint, MjSpec } from '@mujoco/mujoco';
import type { ModelEdit } from '../../physics/load-model.ts';
import type { MuJoCo } from '../../physics/mujoco.ts';
import { missingName, OwnTaskError } from './own-task-error.ts';
import type { AddedActuator, TaskFile } from './task-file.ts';

export function additionsOf({ world, actuators }: Pick<TaskFile, 'world' | 'actuators'>): ModelEdit {
  return (mujoco, spec) => {
    if (world.timestep !== undefined) spec.option.timestep = world.timestep;
    if (world.floor) addFloor(mujoco, spec);
    if (world.freeBase) freeBase(mujoco, spec, world.baseHeight);
    actuators.forEach((actuator, index) => addActuator(mujoco, spec, actuator, index));
  };
}

function addFloor(mujoco: MuJoCo, spec: MjSpec): void {
  const floor = need(mujoco.mjs_addGeom(need(mujoco.mjs_findBody(spec, 'world')), need(mujoco.mjs_getSpecDefault(spec))));
  floor.type = mujoco.mjtGeom.mjGEOM_PLANE;
  (floor.size as Float64Array).set([0, 0, 1]);
  mujoco.mjs_setName(floor.element, 'floor');
}

function freeBase(mujoco: MuJoCo, spec: MjSpec, height: number | undefined): void {
  const element = mujoco.mjs_firstChild(need(mujoco.mjs_findBody(spec, 'world')), mujoco.mjtObj.mjOBJ_BODY, 0);
  const base = element ? mujoco.mjs_asBody(element) : null;
  if (!base) throw new OwnTaskError('world.freeBase', 'the model has no body that could be freed');
  if (mujoco.mjs_firstChild(base, mujoco.mjtObj.mjOBJ_JOINT, 0)) {
    throw new OwnTaskError('world.freeBase', 'the first body has joints already; leave freeBase out');
  }
  mujoco.mjs_setName(need(mujoco.mjs_addFreeJoint(base)).element, 'base');
  if (height !== undefined) (base.pos as Float64Array)[2] = height;
}

function addActuator(mujoco: MuJoCo, spec: MjSpec, { joint, kind, gain, damping, range, name }: AddedActuator, index: number): void {
  const place = `actuators.${index}`;
  const driven = findJoint(mujoco, spec, joint, `${place}.joint`);
  const type = (driven.type as unknown as { value: number }).value;
  if (type !== mujoco.mjtJoint.mjJNT_HINGE.value && type !== mujoco.mjtJoint.mjJNT_SLIDE.value) {
    throw new OwnTaskError(`${place}.joint`, `"${joint}" is a free or ball joint; motors and servos drive hinges and slides`);
  }
  const [low, high] = driven.range as [number, number];
  if (range === undefined && kind === 'motor')
    throw new OwnTaskError(place, 'a motor needs the range of its control, for instance "range": [-1, 1]');
  if (range === undefined && !(low < high))
    throw new OwnTaskError(place, `a position servo needs a range ("range": [-1.5, 1.5]) where its joint "${joint}" has none`);
  if (range !== undefined && range[0] >= range[1])
    throw new OwnTaskError(`${place}.range`, `its lower end ${range[0]} must be below its upper end ${range[1]}`);
  const actuator = need(mujoco.mjs_addActuator(spec, need(mujoco.mjs_getSpecDefault(spec))));
  actuator.trntype = mujoco.mjtTrn.mjTRN_JOINT;
  actuator.target = joint;
  if (kind === 'motor') {
    mujoco.mjs_setToMotor(actuator);
    (actuator.gear as Float64Array)[0] = gain;
  } else {
    // Force = gain · (control − position) − damping · velocity (MuJoCo's documentation, XML reference, actuator/position).
    actuator.biastype = mujoco.mjtBias.mjBIAS_AFFINE;
    (actuator.gainprm as Float64Array)[0] = gain;
    (actuator.biasprm as Float64Array).set([0, -gain, -damping]);
  }
  // The spec's joint range may still be in degrees: MuJoCo hands it on itself.
  if (range === undefined) actuator.inheritrange = 1;
  else {
    actuator.ctrllimited = mujoco.mjtLimited.mjLIMITED_TRUE;
    (actuator.ctrlrange as Float64Array).set(range);
  }
  mujoco.mjs_setName(actuator.element, name ?? joint);
}

function findJoint(mujoco: MuJoCo, spec: MjSpec, name: string, place: string): MjsJoint {
  const kind = mujoco.mjtObj.mjOBJ_JOINT;
  const known: string[] = [];
  for (let element = mujoco.mjs_firstElement(spec, kind); element; element = mujoco.mjs_nextElement(spec, element)) {
    const joint = need(mujoco.mjs_asJoint(element));
    const own = mujoco.mjs_getName(element);
    if (own === name) return joint;
    if (own !== '') known.push(own);
  }
  throw new OwnTaskError(place, missingName('joint', name, known));
}

/** MuJoCo's bindings give undefined where C gives null, which these cannot. */
function need<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new OwnTaskError('', 'MuJoCo could not add what the task file asks for');
  return value;
}
