// Loads an imported task from its folder in the data directory.
import { type ImportedTask, taskFileName } from '../../../contract/models.ts';
import type { ParameterValues } from '../../../contract/parameters.ts';
import type { MuJoCo } from '../../../physics/mujoco.ts';
import { folderOnDisk } from '../../../physics/node/model-folder.ts';
import { TaskError } from '../../errors.ts';
import type { Task } from '../../task.ts';
import { createImportedTask } from '../create-own-task.ts';

/** @throws TaskError where its folder is gone or its task file no longer fits */
export function loadImportedTask(mujoco: MuJoCo, { declaration, main, directory }: ImportedTask, options: ParameterValues): Task {
  try {
    const folder = folderOnDisk(directory);
    return createImportedTask(
      mujoco,
      { declaration, main, folder, taskText: new TextDecoder().decode(folder.read(taskFileName)) },
      options,
    );
  } catch (error) {
    throw new TaskError(
      declaration.id,
      `its files in ${directory} cannot be used: ${error instanceof Error ? error.message : String(error)}. Import it again from where it came`,
    );
  }
}
