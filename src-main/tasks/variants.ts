// Options that every task has: its variants for robustness studies, and how long steps and episodes last. The task as
// the field knows it has them at their defaults.
import type { TaskDeclaration } from '../contract/declarations.ts';
import type { ParameterDeclaration, ParameterValues } from '../contract/parameters.ts';
import { declareOptions, defineOptions, type OptionValues } from './options.ts';

const citation = 'Elbow';

const variants = defineOptions({
  'gravity-scale': { default: 1, min: 0, max: 10, citation, sentence: 'Factor on gravity.' },
  'mass-scale': { default: 1, min: 0.01, max: 100, citation, sentence: 'Factor on every body’s mass and inertia.' },
  'friction-scale': { default: 1, min: 0, max: 10, citation, sentence: 'Factor on the friction of every contact.' },
  'action-noise': {
    default: 0,
    min: 0,
    max: 2,
    citation,
    sentence: 'Standard deviation of normal noise on each action, in the agent’s range of −1 to 1; the sum is clipped to it.',
  },
  'action-delay': {
    default: 0,
    min: 0,
    max: 100,
    unit: 'environment steps',
    citation,
    sentence: 'Steps after which an action takes effect; until the first does, the middle of the range is applied.',
  },
  'observation-noise': {
    default: 0,
    min: 0,
    max: 100,
    citation,
    sentence: 'Standard deviation of normal noise on every number of the observation, each in its own unit; a goal is seen without.',
  },
});
export type VariantValues = OptionValues<typeof variants>;

/** Those of a task: the ones that all have, with its own frame skip and time limit as defaults. */
export function variantOptions({ frameSkip, timeLimit }: TaskDeclaration): ParameterDeclaration[] {
  return [
    ...declareOptions({
      'frame-skip': { default: frameSkip, min: 1, max: 1000, unit: 'MuJoCo steps', sentence: 'MuJoCo steps of an environment step.' },
      'time-limit': {
        default: timeLimit,
        min: 1,
        max: 1e6,
        unit: 'environment steps',
        sentence: 'Steps after which an episode is truncated.',
      },
    }),
    ...declareOptions(variants, 'variant'),
  ].map((option) => (option.unit.endsWith('steps') ? { ...option, kind: 'integer' } : option));
}

/** The declaration with these values for what every task has. */
export function withSteps(declaration: TaskDeclaration, values: ParameterValues): TaskDeclaration {
  const frameSkip = Number(values['frame-skip']);
  const secondsOfMujocoStep = declaration.stepSeconds / declaration.frameSkip;
  const stepSeconds = frameSkip === declaration.frameSkip ? declaration.stepSeconds : secondsOfMujocoStep * frameSkip;
  return { ...declaration, frameSkip, stepSeconds, timeLimit: Number(values['time-limit']) };
}
