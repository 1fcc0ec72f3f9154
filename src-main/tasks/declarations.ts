// All tasks, as plain data. Importing this loads no physics.
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { catalogue } from './catalogue.ts';
import type { TaskDefinition } from './definition.ts';
import { TaskError } from './errors.ts';
import { findImportedTask, importedDeclarations } from './imported.ts';
import { changedOptions, readOptions } from './options.ts';
import { variantOptions, withSteps } from './variants.ts';

export { changedOptions };

export { findImportedTask, useImportedTasks } from './imported.ts';

/** Every built-in task with every option, at its defaults; the quickest to learn first. */
export const taskDeclarations: readonly TaskDeclaration[] = catalogue.map((definition) => standardDeclaration(definition));

/** The declaration of the task `id`, if there is such a task. */
export function findTaskDeclaration(id: string): TaskDeclaration | undefined {
  const own = findImportedTask(id);
  return taskDeclarations.find((declaration) => declaration.id === id) ?? (own && standardDeclaration(own));
}

/** The built-in tasks and those that were imported. */
export function allTaskDeclarations(): TaskDeclaration[] {
  return [...taskDeclarations, ...importedDeclarations().map((declaration) => standardDeclaration({ declaration }))];
}

export interface ConfiguredTask {
  /** What the task is with these values: its weights, its dimensions, its time limit. */
  declaration: TaskDeclaration;
  /** Complete. */
  values: ParameterValues;
  /** null of an imported task, which is made from its files. */
  definition: TaskDefinition | null;
}

/**
 * A task with some of its options set, typed or as numbers.
 * @throws TaskError for an unknown id; ParameterError naming the option and the allowed range
 */
export function configureTask(id: string, given: Readonly<Record<string, unknown>> = {}): ConfiguredTask {
  const definition = catalogue.find(({ declaration }) => declaration.id === id);
  if (definition !== undefined) return configureDefinition(definition, given);
  const own = findImportedTask(id);
  if (own !== undefined) return configureDefinition({ declaration: own.declaration, Task: null }, given);
  throw new TaskError(
    id,
    `there is no such task; there are: ${allTaskDeclarations()
      .map((one) => one.id)
      .join(', ')}`,
  );
}

/** The same for a task that the catalogue may not have. @throws ParameterError */
export function configureDefinition(
  definition: Omit<TaskDefinition, 'Task'> & { Task: TaskDefinition['Task'] | null },
  given: Readonly<Record<string, unknown>>,
): ConfiguredTask {
  const standard = standardDeclaration(definition);
  const values = readOptions(standard.id, standard.options ?? [], given);
  const declared = definition.declare?.(values) ?? definition.declaration;
  const { Task } = definition;
  return {
    declaration: withAllOptions(withSteps(declared, values), definition.declaration),
    values,
    definition: Task === null ? null : { ...definition, Task },
  };
}

/** With every option, at its defaults. */
export function standardDeclaration({ declaration }: Pick<TaskDefinition, 'declaration'>): TaskDeclaration {
  return withAllOptions(declaration, declaration);
}

function withAllOptions(declaration: TaskDeclaration, standard: TaskDeclaration): TaskDeclaration {
  return { ...declaration, options: [...(declaration.options ?? []), ...variantOptions(standard)] };
}
