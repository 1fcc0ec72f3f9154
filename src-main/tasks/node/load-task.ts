// Loads a task in Node: its model from the assets, MuJoCo once a process.
import type { ParameterValues } from '../../contract/parameters.ts';
import { loadMuJoCo } from '../../physics/mujoco.ts';
import type { MuJoCo } from '../../physics/mujoco.ts';
import { readModel } from '../../physics/node/models.ts';
import { configureTask } from '../declarations.ts';
import { createTask } from '../registry.ts';
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

/**
 * Loads the task `id`. (The hash of its model comes from `readModel(declaration.model)`.)
 * @param options those that differ from their defaults
 * @throws TaskError for an unknown id; ParameterError for an option; PhysicsError when MuJoCo or the model cannot be loaded.
 */
export async function loadTask(id: string, options: ParameterValues = {}): Promise<Task> {
  const { declaration } = configureTask(id, options);
  const { xml } = await readModel(declaration.model);
  return createTask(id, await processMuJoCo(), xml, options);
}
