// A task file fitted to a compiled model, and the declaration that comes of it.
import type { GoalDeclaration, TaskDeclaration } from '../../contract/declarations.ts';
import { describePlace, type ModelPlace } from '../../physics/own/model-file-error.ts';
import type { Simulator } from '../../physics/simulator.ts';
import { planObservation } from './blocks.ts';
import { planGoal, type GoalSampler } from './goal.ts';
import { type GoalReading, readGoal } from './goal-reading.ts';
import { OwnTaskError } from './own-task-error.ts';
import { Layout, type ObservedNumber, type StepNumbers } from './plan.ts';
import { planStart, type Start } from './start.ts';
import type { RewardTerm, TaskFile } from './task-file.ts';
import { planTermination, planTerms, type PlannedRule, type PlannedTerm } from './terms.ts';

export interface TaskPlan {
  task: TaskFile;
  layout: Layout;
  observation: readonly ObservedNumber[];
  terms: readonly PlannedTerm[];
  rules: readonly PlannedRule[];
  start: Start;
  goal: GoalSampler | null;
  goalReading: GoalReading;
  isSuccess: ((numbers: StepNumbers) => boolean) | null;
  /** Where the model's own actuators stand in its files; empty where that is not known. */
  actuatorPlaces: readonly ModelPlace[];
}

/** @throws OwnTaskError naming the place in the task file and the nearest name */
export function planTask(simulator: Simulator, task: TaskFile, actuatorPlaces: readonly ModelPlace[] = []): TaskPlan {
  const layout = new Layout(simulator, task);
  const observation = planObservation(layout, task);
  const terms = planTerms(layout, task);
  const rules = planTermination(layout, task);
  const success = task.reward.find((term) => term.term === 'success');
  return {
    task,
    layout,
    observation,
    terms,
    rules,
    actuatorPlaces,
    start: planStart(layout, task),
    goal: planGoal(layout, task),
    goalReading: readGoal(layout, task),
    isSuccess: success === undefined ? null : planSuccess(layout, success),
  };
}

/** The goal as the declaration tells of it: of a task whose reward depends on nothing but it and one point. */
function declareGoal({ goalReading: { achievedOffset, noHindsight } }: TaskPlan): { goal?: GoalDeclaration } {
  if (achievedOffset === null) return {};
  const dimensions = ['x', 'y', 'z'].map((axis) => ({ name: axis, unit: 'm' }));
  return { goal: { dimensions, ...(noHindsight === null ? {} : { noHindsight }) } };
}

function planSuccess(layout: Layout, { from, to, radius }: Extract<RewardTerm, { term: 'success' }>): (numbers: StepNumbers) => boolean {
  const [a, b] = [layout.point(from, 'reward'), layout.point(to, 'reward')];
  return ({ derived }) => Math.hypot(...[0, 1, 2].map((k) => (derived[a + k] as number) - (derived[b + k] as number))) <= radius;
}

/**
 * What the task says about itself, from the file and its model.
 * @param model how the declaration names its model
 * @throws OwnTaskError where an action dimension has no range, or there is none
 */
export function declareTask(plan: TaskPlan, model: string): TaskDeclaration {
  const {
    task,
    layout: { simulator },
  } = plan;
  const { names, counts, timestep } = simulator;
  if (counts.ctrl === 0) {
    throw new OwnTaskError(
      'actuators',
      'the model has no actuators, so that nothing could be learned; add motors or position servos, as in "actuators": [{"joint": "hip", "kind": "motor", "gain": 20, "range": [-1, 1]}]',
    );
  }
  const range = simulator.model.actuator_ctrlrange as Float64Array;
  const action = Array.from({ length: counts.ctrl }, (_, k) => {
    const [low, high] = [range[2 * k] as number, range[2 * k + 1] as number];
    const name = names.actuator[k] || `actuator ${k}`;
    if (!(low < high)) {
      const place = plan.actuatorPlaces[k];
      const where = place === undefined ? '' : ` (${describePlace(place)})`;
      throw new OwnTaskError(
        'actuators',
        `the action dimension ${k} (${name}) has no range: give the actuator a ctrlrange in the model${where}`,
      );
    }
    return { name, unit: '', low, high };
  });
  const success = task.reward.find((term) => term.term === 'success');
  const centre = simulator.model.stat.center as Float64Array;
  const { camera } = task;
  if (camera.track !== null) plan.layout.idOf('body', camera.track, 'camera.track');
  return {
    id: task.name,
    title: task.title ?? task.name,
    sentence: task.sentence ?? 'A task of your own.',
    family: 'own',
    model,
    observation: plan.observation.map(({ name, unit }) => ({ name, unit })),
    ...declareGoal(plan),
    action,
    rewardTerms: plan.terms.map(({ name, weight, sentence }) => ({ name, weight, sentence })),
    ...(success === undefined ? {} : { success: `Within ${success.radius} m.` }),
    termination: plan.rules.length === 0 ? null : `${capital(plan.rules.map(({ sentence }) => sentence).join(', or '))}.`,
    timeLimit: task.timeLimit,
    frameSkip: task.frameSkip,
    stepSeconds: timestep * task.frameSkip,
    resetNoise: `${plan.start.sentence}${plan.goal === null ? '' : `; ${plan.goal.sentence}`}.`,
    camera: {
      trackBody: camera.track,
      lookAt: camera.lookAt ?? [centre[0] as number, centre[1] as number, centre[2] as number],
      distance: camera.distance ?? 1.8 * simulator.model.stat.extent,
      azimuth: camera.azimuth,
      elevation: camera.elevation,
    },
    citation: task.citation ?? 'Imported',
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
