// What a person is told of a run's settings before it starts, where nothing is refused: the same words in the window, on the
// command line and in the trainer's events.
import type { ParameterValues } from './parameters.ts';
import { replayRemark, type TaskShapes } from './replay-memory.ts';

/** @param values complete. @param memoryBytes all the memory that the machine has */
export function remarksOn(task: TaskShapes, values: ParameterValues, memoryBytes: number): string[] {
  return [warmUpRemark(values), replayRemark(task, values, memoryBytes)].filter((one) => one !== null);
}

function warmUpRemark(values: ParameterValues): string | null {
  const [steps, warmUp] = [Number(values['steps']), Number(values['warm-up'])];
  return !(steps <= warmUp)
    ? null
    : `Nothing will be learned: the run ends at step ${count(steps)}, and its warm-up lasts for ${count(warmUp)} steps. Give it more steps or a shorter warm-up to have it learn.`;
}

/** The result of a run that has come to its end without a gradient step. */
export function nothingLearned(values: ParameterValues): string {
  return `Nothing was learned: its ${count(Number(values['steps']))} steps lie within the warm-up of ${count(Number(values['warm-up']))}. Continue it with more steps, or start one with a shorter warm-up.`;
}

const count = (value: number): string => value.toLocaleString('en-US');
