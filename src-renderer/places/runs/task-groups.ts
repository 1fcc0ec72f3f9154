// The tasks to choose from: in groups, and those alone that a search finds.
import { taskFamilies, type TaskDeclaration } from '../../../src-main/contract/declarations.ts';

export interface TaskGroup {
  title: string;
  tasks: TaskDeclaration[];
}

/**
 * Groups that hold a task which the search finds. Each of its words has to be in the task's id, or to begin a word of its title,
 * sentence, group or source, or, for tasks with goals, of "goal".
 */
export function groupTasks(tasks: readonly TaskDeclaration[], search: string): TaskGroup[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tasks.filter((task) => {
    const { id, title, sentence, family, citation, goal } = task;
    const text = plain(` ${title} ${sentence} ${taskFamilies[family]} ${citation}${goal === undefined ? '' : ' goal'}`);
    return words.every((word) => id.toLowerCase().includes(word) || text.includes(plain(` ${word}`).trimEnd()));
  });
  return Object.entries(taskFamilies)
    .map(([family, title]) => ({ title, tasks: found.filter((task) => task.family === family) }))
    .filter((group) => group.tasks.length > 0);
}

/** Words alone, one space apart: "HalfCheetah-v5" is found in "HalfCheetah-v5." and by "halfcheetah". */
const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
