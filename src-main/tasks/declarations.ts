// All tasks, as plain data. Importing this loads no physics.
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { catalogue } from './catalogue.ts';
import type { TaskDefinition } from './definition.ts';
import { TaskError } from './errors.ts';
import { changedOptions, readOptions } from './options.ts';
import { variantOptions, withSteps } from './variants.ts';

export { changedOptions };

/** Every task with every option, at its defaults; the quickest to learn first. */
export const taskDeclarations: readonly TaskDeclaration[] = catalogue.map((definition) => standardDeclaration(definition));

/** The declaration of the task `id`, if there is such a task. */
export function findTaskDeclaration(id: string): TaskDeclaration | undefined {
  return taskDeclarations.find((declaration) => declaration.id === id);
}

export interface ConfiguredTask {
  /** What the task is with these values: its weights, its dimensions, its time limit. */
  declaration: TaskDeclaration;
  /** Complete. */
  values: ParameterValues;
  definition: TaskDefinition;
}

/**
 * A task with some of its options set, typed or as numbers.
 * @throws TaskError for an unknown id; ParameterError naming the option and the allowed range
 */
export function configureTask(id: string, given: Readonly<Record<string, unknown>> = {}): ConfiguredTask {
  const definition = catalogue.find(({ declaration }) => declaration.id === id);
  if (definition === undefined) {
    throw new TaskError(id, `there is no such task; there are: ${taskDeclarations.map((one) => one.id).join(', ')}`);
  }
  return configureDefinition(definition, given);
}

/** The same for a task that the catalogue may not have. @throws ParameterError */
export function configureDefinition(definition: TaskDefinition, given: Readonly<Record<string, unknown>>): ConfiguredTask {
  const standard = standardDeclaration(definition);
  const values = readOptions(standard.id, standard.options ?? [], given);
  const declared = definition.declare?.(values) ?? definition.declaration;
  return { declaration: withAllOptions(withSteps(declared, values), definition.declaration), values, definition };
}

/** With every option, at its defaults. */
export function standardDeclaration({ declaration }: Pick<TaskDefinition, 'declaration'>): TaskDeclaration {
  return withAllOptions(declaration, declaration);
}

function withAllOptions(declaration: TaskDeclaration, standard: TaskDeclaration): TaskDeclaration {
  return { ...declaration, options: [...(declaration.options ?? []), ...variantOptions(standard)] };
}
