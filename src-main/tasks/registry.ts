// Makes a task by its id.
import { Simulator } from '../physics/simulator.ts';
import type { MuJoCo } from '../physics/mujoco.ts';
import { InvertedPendulum } from './classic/inverted-pendulum.ts';
import { taskDeclarations } from './declarations.ts';
import { TaskError } from './errors.ts';
import { HalfCheetah } from './locomotion/half-cheetah.ts';
import { Hopper } from './locomotion/hopper.ts';
import { Walker2d } from './locomotion/walker2d.ts';
import { Reacher } from './manipulation/reacher.ts';
import type { Task } from './task.ts';

const constructors: Readonly<Record<string, new (simulator: Simulator) => Task>> = {
  'inverted-pendulum': InvertedPendulum,
  reacher: Reacher,
  hopper: Hopper,
  'half-cheetah': HalfCheetah,
  walker2d: Walker2d,
};

/**
 * Compiles the model and makes the task, which needs a reset or a restored snapshot before its first step.
 * @param modelXml the text of the file that the task's declaration names
 * @throws TaskError for an unknown id; PhysicsError when the model does not compile.
 */
export function createTask(id: string, mujoco: MuJoCo, modelXml: string): Task {
  const constructor = Object.hasOwn(constructors, id) ? constructors[id] : undefined;
  if (constructor === undefined) {
    const known = taskDeclarations.map((declaration) => declaration.id).join(', ');
    throw new TaskError(id, `there is no such task; there are: ${known}`);
  }
  const simulator = new Simulator(mujoco, modelXml);
  try {
    return new constructor(simulator);
  } catch (error) {
    simulator.dispose();
    throw error;
  }
}
