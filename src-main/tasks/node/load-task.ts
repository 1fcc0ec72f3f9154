// Loads a task in Node: its model from the assets, MuJoCo once a process.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import { importedPrefix } from '../../contract/models.ts';
import type { ParameterValues } from '../../contract/parameters.ts';
import { loadMuJoCo } from '../../physics/mujoco.ts';
import type { MuJoCo } from '../../physics/mujoco.ts';
import { readModel } from '../../physics/node/models.ts';
import { configureTask } from '../declarations.ts';
import { findImportedTask } from '../imported.ts';
import { createTask } from '../registry.ts';
import { loadImportedTask } from '../own/node/load-imported.ts';
import type { Task } from '../task.ts';

let sharedMuJoCo: Promise<MuJoCo> | null = null;

/** The process's MuJoCo instance; its tasks are independent of one another. A failed load is tried again. */
export function processMuJoCo(): Promise<MuJoCo> {
  sharedMuJoCo ??= loadMuJoCo().catch((error: unknown) => {
    sharedMuJoCo = null;
    throw error;
  });
  return sharedMuJoCo;
}

/** The hash of a task's model, and of an imported task's task file with it. */
export async function modelHashOf({ model }: Pick<TaskDeclaration, 'model'>): Promise<string> {
  return model.startsWith(importedPrefix) ? model.slice(importedPrefix.length) : (await readModel(model)).hash;
}

/**
 * Loads the task `id`, built in or imported.
 * @param options those that differ from their defaults
 * @throws TaskError for an unknown id; ParameterError for an option; PhysicsError when MuJoCo or the model cannot be loaded.
 */
export async function loadTask(id: string, options: ParameterValues = {}): Promise<Task> {
  const own = findImportedTask(id);
  if (own !== undefined) return loadImportedTask(await processMuJoCo(), own, options);
  const { declaration } = configureTask(id, options);
  const { xml } = await readModel(declaration.model);
  return createTask(id, await processMuJoCo(), xml, options);
}
