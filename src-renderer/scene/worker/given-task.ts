// The task of an imported model that the window brought.
import { taskFileName } from '../../../src-main/contract/models.ts';
import type { ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { MuJoCo } from '../../../src-main/physics/mujoco.ts';
import { folderInMemory } from '../../../src-main/physics/own/model-folder.ts';
import { createImportedTask } from '../../../src-main/tasks/own/create-own-task.ts';
import type { Task } from '../../../src-main/tasks/task.ts';
import type { GivenModel } from '../messages.ts';

/** @throws Error where it has no task, or its files do not fit */
export function createGivenTask(mujoco: MuJoCo, { declaration, main, files }: GivenModel, options: ParameterValues = {}): Task {
  if (declaration === null) throw new Error('This model was imported without a task file.');
  const folder = folderInMemory(declaration.id, files);
  return createImportedTask(mujoco, { declaration, main, folder, taskText: new TextDecoder().decode(folder.read(taskFileName)) }, options);
}
