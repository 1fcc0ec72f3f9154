// Options that the locomotion tasks share, by Gymnasium's names.
import type { TaskOption } from '../options.ts';

/** Weights may be turned off, or around: a robot can be asked to run backwards. */
export const weight = (standard: number, sentence: string): TaskOption => ({ default: standard, min: -1e6, max: 1e6, sentence });

export const resetNoise = (standard: number): TaskOption => ({
  default: standard,
  min: 0,
  max: 10,
  sentence: 'Size of the random deviations from the default positions and velocities at a reset.',
});

export const excludePositions = (which: string) =>
  ({
    default: true,
    sentence: `Leaves ${which} out of the observation: moving is the same everywhere.`,
  }) satisfies TaskOption;

export const terminateWhenUnhealthy = (standard: boolean) =>
  ({
    default: standard,
    sentence: 'Ends the episode when the robot is no longer healthy.',
  }) satisfies TaskOption;

/** Where its heights, angles … have to be for it to be healthy. */
export function range<const Name extends string>(
  name: Name,
  [low, high]: readonly [number, number],
  unit: string,
  sentence: string,
): Record<`${Name}-min` | `${Name}-max`, TaskOption> {
  const limits = { min: -1e6, max: 1e6, unit };
  return {
    [`${name}-min`]: {
      ...limits,
      default: low,
      sentence: `Lower end of ${sentence}.`,
      lessThan: { parameter: `${name}-max`, why: 'nothing lies between them otherwise' },
    },
    [`${name}-max`]: { ...limits, default: high, sentence: `Upper end of ${sentence}.` },
  } as Record<`${Name}-min` | `${Name}-max`, TaskOption>;
}

export const includeInObservation = (what: string) =>
  ({
    default: true,
    sentence: `Puts ${what} into the observation.`,
  }) satisfies TaskOption;
