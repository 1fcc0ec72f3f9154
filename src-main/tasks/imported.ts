// The tasks that were imported into the data directory that this process works with. Whoever opens the data directory says
// what there is; what lies behind an id never changes, so that a list taken earlier can lack tasks but not be wrong.
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ImportedTask } from '../contract/models.ts';

let imported: ReadonlyMap<string, ImportedTask> = new Map();

export function useImportedTasks(tasks: readonly ImportedTask[]): void {
  // Kept as they came out of their import, with the options that every task has; those are added here as to any other.
  imported = new Map(tasks.map((task) => [task.declaration.id, { ...task, declaration: { ...task.declaration, options: [] } }]));
}

export function findImportedTask(id: string): ImportedTask | undefined {
  return imported.get(id);
}

/** As their task files declare them: without the options that every task has. */
export function importedDeclarations(): TaskDeclaration[] {
  return [...imported.values()].map(({ declaration }) => declaration);
}
