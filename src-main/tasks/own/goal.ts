// Goals of a task file: where they may lie, and the marker that shows one.
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { uniformBetween } from '../reset-noise.ts';
import { OwnTaskError } from './own-task-error.ts';
import type { Layout } from './plan.ts';
import type { TaskFile } from './task-file.ts';

export interface GoalSampler {
  /** Draws a goal (m), writes it to `goal`, and moves what carries its marker. */
  sample(stream: RandomStream, goal: Float64Array, qpos: Float64Array): void;
  /** In words. */
  sentence: string;
}

/** @throws OwnTaskError where the shape lacks its size, or the marker cannot be moved */
export function planGoal(layout: Layout, { goal }: TaskFile): GoalSampler | null {
  if (goal === undefined) return null;
  const { simulator } = layout;
  const { centre } = goal;
  const draw = planShape(goal);
  const slides = (goal.joints ?? []).map((name, k) => {
    const joint = layout.joints.find(name, `goal.joints.${k}`);
    if (joint.kind !== 'slide') throw new OwnTaskError(`goal.joints.${k}`, `"${name}" is no slide joint`);
    return joint.qposAddress;
  });
  const mocap = goal.marker === undefined ? null : mocapOf(simulator, layout, goal.marker);
  return {
    sentence: `the goal uniform in a ${goal.shape} around ${centre.join(', ')}`,
    sample(stream, target, qpos) {
      const offset = draw(stream);
      for (let k = 0; k < 3; k += 1) target[k] = (centre[k] as number) + (offset[k] as number);
      slides.forEach((address, k) => (qpos[address] = target[k] as number));
      if (mocap !== null) simulator.mocapPos.set(target, 3 * mocap);
    },
  };
}

type Goal = NonNullable<TaskFile['goal']>;

function planShape({ shape, radius, halfSize }: Goal): (stream: RandomStream) => readonly number[] {
  if (shape === 'box') {
    if (halfSize === undefined) throw new OwnTaskError('goal', 'a box needs its "halfSize": three lengths in m');
    if (halfSize.some((half) => half < 0)) throw new OwnTaskError('goal.halfSize', 'lengths must not be below zero');
    return (stream) => halfSize.map((half) => uniformBetween(stream, -half, half));
  }
  if (radius === undefined) throw new OwnTaskError('goal', `a ${shape} needs its "radius" in m`);
  const dimensions = shape === 'disc' ? 2 : 3;
  return (stream) => {
    for (;;) {
      const offset = Array.from({ length: dimensions }, () => uniformBetween(stream, -radius, radius));
      if (Math.hypot(...offset) < radius) return [...offset, 0].slice(0, 3);
    }
  };
}

function mocapOf(simulator: Simulator, layout: Layout, name: string): number {
  const body = layout.idOf('body', name, 'goal.marker');
  const mocap = (simulator.model.body_mocapid as Int32Array)[body] as number;
  if (mocap < 0) throw new OwnTaskError('goal.marker', `"${name}" is no mocap body; write mocap="true" at it in the model`);
  return mocap;
}
