// A task as the catalogue lists it: what it says about itself, for any values of its options, and how it is made.
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import type { Simulator } from '../physics/simulator.ts';
import { declareOptions, defaultValues, type OptionValues, type TaskOptions } from './options.ts';
import type { Task } from './task.ts';

export interface TaskDefinition {
  /** With every option at its default. */
  declaration: TaskDeclaration;
  /** The declaration for other values of the task's own options: other weights, other dimensions. */
  declare?: (values: ParameterValues) => TaskDeclaration;
  /** @param declaration the one that fits the values; the task gives it to its base class */
  Task: new (simulator: Simulator, declaration: TaskDeclaration, values: ParameterValues) => Task;
}

/** A task with options of its own. */
export function defineTask<const O extends TaskOptions>(
  options: O,
  declare: (values: OptionValues<O>) => Omit<TaskDeclaration, 'options'>,
  Task: new (simulator: Simulator, declaration: TaskDeclaration, values: OptionValues<O>) => Task,
): TaskDefinition {
  const declarations = declareOptions(options);
  // Values are checked before they come here: readOptions has made each a number or a flag, as its default is.
  const configured = (values: ParameterValues): TaskDeclaration => ({ ...declare(values as OptionValues<O>), options: declarations });
  return {
    declaration: configured(defaultValues(options)),
    declare: configured,
    Task: Task as TaskDefinition['Task'],
  };
}
