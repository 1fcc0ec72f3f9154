// Block stacking: what a scripted arm and a random one make of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStream } from '../../../random/stream.ts';
import { loadTask } from '../../node/load-task.ts';
import type { Task } from '../../task.ts';

let task: Task;
beforeAll(async () => {
  task = await loadTask('block-stacking');
});
afterAll(() => task.dispose());

type Controller = (observation: Float64Array) => number[];

/** Grips the upper block from above, carries it over the lower one, puts it down, opens and withdraws upwards. */
function scripted(letsGo = true): Controller {
  let phase = 0;
  let steps = 0;
  return (observation) => {
    const vector = (at: number): [number, number, number] => [...observation.subarray(at, at + 3)] as [number, number, number];
    const [grip, toBlock, toPlace] = [vector(0), vector(34), vector(37)];
    /** From the gripper to a point `height` above the block, with the block where it is. */
    const above = (height: number): [number, number, number] => [toBlock[0], toBlock[1], toBlock[2] + height];
    const level = Math.hypot(toBlock[0], toBlock[1]);
    steps += 1;
    const next = (): void => {
      phase += 1;
      steps = 0;
    };
    switch (phase) {
      case 0: // over the block, open
        if (level < 0.01 && steps > 3) next();
        return act(above(0.1), 1);
      case 1: // down to it
        if (level < 0.01 && Math.abs(toBlock[2]) < 0.008) next();
        return act(above(0), 1);
      case 2: // grip
        if (steps > 4) next();
        return act([0, 0, 0], -1);
      case 3: // lift, clear of the other
        if (grip[2] > 0.53) next();
        return act([0, 0, 0.55 - grip[2]], -1);
      case 4: // over its place
        if (Math.hypot(toPlace[0], toPlace[1]) < 0.004) next();
        return act([toPlace[0], toPlace[1], 0.55 - grip[2]], -1);
      case 5: // down
        if (Math.abs(toPlace[2]) < 0.004 || steps > 20) next();
        return act([toPlace[0], toPlace[1], Math.max(-0.02, toPlace[2])], -1);
      case 6: // let go
        if (letsGo && steps > 5) next();
        return act([0, 0, 0], letsGo ? 1 : -1);
      default:
        return act([0, 0, 0.6 - grip[2]], 1);
    }
  };
}

const act = (delta: readonly [number, number, number], fingers: number): number[] => [
  ...delta.map((by) => Math.max(-1, Math.min(1, 12 * by))),
  fingers,
];

function successes(episodes: number, make: () => Controller): number {
  const stream = createStream(11, 'reset');
  let count = 0;
  for (let episode = 0; episode < episodes; episode += 1) {
    task.reset(stream);
    const controller = make();
    let isOver = false;
    while (!isOver) isOver = task.step(controller(task.observation)).truncated;
    if (task.isSuccess === true) count += 1;
  }
  return count;
}

describe('block stacking', () => {
  it('is done by a scripted arm in 90 % of episodes or more', () => {
    expect(successes(30, () => scripted())).toBeGreaterThanOrEqual(27);
  });
  it('is not done by an arm that holds the block on its place', () => {
    expect(successes(2, () => scripted(false))).toBe(0);
    expect(Math.hypot(...task.observation.slice(37, 40))).toBeLessThan(0.02);
  });
  it('is done by random actions in less than 5 %', () => {
    const actions = createStream(3, 'actions');
    expect(successes(40, () => () => [0, 1, 2, 3].map(() => 2 * actions.uniform() - 1))).toBeLessThan(2);
  });

  it('starts with the blocks flat on the table, apart', () => {
    const stream = createStream(5, 'reset');
    for (let k = 0; k < 100; k += 1) {
      task.reset(stream);
      const [upper, lower] = [task.observation.slice(10, 13), task.observation.slice(22, 25)];
      for (const block of [upper, lower]) expect(block[2]).toBeCloseTo(0.425, 3);
      expect(Math.hypot((upper[0] as number) - (lower[0] as number), (upper[1] as number) - (lower[1] as number))).toBeGreaterThan(0.0999);
    }
  });
});
