// Looks a model's folder over, with its task file: what it holds, what is wrong with it, and what an import would keep.
import type { TaskDeclaration } from '../../contract/declarations.ts';
import { type Inspection, type ModelFile, taskFileName, type TaskProblem } from '../../contract/models.ts';
import { PhysicsError } from '../../physics/errors.ts';
import type { MuJoCo } from '../../physics/mujoco.ts';
import { explainCompileError } from '../../physics/own/explain-compile.ts';
import { compileCollected, makeReport } from '../../physics/own/make-report.ts';
import { type CollectedModel, collectModel } from '../../physics/own/model-files.ts';
import { findMainFile, type ModelFolder } from '../../physics/own/model-folder.ts';
import { createStream } from '../../random/stream.ts';
import type { Task } from '../task.ts';
import { createOwnTask } from './create-own-task.ts';
import { findLines, lineOf } from './json-places.ts';
import { OwnTaskError } from './own-task-error.ts';
import { parseTaskFile } from './parse-task-file.ts';
import type { TaskFile } from './task-file.ts';

export interface InspectOptions {
  /** The model's file, where the folder has several. */
  model: string | null;
  /** In place of the folder's own task file; null takes that one. */
  taskText: string | null;
}

/** Environment steps of random actions that a task must survive without a number that is none. */
const trialSteps = 200;

/**
 * @throws ModelFileError where the model itself is refused. What is wrong with the task file is among the inspection's
 *   problems: the model can be shown all the same.
 */
export function inspectFolder(mujoco: MuJoCo, folder: ModelFolder, { model, taskText: given }: InspectOptions): Inspection {
  const taskText = given ?? (folder.paths.includes(taskFileName) ? new TextDecoder().decode(folder.read(taskFileName)) : null);
  const parsed = taskText === null ? null : parseTaskFile(taskText);
  const task = parsed?.task ?? null;
  const main = findMainFile(folder, model ?? task?.model ?? null);
  const collected = collectModel(folder, main);
  const simulator = compileCollected(mujoco, collected);
  const report = makeReport(simulator, collected);
  simulator.dispose();
  const fitted = task === null || taskText === null ? null : tryTask(mujoco, collected, task, taskText);
  const files: ModelFile[] = collected.collected.map(({ path }) => ({ path, bytes: folder.read(path) }));
  if (taskText !== null) files.push({ path: taskFileName, bytes: new TextEncoder().encode(taskText) });
  return {
    id: task?.name ?? nameFrom(folder.name),
    main,
    files,
    taskText,
    report: { ...report, warnings: [...report.warnings, ...(fitted?.warnings ?? [])] },
    declaration: fitted?.task?.declaration ?? null,
    problems: parsed?.problems.length ? parsed.problems : (fitted?.problems ?? []),
  };
}

interface Trial {
  task: Pick<Task, 'declaration'> | null;
  problems: TaskProblem[];
  warnings: string[];
}

function tryTask(mujoco: MuJoCo, collected: CollectedModel, file: TaskFile, text: string): Trial {
  const problem = (path: string, message: string): Trial => ({ task: null, problems: [problemAt(text, path, message)], warnings: [] });
  let task: Task;
  try {
    task = createOwnTask(mujoco, collected, file, collected.main);
  } catch (error) {
    if (error instanceof OwnTaskError) return problem(error.path, error.message);
    if (error instanceof PhysicsError) return problem('', explainCompileError(error, collected).message);
    throw error;
  }
  try {
    const stream = createStream(1, 'trial');
    task.reset(stream);
    for (let step = 1; step <= trialSteps; step += 1) {
      const { terms, terminated, truncated } = task.step(task.declaration.action.map(() => 2 * stream.uniform() - 1));
      const bad = terms.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        return problem(
          `reward.${bad}`,
          `the reward term "${task.declaration.rewardTerms[bad]?.name}" is ${terms[bad]} after ${step} steps of random actions`,
        );
      const unseen = task.observation.findIndex((value) => !Number.isFinite(value));
      if (unseen >= 0)
        return problem(
          'observation',
          `the observation "${task.declaration.observation[unseen]?.name}" is ${task.observation[unseen]} after ${step} steps of random actions`,
        );
      if (terminated || truncated) task.reset(stream);
    }
    return { task, problems: [], warnings: hindsightWarning(task.declaration) };
  } catch (error) {
    if (!(error instanceof PhysicsError)) throw error;
    return { task, problems: [], warnings: [`Under random actions, ${error.message}`] };
  } finally {
    task.dispose();
  }
}

/** A goal task without hindsight learns far slower: the person who wrote its file is told why it has none. */
function hindsightWarning({ goal }: TaskDeclaration): string[] {
  return goal?.noHindsight === undefined ? [] : [`Hindsight relabelling cannot be used with this task: ${goal.noHindsight}.`];
}

/** @param path into the task file */
export function problemAt(text: string, path: string, message: string): TaskProblem {
  return { path, line: lineOf(findLines(text), path === '' ? [] : path.split('.')), message };
}

/** "Unitree Go1" becomes unitree-go1. */
function nameFrom(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 60);
  return name.length >= 2 ? name : 'model';
}
