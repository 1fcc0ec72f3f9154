// The New run form: what is typed, what the declarations say about it, and the request that it makes.
import { checkLessThan, checkValues, whyUnused } from '../../../src-main/contract/agent-values.ts';
import type { ResolvedAgent, TaskDeclaration } from '../../../src-main/contract/declarations.ts';
import { withFollowing } from '../../../src-main/contract/following.ts';
import {
  formatParameter,
  ParameterError,
  parseParameter,
  type ParameterDeclaration,
  type ParameterValue,
  type ParameterValues,
} from '../../../src-main/contract/parameters.ts';
import { checkReplayMemory } from '../../../src-main/contract/replay-memory.ts';
import type { RequestOf } from '../../../src-main/contract/requests.ts';
import { remarksOn } from '../../../src-main/contract/run-remarks.ts';
import type { RunConfiguration, RunSummary } from '../../../src-main/contract/runs.ts';
import { parseSeeds } from '../../../src-main/contract/seeds.ts';
import { foreignNamesOf } from '../../../src-main/contract/synonyms.ts';

export interface NewRunForm {
  task: TaskDeclaration;
  agent: ResolvedAgent;
  /** Only what a person changed, as typed, by hyper-parameter. */
  typed: Readonly<Record<string, string>>;
  /** Typed for another agent and of no use to this one; it comes back with an agent that takes it. */
  shelved: Readonly<Record<string, string>>;
  /** The same for the task's options. */
  taskTyped: Readonly<Record<string, string>>;
  seeds: string;
  device: string;
  /** Empty lets the workstation choose. */
  threads: string;
  name: string;
}

export interface CheckedForm {
  /** By field, as the workstation names them: `seeds`, `hyperparameters.batch-size`. */
  errors: Record<string, string>;
  runCount: number;
  /** null while there are errors. */
  request: RequestOf<'runs.create'> | null;
  /** Complete; the default stands for what cannot be read. */
  values: ParameterValues;
  /** Why a value has no effect beside the others, by hyper-parameter. */
  unused: Readonly<Record<string, string>>;
  /** What to know of these settings before the start, where nothing is refused. */
  remarks: readonly string[];
}

/** The defaults as they are beside what is typed: some follow another value of the run, such as its steps. */
export function defaultsOf({ agent, task, typed }: Pick<NewRunForm, 'task' | 'agent' | 'typed'>): ParameterValues {
  const defaults = agent.taskDefaults[task.id] ?? {};
  const followed = new Set(agent.parameters.flatMap(({ follows }) => (follows === undefined ? [] : [follows])));
  const given: ParameterValues = {};
  for (const declaration of agent.parameters.filter(({ name }) => followed.has(name) && typed[name] !== undefined)) {
    try {
      given[declaration.name] = parseParameter(declaration, typed[declaration.name]);
    } catch (error) {
      // Said at its own field; what follows it waits for a value.
      if (!(error instanceof ParameterError)) throw error;
    }
  }
  const moved = withFollowing(agent.parameters, defaults, given);
  return { ...moved, ...Object.fromEntries(Object.keys(given).map((name) => [name, defaults[name] ?? ''])) };
}

/** A default as it stands in the field. */
export function defaultText(declaration: ParameterDeclaration, defaults: ParameterValues): string {
  return formatParameter(defaults[declaration.name] ?? declaration.default);
}

/** @param memoryBytes all the memory of the machine that is to train; without it the replay buffer's is not looked at */
export function checkForm(form: NewRunForm, memoryBytes = Infinity): CheckedForm {
  const errors: Record<string, string> = {};
  const attempt = <T>(field: string, act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[field] = error.message;
      return undefined;
    }
  };

  const { agent, task } = form;
  const defaults = defaultsOf(form);
  const hyperparameters: ParameterValues = {};
  const unreadable: Record<string, string> = {};
  for (const declaration of agent.parameters) {
    const text = form.typed[declaration.name];
    if (text === undefined || text === defaultText(declaration, defaults)) continue;
    try {
      hyperparameters[declaration.name] = parseParameter(declaration, text);
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      unreadable[declaration.name] = error.message;
    }
  }
  const values = { ...defaults, ...hyperparameters };
  const unused = Object.fromEntries(
    agent.parameters.flatMap((one) => {
      const reason = whyUnused(one, values);
      return reason === null ? [] : [[one.name, reason] as const];
    }),
  );
  // What has no effect may hold anything; it is not sent.
  for (const [name, message] of Object.entries(unreadable)) if (!(name in unused)) errors[`hyperparameters.${name}`] = message;
  const readable = Object.fromEntries(Object.entries(values).filter(([name]) => !(name in unreadable)));
  checkTogether(form, readable, hyperparameters, memoryBytes, errors);
  const seeds = attempt('seeds', () => parseSeeds(form.seeds));
  const threads = form.threads.trim();
  if (threads !== '' && !(/^\d+$/.test(threads) && Number(threads) >= 1 && Number(threads) <= 256)) {
    errors['threads'] = `threads must be a whole number from 1 to 256, or empty; "${threads.slice(0, 20)}" was given`;
  }
  const taskOptions = readTaskOptions(form, errors);
  const request: RequestOf<'runs.create'> = {
    task: task.id,
    ...(Object.keys(taskOptions).length > 0 ? { taskOptions: toRequest(taskOptions) } : {}),
    agent: agent.id,
    hyperparameters: toRequest(hyperparameters),
    seeds: form.seeds.trim(),
    device: form.device,
    threads: threads === '' ? null : Number(threads),
    name: form.name.trim() === '' ? null : form.name.trim(),
  };
  return {
    errors,
    runCount: seeds?.length ?? 0,
    request: Object.keys(errors).length === 0 ? request : null,
    values,
    unused,
    remarks: remarksOn(task, readable, memoryBytes),
  };
}

/**
 * The task's options that differ from what stands where nothing is typed; what cannot be read is an error.
 * @param standing in place of the options' defaults: what a stored run has
 */
export function readTaskOptions(
  { task, taskTyped }: Pick<NewRunForm, 'task' | 'taskTyped'>,
  errors: Record<string, string>,
  standing: ParameterValues = {},
): ParameterValues {
  const options = task.options ?? [];
  const standards: ParameterValues = { ...Object.fromEntries(options.map((one) => [one.name, one.default])), ...standing };
  const changed: ParameterValues = {};
  const attempt = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (!(error instanceof ParameterError)) throw error;
      errors[`taskOptions.${error.parameter}`] ??= error.message;
    }
  };
  for (const declaration of options) {
    const text = taskTyped[declaration.name];
    if (text === undefined || text === defaultText(declaration, standards)) continue;
    attempt(() => (changed[declaration.name] = parseParameter(declaration, text)));
  }
  const values = { ...standards, ...changed };
  for (const declaration of options) attempt(() => checkLessThan(declaration, values, changed));
  return changed;
}

/** What no single declaration can check: bounds that depend on the task or on another value. */
function checkTogether(
  { agent, task }: Pick<NewRunForm, 'agent' | 'task'>,
  values: ParameterValues,
  changed: ParameterValues,
  memoryBytes: number,
  errors: Record<string, string>,
): void {
  try {
    checkValues(agent, task, values, changed);
    checkReplayMemory(task, values, memoryBytes);
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    errors[`hyperparameters.${error.parameter}`] ??= error.message;
  }
}

/** The schema's arrays are mutable; ours are not. */
export function toRequest(values: ParameterValues): RequestOf<'runs.create'>['hyperparameters'] {
  const plain = (value: ParameterValue): number | string | boolean | number[] => (typeof value === 'object' ? [...value] : value);
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)]));
}

/** What a person would have typed to get a stored run's settings; names that the agent no longer has are returned apart. */
export function typedLike(
  configuration: RunConfiguration,
  form: Pick<NewRunForm, 'task' | 'agent'>,
): { typed: Record<string, string>; taskTyped: Record<string, string>; unknown: string[] } {
  const { steps } = configuration.hyperparameters;
  const defaults = defaultsOf({ ...form, typed: steps === undefined ? {} : { steps: formatParameter(steps) } });
  const typed: Record<string, string> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(configuration.hyperparameters)) {
    const declaration = form.agent.parameters.find((one) => one.name === name);
    if (declaration === undefined) unknown.push(name);
    else if (formatParameter(value) !== defaultText(declaration, defaults)) typed[name] = formatParameter(value);
  }
  const taskTyped: Record<string, string> = {};
  for (const [name, value] of Object.entries(configuration.taskOptions ?? {})) {
    if (form.task.options?.some((one) => one.name === name)) taskTyped[name] = formatParameter(value);
    else unknown.push(name);
  }
  return { typed, taskTyped, unknown };
}

/** What was typed with one entry changed, or, where `text` is undefined, taken back. */
export function retyped(typed: Readonly<Record<string, string>>, name: string, text: string | undefined): Record<string, string> {
  const others = Object.fromEntries(Object.entries(typed).filter(([other]) => other !== name));
  return text === undefined ? others : { ...others, [name]: text };
}

/** Hyper-parameters whose name, here or in other programs, sentence or citation holds every word of the search. */
export function searchParameters(parameters: readonly ParameterDeclaration[], search: string): ParameterDeclaration[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return parameters.filter((one) => {
    const text = `${foreignNamesOf(one.name)} ${one.sentence} ${one.citation} ${one.group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/**
 * How fast this machine trained the same task, agent and device before: of the newest such run with at least a
 * minute of training; null where there is none, since any other figure would be a guess.
 */
export function measuredSpeed(
  runs: Iterable<RunSummary>,
  task: string,
  agent: string,
  device: string,
): { run: RunSummary; stepsPerSecond: number } | null {
  let newest: RunSummary | null = null;
  for (const run of runs) {
    const counts =
      run.task === task &&
      run.agent === agent &&
      run.device === device &&
      !run.isDemo &&
      run.activeSeconds >= 60 &&
      run.environmentSteps > 0;
    if (counts && run.ordinal > (newest?.ordinal ?? -Infinity)) newest = run;
  }
  return newest === null ? null : { run: newest, stepsPerSecond: newest.environmentSteps / newest.activeSeconds };
}
