// What a new run and an edit must be before they are stored. Whether the values suit the agent is the caller's to
// check: the store knows no agents.
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { checkInteger, checkLine, refuse } from './checks.ts';

export const maxSteps = 1e9;

/** The configuration with its total number of steps. @throws StoreError invalid */
export function checkConfiguration(configuration: RunConfiguration): { configuration: RunConfiguration; totalSteps: number } {
  const { task, taskOptions, agent, seed, device, threads, hyperparameters } = configuration;
  checkLine('task', task, 100);
  checkLine('agent', agent, 100);
  checkLine('device', device, 100);
  checkInteger('seed', seed);
  checkInteger('threads', threads, 1, 1024);
  if (taskOptions !== undefined) checkValues('taskOptions', taskOptions);
  checkValues('hyperparameters', hyperparameters);
  const totalSteps = checkInteger('hyperparameters.steps', hyperparameters['steps'], 1, maxSteps);
  return { configuration, totalSteps };
}

/** @param field what the record is called in a refusal. @throws StoreError invalid */
export function checkValues(field: string, values: unknown): ParameterValues {
  const isRecord =
    typeof values === 'object' && values !== null && [Object.prototype, null].includes(Object.getPrototypeOf(values) as object | null);
  if (!isRecord || Object.keys(values).length === 0) refuse(field, 'a record with at least one value', values);
  for (const [name, value] of Object.entries(values) as [string, unknown][]) {
    checkLine("a value's name", name, 100);
    const numbers = typeof value === 'number' ? [value] : Array.isArray(value) ? (value as unknown[]) : [];
    const isKnown = ['number', 'string', 'boolean'].includes(typeof value) || Array.isArray(value);
    // JSON would turn these into null.
    if (!isKnown || !numbers.every((number) => typeof number === 'number' && Number.isFinite(number))) {
      refuse(`${field}.${name}`, 'a finite number, a text, true, false or a list of finite numbers', value);
    }
    if (value === 'auto') refuse(`${field}.${name}`, 'resolved for the task before it is stored', value);
  }
  return values as ParameterValues;
}
