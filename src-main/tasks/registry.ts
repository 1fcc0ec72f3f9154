// Makes a task by its id and the values of its options.
import type { ParameterValues } from '../contract/parameters.ts';
import type { MuJoCo } from '../physics/mujoco.ts';
import { scaleModel } from '../physics/scale-model.ts';
import { Simulator } from '../physics/simulator.ts';
import { configureTask, type ConfiguredTask } from './declarations.ts';
import { DisturbedTask, type Disturbance } from './disturbed-task.ts';
import { TaskError } from './errors.ts';
import type { Task } from './task.ts';

/**
 * Compiles the model and makes the task, which needs a reset or a restored snapshot before its first step.
 * @param modelXml the text of the file that the task's declaration names
 * @param options those that differ from their defaults
 * @throws TaskError for an unknown id; ParameterError for an option; PhysicsError when the model does not compile.
 */
export function createTask(id: string, mujoco: MuJoCo, modelXml: string, options: ParameterValues = {}): Task {
  const configured = configureTask(id, options);
  return createConfiguredTask(configured, new Simulator(mujoco, modelXml));
}

/** Makes a task over its compiled model, which belongs to it from now on. @throws TaskError, PhysicsError */
export function createConfiguredTask({ declaration, values, definition }: ConfiguredTask, simulator: Simulator): Task {
  try {
    if (definition === null) throw new TaskError(declaration.id, 'it was imported, and is made from its files');
    scaleModel(simulator, {
      gravity: Number(values['gravity-scale']),
      mass: Number(values['mass-scale']),
      friction: Number(values['friction-scale']),
    });
    const task = new definition.Task(simulator, declaration, values);
    const disturbance = readDisturbance(values);
    return Object.values(disturbance).every((value) => value === 0) ? task : new DisturbedTask(task, disturbance);
  } catch (error) {
    simulator.dispose();
    throw error;
  }
}

function readDisturbance(values: ParameterValues): Disturbance {
  return {
    actionNoise: Number(values['action-noise']),
    actionDelay: Number(values['action-delay']),
    observationNoise: Number(values['observation-noise']),
  };
}
