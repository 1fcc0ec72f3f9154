// What a new run must be before it is stored. Whether the values suit the agent is the caller's to check: the
// store knows no agents.
import type { RunConfiguration } from '../contract/runs.ts';
import { checkInteger, checkLine, refuse } from './checks.ts';

export const maxSteps = 1e9;

/** The configuration with its total number of steps. @throws StoreError invalid */
export function checkConfiguration(configuration: RunConfiguration): { configuration: RunConfiguration; totalSteps: number } {
  const { task, agent, seed, device, threads, hyperparameters } = configuration;
  checkLine('task', task, 100);
  checkLine('agent', agent, 100);
  checkLine('device', device, 100);
  checkInteger('seed', seed);
  checkInteger('threads', threads, 1, 1024);
  for (const [name, value] of Object.entries(hyperparameters)) {
    checkLine('a hyper-parameter\'s name', name, 100);
    const numbers = typeof value === 'number' ? [value] : Array.isArray(value) ? value : [];
    const isKnown = ['number', 'string', 'boolean'].includes(typeof value) || Array.isArray(value);
    // JSON would turn these into null.
    if (!isKnown || !numbers.every((number) => typeof number === 'number' && Number.isFinite(number))) {
      refuse(`hyperparameters.${name}`, 'a finite number, a text, true, false or a list of finite numbers', value);
    }
    if (value === 'auto') refuse(`hyperparameters.${name}`, 'resolved for the task before the run is stored', value);
  }
  const totalSteps = checkInteger('hyperparameters.steps', hyperparameters['steps'], 1, maxSteps);
  return { configuration, totalSteps };
}
