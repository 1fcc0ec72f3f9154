// From what a person asks for to complete run configurations, for the window's form and the CLI alike. Pure:
// nothing is read or started.
import { distance } from 'fastest-levenshtein';
import { checkValues } from '../contract/agent-values.ts';
import type { DeviceDeclaration, ResolvedAgent, TaskDeclaration } from '../contract/declarations.ts';
import type { EngineChoice } from '../contract/engine-choice.ts';
import { withFollowing } from '../contract/following.ts';
import { formatParameter, ParameterError, parseParameter, type ParameterValues } from '../contract/parameters.ts';
import { checkReplayMemory } from '../contract/replay-memory.ts';
import { WorkstationError } from '../contract/requests.ts';
import { remarksOn } from '../contract/run-remarks.ts';
import type { RunConfiguration, RunDetail } from '../contract/runs.ts';
import { parseSeeds } from '../contract/seeds.ts';
import { explainForeignName } from '../contract/synonyms.ts';
import { changedOptions, configureTask } from '../tasks/declarations.ts';

export interface RunWishes {
  task: string;
  /** The task's options that differ from their defaults, as typed or as numbers. */
  taskOptions?: Readonly<Record<string, unknown>> | undefined;
  agent: string;
  /** The values that differ from the defaults, as typed or as numbers. */
  hyperparameters: Readonly<Record<string, unknown>>;
  /** `1`, `1-3` or `1,4,9`: one run a seed. */
  seeds: string;
  device: string;
  /** null lets the plan choose. */
  threads: number | null;
  /** null makes a name from the agent and what differs from its defaults. */
  name: string | null;
}

export interface Possibilities {
  tasks: readonly TaskDeclaration[];
  agents: readonly ResolvedAgent[];
  devices: readonly DeviceDeclaration[];
  cpuCount: number;
  /** All the memory of this machine, or of the part of it that is ours. */
  memoryBytes: number;
  /** Trainers that may run at once on this machine. */
  trainerShare: number;
}

export interface RunPlan {
  configurations: RunConfiguration[];
  /** One a configuration. Seeds of one plan share a name: they are told apart by their seed. */
  names: string[];
  /** What to say before they start, where nothing is refused. */
  remarks: string[];
}

/**
 * @throws ParameterError with the field (`task`, `seeds`, `hyperparameters.batch-size` …), the allowed range
 *   and, for an unknown name, the nearest valid ones
 */
export function planRuns(wishes: RunWishes, possible: Possibilities): RunPlan {
  const { task, options } = planTask(wishes.task, wishes.taskOptions ?? {}, possible);
  const agent = findNamed('agent', wishes.agent, possible.agents);
  const device = findUsable(wishes.device, possible);
  const hyperparameters = planParameters(agent, task, wishes.hyperparameters, possible);
  const seeds = parseSeeds(wishes.seeds);
  const threads = planThreads(wishes.threads, possible);
  const name = planName(wishes.name, agent, task.id, hyperparameters, options);
  const taskOptions = Object.keys(options).length > 0 ? { taskOptions: options } : {};
  return {
    configurations: seeds.map((seed) => ({
      task: task.id,
      ...taskOptions,
      agent: agent.id,
      seed,
      device: device.id,
      threads,
      hyperparameters: { ...hyperparameters },
    })),
    names: seeds.map(() => name),
    remarks: remarksOn(task, hyperparameters, possible.memoryBytes),
  };
}

/**
 * A task as its options make it, and those that differ from their defaults.
 * @throws ParameterError whose field begins with `taskOptions.`, or is `task` for an unknown one
 */
export function planTask(
  id: string,
  given: Readonly<Record<string, unknown>>,
  { tasks }: Pick<Possibilities, 'tasks'>,
): { task: TaskDeclaration; options: ParameterValues } {
  const standard = findNamed('task', id, tasks);
  if (Object.keys(given).length === 0) return { task: standard, options: {} };
  return inField('taskOptions', () => {
    const { declaration, values } = configureTask(id, given);
    return { task: declaration, options: changedOptions(standard.options ?? [], values) };
  });
}

/** @throws ParameterError naming the nearest devices, or why this one cannot be used and what to do */
function findUsable(id: string, { devices }: Possibilities): DeviceDeclaration {
  const device = findNamed('device', id, devices);
  if (device.available) return device;
  throw new ParameterError(
    'device',
    `the device ${device.id} cannot be used here: ${device.reason}${device.advice === null ? '' : `. ${device.advice}`}`,
  );
}

/**
 * What is to compute a stored run from its next attempt on; null keeps its own. What it has chosen stays stored, for its
 * trainer to see the change.
 * @throws ParameterError as for a new run; WorkstationError while a trainer holds it
 */
export function planMove(
  { id, state, configuration }: RunDetail,
  wishes: { device: string | null; threads: number | null },
  possible: Possibilities,
): { device: string; threads: number; engine: EngineChoice | null } {
  if (state === 'running' || state === 'paused') {
    throw new WorkstationError({
      code: 'conflict',
      message: `Run ${id} is ${state}, so that its device is fixed. Stop it first, then continue it on another. Nothing was changed.`,
      field: null,
    });
  }
  return {
    device: wishes.device === null ? configuration.device : findUsable(wishes.device, possible).id,
    threads: wishes.threads === null ? configuration.threads : planThreads(wishes.threads, possible),
    engine: configuration.engine ?? null,
  };
}

/**
 * The agent's complete values for the task: its defaults, and over them what was given. `auto` asks for the
 * default where the default depends on the task.
 * @throws ParameterError whose field begins with `hyperparameters.`
 */
export function planParameters(
  agent: ResolvedAgent,
  task: TaskDeclaration,
  given: Readonly<Record<string, unknown>>,
  { memoryBytes }: Pick<Possibilities, 'memoryBytes'>,
): ParameterValues {
  const defaults = agent.taskDefaults[task.id];
  if (!defaults) throw new ParameterError('agent', `the agent ${agent.id} has no defaults for the task ${task.id}`);
  return inField('hyperparameters', () => {
    const values = overlay(agent, defaults, given);
    checkValues(agent, task, values);
    checkReplayMemory(task, values, memoryBytes);
    return values;
  });
}

/**
 * Complete values with what was given, as typed or as numbers, in place of some; `auto` leaves an automatic one as it is, or
 * lets it follow the value that it follows.
 * @throws ParameterError naming the hyper-parameter
 */
export function overlay(agent: ResolvedAgent, base: ParameterValues, given: Readonly<Record<string, unknown>>): ParameterValues {
  const changes: ParameterValues = {};
  for (const [name, value] of Object.entries(given)) {
    const declaration = agent.parameters.find((parameter) => parameter.name === name);
    if (!declaration) throw new ParameterError(name, unknownParameter(agent, name));
    if (value === 'auto' && declaration.default === 'auto') continue;
    changes[name] = parseParameter(declaration, value);
  }
  return withFollowing(agent.parameters, base, changes);
}

/** Why an agent has no hyper-parameter of this name, and what is meant, where that can be told. */
export function unknownParameter(
  { id, title, parameters, unused }: ResolvedAgent,
  given: string,
  others: readonly ResolvedAgent[] = [],
): string {
  const absent = unused.find((one) => one.name === given);
  if (absent !== undefined) return `${title} has no ${given}: ${absent.reason}`;
  const owners = others.filter((one) => one.parameters.some(({ name }) => name === given));
  if (owners.length > 0) return `${title} has no ${given}; it belongs to ${owners.map((one) => one.id).join(', ')}`;
  const known = parameters.map(({ name }) => name);
  return (
    explainForeignName(given, { kind: 'agent', id, known }) ??
    `${unknownName(`hyper-parameter of ${id}`, given, known)} (npm run agents -- ${id} lists all)`
  );
}

/** Makes a refusal name the field of the request: `batch-size` becomes `hyperparameters.batch-size`. */
export function inField<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    throw new ParameterError(error.parameter === '' ? field : `${field}.${error.parameter}`, error.message);
  }
}

/** Names that are all told where none is near. */
const mostListed = 30;

/** "There is no task "hal-cheetah". Did you mean half-cheetah? …": for any name that a person typed. */
export function unknownName(what: string, given: string, names: readonly string[]): string {
  const shown = given.slice(0, 60);
  const near = names
    .map((name) => ({ name, away: name.startsWith(given) && given !== '' ? 0 : distance(given.slice(0, 100), name) }))
    .filter(({ name, away }) => away <= Math.max(2, Math.floor(name.length / 2)))
    .sort((a, b) => a.away - b.away || a.name.localeCompare(b.name))
    .slice(0, 3)
    .map(({ name }) => name);
  const proposal =
    near.length > 0
      ? `; the nearest: ${near.join(', ')}`
      : names.length > 0 && names.length <= mostListed
        ? `; there are ${names.join(', ')}`
        : '';
  return `there is no ${what} named "${shown}"${proposal}`;
}

/** @throws ParameterError with the nearest names */
export function findNamed<T extends { id: string }>(field: string, given: string, entries: readonly T[]): T {
  const found = entries.find((entry) => entry.id === given);
  if (found) return found;
  throw new ParameterError(
    field,
    unknownName(
      field,
      given,
      entries.map((entry) => entry.id),
    ),
  );
}

/**
 * Threads of a run that names none: its part of the processors but one, which the window needs; at most two, since more have
 * not paid.
 */
export function defaultThreads({ cpuCount, trainerShare }: Pick<Possibilities, 'cpuCount' | 'trainerShare'>): number {
  return Math.max(1, Math.min(2, Math.round((cpuCount - 1) / trainerShare)));
}

/** @throws ParameterError with the processors of this machine */
export function planThreads(given: number | null, possible: Pick<Possibilities, 'cpuCount' | 'trainerShare'>): number {
  if (given === null) return defaultThreads(possible);
  const { cpuCount } = possible;
  if (Number.isInteger(given) && given >= 1 && given <= cpuCount) return given;
  throw new ParameterError('threads', `threads must be a whole number from 1 to ${cpuCount}, the processors here; ${given} was given`);
}

/** The person's name for it; else `sac-default`, or what differs: `sac-batch-size-64`. */
function planName(given: string | null, agent: ResolvedAgent, task: string, values: ParameterValues, taskOptions: ParameterValues): string {
  const name = given?.trim() ?? '';
  if (name.length > 120) throw new ParameterError('name', `a name has at most 120 characters; ${name.length} were given`);
  if (name !== '') return name;
  const defaults = withFollowing(agent.parameters, agent.taskDefaults[task] ?? {}, { steps: values['steps'] ?? 0 });
  const changed = agent.parameters
    .filter(({ group }) => group !== 'run' && group !== 'evaluation')
    .map((parameter) => [parameter.name, values[parameter.name], defaults[parameter.name]] as const)
    .filter(([, value, byDefault]) => value !== undefined && formatParameter(value) !== formatParameter(byDefault ?? ''))
    .map(([key, value]) => [key, value] as const)
    .concat(Object.entries(taskOptions));
  if (changed.length === 0) return `${agent.id}-default`;
  const described = changed.map(([key, value]) => `${key}-${formatParameter(value ?? '').replaceAll(',', 'x')}`).join('-');
  return changed.length <= 2 && described.length <= 60 ? `${agent.id}-${described}` : `${agent.id}-custom`;
}
