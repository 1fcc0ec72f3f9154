// Makes the parts of a run from its stored configuration.
import type { Agent, Problem, Supplies } from '../agents/agent.ts';
import { defaultsFor } from '../agents/declarations.ts';
import { findAgent } from '../agents/registry.ts';
import { checkHindsight } from '../contract/agent-values.ts';
import { completeStored } from '../contract/following.ts';
import { ParameterError, type ParameterValues } from '../contract/parameters.ts';
import { checkReplayMemory } from '../contract/replay-memory.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { ReplayBuffer } from '../replay/replay-buffer.ts';
import { loadTask, modelHashOf } from '../tasks/node/load-task.ts';
import type { Task } from '../tasks/task.ts';
import type { Attend } from './attention.ts';
import { lanesFor } from './evaluation.ts';
import { machineMemory } from './machine-memory.ts';
import { TrainingLoop } from './loop.ts';
import { readRunParameters, type RunParameters } from './run-parameters.ts';
import { TrainingError } from './training-error.ts';

export interface PreparedRun {
  configuration: RunConfiguration;
  parameters: RunParameters;
  buffer: ReplayBuffer;
  loop: TrainingLoop;
  maker: Agent;
  /** Training's own simulator. */
  task: Task;
  /** The evaluation's own simulators, one for each episode that runs at the same time. */
  evaluationTasks: readonly Task[];
  modelHash: string;
  dispose(): Promise<void>;
}

/** The replay buffer of a task: of a goal task, one that relabels with hindsight. */
export function createBuffer({ goal }: Task, problem: Problem, { bufferSize, hindsightGoals }: RunParameters): ReplayBuffer {
  const hindsight =
    goal === null
      ? null
      : {
          goalSize: goal.desired.length,
          relabelled: hindsightGoals,
          reward: (achieved: ArrayLike<number>, desired: ArrayLike<number>) => goal.reward(achieved, desired),
          terminates: goal.terminates,
        };
  return new ReplayBuffer({ ...problem, capacity: bufferSize }, hindsight);
}

/**
 * What a workstation refuses before a run is made; one may have been made by an earlier version, or on another machine.
 * @throws TrainingError with the reason and what to do
 */
function refuseSettings({ declaration }: Task, values: ParameterValues): void {
  try {
    checkHindsight(declaration, values);
    checkReplayMemory(declaration, values, machineMemory());
  } catch (error) {
    if (!(error instanceof ParameterError)) throw error;
    throw new TrainingError(`${error.message}. Nothing was trained. Start a new run with another ${error.parameter}.`, { cause: error });
  }
}

/** @param supply makes what the agent needs besides its values, such as a fitted prior */
export type Supply = (values: ParameterValues) => Promise<Supplies>;

/**
 * @throws RangeError or TaskError for an unknown agent, device or task, ParameterError for an incomplete configuration; what
 *   was made by then is disposed
 */
export async function prepareRun(
  given: RunConfiguration,
  { supply = () => Promise.resolve({}), attend }: { supply?: Supply; attend?: Attend } = {},
): Promise<PreparedRun> {
  const maker = findAgent(given.agent);
  const made: { dispose(): void | Promise<void> }[] = [];
  const dispose = async (): Promise<void> => {
    for (const one of made.splice(0)) await one.dispose();
  };
  const load = async (): Promise<Task> => {
    const task = await loadTask(given.task, given.taskOptions);
    made.push(task);
    return task;
  };
  try {
    const task = await load();
    // A run stored by an earlier Elbow lacks what came since.
    const defaults = defaultsFor(maker.declaration, task.declaration);
    const hyperparameters = completeStored(maker.declaration.parameters, defaults, given.hyperparameters);
    const configuration = { ...given, hyperparameters };
    refuseSettings(task, hyperparameters);
    const parameters = readRunParameters(hyperparameters);
    const modelHash = await modelHashOf(task.declaration);
    const problem = { observationSize: task.observation.length, actionSize: task.declaration.action.length };
    const buffer = createBuffer(task, problem, parameters);
    const { device, threads, seed } = configuration;
    const policyRows = lanesFor(parameters.evaluationEpisodes);
    const loop = await TrainingLoop.create(
      { task, maker, problem, device, threads, buffer, parameters, seed, supply, policyRows, ...(attend === undefined ? {} : { attend }) },
      configuration.hyperparameters,
    );
    made.unshift(loop);
    const evaluationTasks: Task[] = [];
    while (evaluationTasks.length < policyRows) {
      evaluationTasks.push(await load());
      await attend?.();
    }
    return { configuration, parameters, maker, task, buffer, loop, evaluationTasks, modelHash, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
