// The four Fetch tasks as declared: Gymnasium-Robotics' FetchReach, FetchPush, FetchSlide and FetchPickAndPlace, v4, sparse or
// dense. docs/tasks-manipulation.md.
import type { DimensionDeclaration, TaskDeclaration } from '../../../contract/declarations.ts';
import type { Simulator } from '../../../physics/simulator.ts';
import { defineTask, type TaskDefinition } from '../../definition.ts';
import { defineOptions, type OptionValues } from '../../options.ts';
import { FetchTask, type FetchSettings } from './fetch-task.ts';

const options = defineOptions({
  'dense-reward': {
    default: false,
    citation: 'Gymnasium-Robotics: reward_type, FetchReachDense and its like',
    sentence: 'Is every step charged with the distance to the goal, rather than with 1 while the goal is not reached?',
  },
});
type Values = OptionValues<typeof options>;

interface FetchTexts {
  id: string;
  title: string;
  sentence: string;
  /** What has to be at the goal. */
  what: string;
  resetNoise: string;
}

const along = (what: string, unit: string): DimensionDeclaration[] => ['x', 'y', 'z'].map((axis) => ({ name: `${what} ${axis}`, unit }));
const fingers = (what: string, unit: string): DimensionDeclaration[] =>
  ['right', 'left'].map((side) => ({ name: `${side} finger ${what}`, unit }));
const goal = along('goal', 'm');

/** Velocities are given per environment step. */
function observationOf(hasObject: boolean): DimensionDeclaration[] {
  return [
    ...along('gripper', 'm'),
    ...(hasObject ? [...along('object', 'm'), ...along('object − gripper', 'm')] : []),
    ...fingers('position', 'm'),
    ...(hasObject
      ? [
          ...along('object angle about', 'rad'),
          ...along('object − gripper velocity', 'm/step'),
          ...along('object angular velocity', 'rad/step'),
        ]
      : []),
    ...along('gripper velocity', 'm/step'),
    ...fingers('velocity', 'm/step'),
    ...goal,
  ];
}

function defineFetch(settings: FetchSettings, { id, title, sentence, what, resetNoise }: FetchTexts): TaskDefinition {
  class Fetch extends FetchTask {
    constructor(simulator: Simulator, declaration: TaskDeclaration, values: Values) {
      super(simulator, declaration, settings, values['dense-reward']);
    }
  }
  return defineTask(
    options,
    (values) => ({
      id,
      title,
      sentence,
      resetNoise,
      family: 'manipulation',
      model: `${id}.xml`,
      observation: observationOf(settings.hasObject),
      goal: { dimensions: goal },
      success: `${what.charAt(0).toUpperCase()}${what.slice(1)} is within 5 cm of the goal.`,
      action: [
        ...along('lead', '0.05 m').map((dimension) => ({ ...dimension, low: -1, high: 1 })),
        { name: settings.fingersClosed ? 'fingers (without effect)' : 'fingers', unit: 'm', low: -1, high: 1 },
      ],
      rewardTerms: [
        {
          name: 'goal',
          weight: -1,
          sentence: values['dense-reward']
            ? `Minus the distance of ${what} to the goal (m).`
            : `Minus one, unless ${what} is within 5 cm of the goal.`,
        },
      ],
      termination: null,
      timeLimit: 50,
      frameSkip: 20,
      stepSeconds: 0.04,
      camera: { trackBody: null, lookAt: [1.15, 0.75, 0.52], distance: 2.2, azimuth: 132, elevation: -16 },
      citation: 'Gymnasium-Robotics 1.4, Fetch v4; Plappert et al. 2018, Multi-Goal Reinforcement Learning, arXiv 1802.09464',
    }),
    Fetch,
  );
}

const base = (x: number): FetchSettings['joints'] => ({ base_x: [x], base_y: [0.48], base_z: [0] });

export const fetchReach = defineFetch(
  {
    joints: base(0.4049),
    extraHeight: 0.2,
    fingersClosed: true,
    hasObject: false,
    objectRange: 0.15,
    targetRange: 0.15,
    targetOffset: 0,
    inTheAir: true,
  },
  {
    id: 'fetch-reach',
    title: 'Fetch: reach',
    what: 'the gripper',
    sentence: 'A seven-joint arm brings its gripper to a goal in the air.',
    resetNoise: 'The goal uniform in a cube of ±0.15 m around the gripper; the arm always starts the same.',
  },
);

export const fetchPush = defineFetch(
  {
    joints: { ...base(0.405), object: [1.25, 0.53, 0.4, 1, 0, 0, 0] },
    extraHeight: 0,
    fingersClosed: true,
    hasObject: true,
    objectRange: 0.15,
    targetRange: 0.15,
    targetOffset: 0,
    inTheAir: false,
  },
  {
    id: 'fetch-push',
    title: 'Fetch: push',
    what: 'the block',
    sentence: 'A seven-joint arm pushes a block to a goal on the table with closed fingers.',
    resetNoise: 'Block and goal uniform in a square of ±0.15 m around the gripper, the block at least 0.1 m from it.',
  },
);

export const fetchSlide = defineFetch(
  {
    joints: { ...base(0.05), object: [1.7, 1.1, 0.41, 1, 0, 0, 0] },
    extraHeight: -0.02,
    fingersClosed: true,
    hasObject: true,
    objectRange: 0.1,
    targetRange: 0.3,
    targetOffset: 0.4,
    inTheAir: false,
  },
  {
    id: 'fetch-slide',
    title: 'Fetch: slide',
    what: 'the puck',
    sentence: 'A seven-joint arm hits a puck so that it slides to a goal out of reach and stays there.',
    resetNoise:
      'The puck uniform in a square of ±0.1 m around the gripper and at least 0.1 m from it, the goal in one of ±0.3 m, 0.4 m ahead.',
  },
);

export const fetchPickAndPlace = defineFetch(
  {
    joints: { ...base(0.405), object: [1.25, 0.53, 0.4, 1, 0, 0, 0] },
    extraHeight: 0.2,
    fingersClosed: false,
    hasObject: true,
    objectRange: 0.15,
    targetRange: 0.15,
    targetOffset: 0,
    inTheAir: true,
  },
  {
    id: 'fetch-pick-and-place',
    title: 'Fetch: pick and place',
    what: 'the block',
    sentence: 'A seven-joint arm grips a block and brings it to a goal, on the table or in the air.',
    resetNoise:
      'Block and goal uniform in a square of ±0.15 m around the gripper, the block at least 0.1 m from it, every second goal up to 0.45 m above the table.',
  },
);
