// Which hyper-parameters runs differ in, and which runs are the same but for their seed.
import { formatParameter, type ParameterValue, type ParameterValues } from '../../../src-main/contract/parameters.ts';
import type { RunConfiguration } from '../../../src-main/contract/runs.ts';

/** The settings that do not make two runs different experiments: how long, and on what. */
const besidesTheExperiment = new Set(['steps', 'checkpoint-minutes', 'disk-budget']);
/** The schedule's end follows the steps also where nothing follows the schedule: then it sets no runs apart. */
const isIdle = (name: string, { hyperparameters }: RunConfiguration): boolean =>
  name === 'schedule-to' && hyperparameters['temperature-rule'] !== 'schedule';

/** Equal for runs of one task and agent whose hyper-parameters agree in all but seed, length and device. */
export function configurationKey(configuration: RunConfiguration): string {
  const values = Object.entries(configuration.hyperparameters)
    .filter(([name]) => !besidesTheExperiment.has(name) && !isIdle(name, configuration))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${formatParameter(value)}`);
  return [configuration.task, writtenOptions(configuration) ?? '', configuration.agent, ...values].join('\n');
}

/** The task's options that differ from their defaults; null where none does. */
function writtenOptions({ taskOptions }: RunConfiguration): string | null {
  if (taskOptions === undefined) return null;
  return Object.entries(taskOptions)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${formatParameter(value)}`)
    .join(', ');
}

export interface ParameterRow {
  name: string;
  /** One a configuration, written out; null where it has no such hyper-parameter. */
  values: (string | null)[];
  differs: boolean;
}

/**
 * All settings of the configurations, those that differ first, else in the order of their declaration.
 * @param edited hyper-parameters that were changed while a run went on: those runs differ from the others in them
 */
export function parameterRows(configurations: readonly RunConfiguration[], edited: ReadonlySet<string> = new Set()): ParameterRow[] {
  const names = new Set(configurations.flatMap((one) => Object.keys(one.hyperparameters)));
  const row = (name: string, read: (one: RunConfiguration) => string | null): ParameterRow => {
    const values = configurations.map(read);
    const counted = values.filter((_, k) => !isIdle(name, configurations[k] as RunConfiguration));
    return { name, values, differs: new Set(counted).size > 1 || edited.has(name) };
  };
  const rows = [
    row('task', (one) => one.task),
    ...(configurations.some((one) => one.taskOptions !== undefined) ? [row('task options', writtenOptions)] : []),
    row('agent', (one) => one.agent),
    ...[...names].map((name) =>
      row(name, (one) => {
        const value = one.hyperparameters[name];
        return value === undefined ? null : formatParameter(value);
      }),
    ),
    row('device', (one) => one.device),
    row('threads', (one) => String(one.threads)),
  ];
  return [...rows.filter((one) => one.differs), ...rows.filter((one) => !one.differs)];
}

/** A group in few words: what sets it apart from the others, else its agent. */
export function describeGroup(rows: readonly ParameterRow[], index: number): string {
  const parts = rows
    .filter((one) => one.differs && !besidesTheExperiment.has(one.name) && one.name !== 'device' && one.name !== 'threads')
    .map((one) => (one.name === 'task' || one.name === 'agent' ? (one.values[index] ?? '') : `${one.name} ${one.values[index] ?? '—'}`));
  return parts.slice(0, 3).join(', ') + (parts.length > 3 ? ' …' : '');
}

export interface ChangedParameter {
  name: string;
  before: ParameterValue | undefined;
  after: ParameterValue | undefined;
}

/** Where values depart from others, by name; none where there is nothing to compare with. */
export function changedFromDefaults(values: ParameterValues, defaults: ParameterValues | undefined): ChangedParameter[] {
  if (defaults === undefined) return [];
  const written = (value: ParameterValue | undefined): string | undefined => (value === undefined ? undefined : formatParameter(value));
  return [...new Set([...Object.keys(values), ...Object.keys(defaults)])]
    .filter((name) => written(values[name]) !== written(defaults[name]))
    .map((name) => ({ name, before: defaults[name], after: values[name] }));
}
