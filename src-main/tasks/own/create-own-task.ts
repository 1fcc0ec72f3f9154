// Makes a task of a model and its task file.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import type { ModelFiles } from '../../physics/load-model.ts';
import type { MuJoCo } from '../../physics/mujoco.ts';
import { findActuators } from '../../physics/own/find-actuators.ts';
import { type CollectedModel, collectModel } from '../../physics/own/model-files.ts';
import type { ModelFolder } from '../../physics/own/model-folder.ts';
import { Simulator } from '../../physics/simulator.ts';
import { configureDefinition } from '../declarations.ts';
import type { TaskDefinition } from '../definition.ts';
import { TaskError } from '../errors.ts';
import { createConfiguredTask } from '../registry.ts';
import type { Task } from '../task.ts';
import { additionsOf } from './additions.ts';
import { OwnTaskError } from './own-task-error.ts';
import { OwnTask } from './own-task.ts';
import { parseTaskFile } from './parse-task-file.ts';
import type { TaskFile } from './task-file.ts';
import { declareTask, planTask, type TaskPlan } from './task-plan.ts';

/** A model's text with everything that it refers to, by the names that it uses. */
export interface OwnModel {
  xml: string;
  files: ModelFiles;
  /** Of all its files: a complaint then names the place. */
  elements?: CollectedModel['elements'];
}

/**
 * Compiles the model with what the task file adds, and fits the task to it.
 * @returns the simulator, which belongs to the caller, and the task's plan over it
 * @throws OwnTaskError for what does not fit; PhysicsError when the model does not compile
 */
export function fitTask(mujoco: MuJoCo, { xml, files, elements = [] }: OwnModel, task: TaskFile): { simulator: Simulator; plan: TaskPlan } {
  let simulator: Simulator;
  try {
    simulator = new Simulator(mujoco, xml, files, additionsOf(task));
  } catch (error) {
    throw error instanceof Error && error.cause instanceof OwnTaskError ? error.cause : error;
  }
  try {
    return { simulator, plan: planTask(simulator, task, findActuators(elements)) };
  } catch (error) {
    simulator.dispose();
    throw error;
  }
}

/** The task over a plan's simulator, which belongs to it from now on. */
export function makeOwnTask({ simulator, plan }: { simulator: Simulator; plan: TaskPlan }, declaration: TaskDeclaration): OwnTask {
  return new OwnTask(simulator, declaration, plan);
}

/**
 * A task from the files that its import kept.
 * @throws ModelFileError, TaskError, OwnTaskError, ParameterError, PhysicsError
 */
export function createImportedTask(
  mujoco: MuJoCo,
  { declaration, main, folder, taskText }: { declaration: TaskDeclaration; main: string; folder: ModelFolder; taskText: string },
  options: ParameterValues,
): Task {
  const { task, problems } = parseTaskFile(taskText);
  if (task === null) throw new TaskError(declaration.id, `its task file is not one: ${problems[0]?.message ?? ''}`);
  // The id may have got a number when it was imported.
  return createOwnTask(mujoco, collectModel(folder, main), { ...task, name: declaration.id }, declaration.model, options);
}

/**
 * The task with some of its options set: every variant that the built-in ones have.
 * @param modelName how its declaration names the model
 * @throws OwnTaskError, ParameterError, PhysicsError
 */
export function createOwnTask(mujoco: MuJoCo, model: OwnModel, task: TaskFile, modelName: string, options: ParameterValues = {}): Task {
  const { simulator, plan } = fitTask(mujoco, model, task);
  try {
    const definition = defineOwnTask(plan, declareTask(plan, modelName));
    return createConfiguredTask(configureDefinition(definition, options), simulator);
  } catch (error) {
    simulator.dispose();
    throw error;
  }
}

function defineOwnTask(plan: TaskPlan, declaration: TaskDeclaration): TaskDefinition {
  return {
    declaration,
    Task: class extends OwnTask {
      constructor(simulator: Simulator, configured: TaskDeclaration) {
        super(simulator, configured, plan);
      }
    },
  };
}
