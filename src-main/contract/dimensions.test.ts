import { describe, expect, it } from 'vitest';
import { describeDifference } from './dimensions.ts';

const named = (...names: string[]) => names.map((name) => ({ name, unit: '1' }));
const arm = { id: 'arm', observation: named('angle', 'speed'), action: named('torque') };

describe('the difference between two tasks', () => {
  it('is none where names and sizes are the same, whatever the units and the id', () => {
    expect(describeDifference({ ...arm, id: 'other', action: [{ name: 'torque', unit: 'N m' }] }, arm)).toBeNull();
  });

  it.each([
    [
      'the number of observations',
      { observation: named('angle') },
      'leg has 1 observation dimension (angle) where arm has 2 (angle, speed)',
    ],
    [
      'the number of actions',
      { action: named('hip', 'knee', 'ankle', 'a', 'b', 'c', 'd') },
      'leg has 7 action dimensions (hip, knee, ankle, a, b, c, …) where arm has 1 (torque)',
    ],
    ['no actions at all', { action: [] }, 'leg has 0 action dimensions () where arm has 1 (torque)'],
    [
      'the name of an observation',
      { observation: named('angle', 'height') },
      'observation dimension 2 of leg is "height" where that of arm is "speed"',
    ],
    [
      'the order of observations',
      { observation: named('speed', 'angle') },
      'observation dimension 1 of leg is "speed" where that of arm is "angle"',
    ],
    ['the name of an action', { action: named('force') }, 'action dimension 1 of leg is "force" where that of arm is "torque"'],
  ])('names %s', (_, change, words) => {
    expect(describeDifference({ ...arm, id: 'leg', ...change }, arm)).toBe(words);
  });
});
