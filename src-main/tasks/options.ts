// What a person may set for a task: its own options, by Gymnasium's names, and how their values are checked.
import { checkLessThan } from '../contract/agent-values.ts';
import {
  ParameterError,
  parseParameter,
  type ParameterDeclaration,
  type ParameterValue,
  type ParameterValues,
} from '../contract/parameters.ts';
import { explainForeignName } from '../contract/synonyms.ts';

/** An option as a task's file writes it; its name is its key. */
export interface TaskOption {
  default: number | boolean;
  min?: number;
  max?: number;
  unit?: string;
  sentence: string;
  citation?: string;
  lessThan?: { parameter: string; why: string };
}
export type TaskOptions = Readonly<Record<string, TaskOption>>;

/** The values of a task's own options, as its class reads them. */
export type OptionValues<O extends TaskOptions> = {
  readonly [Name in keyof O]: O[Name]['default'] extends boolean ? boolean : number;
};

/** Keeps the type of each option: a flag or a number. */
export function defineOptions<const O extends TaskOptions>(options: O): O {
  return options;
}

export function defaultValues<O extends TaskOptions>(options: O): OptionValues<O> {
  return Object.fromEntries(Object.entries(options).map(([name, option]) => [name, option.default])) as OptionValues<O>;
}

/** The options as declarations, which forms, flags and stored configurations are made of. */
export function declareOptions(options: TaskOptions, group: 'task' | 'variant' = 'task'): ParameterDeclaration[] {
  return Object.entries(options).map(([name, { unit = '1', citation = 'Gymnasium v5', ...option }]) => ({
    name,
    unit,
    citation,
    scale: 'linear',
    live: false,
    group,
    kind: typeof option.default === 'boolean' ? 'boolean' : 'number',
    ...option,
  }));
}

/**
 * Complete values: the defaults, and over them what was given, typed or as numbers.
 * @throws ParameterError naming the option, the allowed range or the options that there are
 */
export function readOptions(
  task: string,
  declarations: readonly ParameterDeclaration[],
  given: Readonly<Record<string, unknown>>,
): ParameterValues {
  const values: ParameterValues = Object.fromEntries(declarations.map((one) => [one.name, one.default]));
  const typed: ParameterValues = {};
  for (const [name, value] of Object.entries(given)) {
    const declaration = declarations.find((one) => one.name === name);
    if (declaration === undefined) {
      const names = declarations.map((one) => one.name).join(', ');
      const meant = explainForeignName(name, { kind: 'task', id: task, known: declarations.map((one) => one.name) });
      throw new ParameterError(name, meant ?? `${task} has no option "${name.slice(0, 60)}"; it has: ${names}`);
    }
    typed[name] = parseParameter(declaration, value);
  }
  Object.assign(values, typed);
  for (const declaration of declarations) checkLessThan(declaration, values, typed);
  return values;
}

/** Those that differ from the defaults: what a run stores. */
export function changedOptions(declarations: readonly ParameterDeclaration[], values: ParameterValues): ParameterValues {
  return Object.fromEntries(
    declarations
      .map(({ name, default: standard }): [string, ParameterValue, ParameterValue] => [name, values[name] ?? standard, standard])
      .filter(([, value, standard]) => value !== standard)
      .map(([name, value]) => [name, value]),
  );
}
