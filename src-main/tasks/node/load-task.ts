// Loads a task in Node: its model from the assets, MuJoCo once a process.
import { loadMuJoCo } from '../../physics/mujoco.ts';
import type { MuJoCo } from '../../physics/mujoco.ts';
import { readModel } from '../../physics/node/models.ts';
import { findTaskDeclaration, taskDeclarations } from '../declarations.ts';
import { TaskError } from '../errors.ts';
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
 * @throws TaskError for an unknown id; PhysicsError when MuJoCo or the model cannot be loaded.
 */
export async function loadTask(id: string): Promise<Task> {
  const declaration = findTaskDeclaration(id);
  if (declaration === undefined) {
    const known = taskDeclarations.map((one) => one.id).join(', ');
    throw new TaskError(id, `there is no such task; there are: ${known}`);
  }
  const { xml } = await readModel(declaration.model);
  return createTask(id, await processMuJoCo(), xml);
}
