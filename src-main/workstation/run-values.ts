// The hyper-parameters of a run at some moment: in force, with what is still asked for, or as they were at a step.
import { ParameterError, type ParameterValues } from '../contract/parameters.ts';
import type { ResolvedAgent, TaskDeclaration } from '../contract/declarations.ts';
import { completeStored } from '../contract/following.ts';
import type { RunConfiguration, RunDetail, RunEdit } from '../contract/runs.ts';
import type { Store } from '../store/store.ts';
import { findNamed, planTask, type Possibilities } from './plan.ts';

/** What a run learns with, as this version of Elbow declares it. */
export interface Subject {
  agent: ResolvedAgent;
  task: TaskDeclaration;
}

/** @throws ParameterError where this version has not got the run's agent, task or one of its options */
export function subjectOf(
  { agent, task, taskOptions = {} }: Pick<RunConfiguration, 'agent' | 'task' | 'taskOptions'>,
  possible: Possibilities,
): Subject {
  return { agent: findNamed('agent', agent, possible.agents), task: planTask(task, taskOptions, possible).task };
}

function complete({ agent, task }: Subject, values: ParameterValues): ParameterValues {
  const defaults = agent.taskDefaults[task.id];
  if (!defaults) throw new ParameterError('agent', `the agent ${agent.id} has no defaults for the task ${task.id}`);
  return completeStored(agent.parameters, defaults, values);
}

/** A run as it would be stored today, so that it compares with today's; left as it is where this version has not got its agent or task. */
export function completed(detail: RunDetail, possible: Possibilities): RunDetail {
  const agent = possible.agents.find(({ id }) => id === detail.agent);
  const defaults = agent?.taskDefaults[detail.task];
  if (agent === undefined || defaults === undefined) return detail;
  const whole = (given: ParameterValues): ParameterValues => completeStored(agent.parameters, defaults, given);
  const { configuration, values } = detail;
  return {
    ...detail,
    configuration: { ...configuration, hyperparameters: whole(configuration.hyperparameters) },
    values: whole(values),
  };
}

/** The values in force once the trainer has come to every pending edit, but for those that are due later. */
export function valuesToCome(store: Store, run: string, subject: Subject): ParameterValues {
  const { environmentSteps } = store.runs.summary(run);
  const pending = store.edits.pending(run).filter(({ dueStep }) => dueStep === null || dueStep <= environmentSteps);
  return withEdits(complete(subject, store.runs.values(run)), pending);
}

/**
 * The values with which the run took, or will take, the step after this one.
 * @param counts which applied edits do
 */
export function valuesAt(
  store: Store,
  run: RunDetail,
  subject: Subject,
  step: number,
  counts = ({ appliedStep }: RunEdit): boolean => appliedStep !== null && appliedStep <= step,
): ParameterValues {
  const applied = store.edits.appliedFrom(run.id, 0).filter(counts);
  return withEdits(complete(subject, run.configuration.hyperparameters), applied);
}

function withEdits(values: ParameterValues, edits: readonly Pick<RunEdit, 'changes'>[]): ParameterValues {
  return edits.reduce((now, { changes }) => ({ ...now, ...changes }), values);
}
