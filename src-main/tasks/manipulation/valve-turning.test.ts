// Valve turning: what scripted fingers and random ones make of it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';
import type { Task } from '../task.ts';

let task: Task;
beforeAll(async () => {
  task = await loadTask('valve-turning');
});
afterAll(() => task.dispose());

type Controller = (observation: Float64Array) => number[];

/** Spacing of the fins and of what all fingers, a third of a turn apart, see alike (rad). */
const SPACING = Math.PI / 3;
/** Fingers hang at 30°, 150° and 270°. */
const FIRST_FINGER = Math.PI / 6;
/** A tip in among the fins is this far from the axis and this far below its swing's joint (m). */
const RADIUS = 0.063;
const HANG = 0.147;

/** Joint targets as an action: all three fingers do the same. */
function act(swing: number, lean: number, bend: number): number[] {
  const one = [swing / 0.7, (lean - 0.125) / 0.625, (bend - 0.25) / 0.75];
  return [...one, ...one, ...one];
}

/** The swing that brings a tip to this angle about the valve's axis, from the finger's own (rad). */
const swingTo = (angle: number): number =>
  Math.asin(Math.max(-0.6, Math.min(0.6, (RADIUS * Math.tan(Math.max(-1.2, Math.min(1.2, angle)))) / HANG)));

/** Fingers come down behind a fin, push it on, draw back, and again until the valve is where it is to be. */
function scripted(): Controller {
  const [gap, farthest] = [0.38, 0.85];
  let phase: 'away' | 'in' | 'push' | 'out' = 'away';
  let steps = 0;
  let from = 0;
  let reached = 0;
  let way = 1;
  return (observation) => {
    const valve = Math.atan2(observation[19] as number, observation[18] as number);
    const left = Math.atan2(observation[22] as number, observation[21] as number);
    const enter = (next: typeof phase): void => {
      phase = next;
      steps = 0;
    };
    steps += 1;
    if (phase === 'away') {
      if (steps === 1) {
        way = Math.sign(left);
        // The fin farthest back that a tip can get behind, seen in the direction of the push.
        const offset = way * (valve - FIRST_FINGER);
        const first = -farthest + gap;
        from = offset - SPACING * Math.floor((offset - first) / SPACING) - gap;
        reached = from;
      }
      if (Math.abs(left) < 0.05) {
        steps = 0;
        return act(0, -0.3, 0);
      }
      if (steps > 6) enter('in');
      return act(swingTo(way * from), -0.2, 0);
    }
    if (phase === 'in') {
      if (steps > 6) enter('push');
      return act(swingTo(way * from), 0.2, 0.3);
    }
    if (phase === 'push') {
      reached = Math.min(farthest, reached + Math.min(0.12, Math.max(0.015, 0.25 * way * left)));
      if (way * left < 0.03 || reached >= farthest) enter('out');
      return act(swingTo(way * reached), 0.2, 0.3);
    }
    if (steps > 5) enter('away');
    return act(swingTo(way * reached), -0.3, 0);
  };
}

function successes(episodes: number, make: () => Controller): number {
  const stream = createStream(11, 'reset');
  let count = 0;
  for (let episode = 0; episode < episodes; episode += 1) {
    task.reset(stream);
    const controller = make();
    let isOver = false;
    while (!isOver) {
      isOver = task.step(controller(task.observation)).truncated;
    }
    if (task.isSuccess === true) count += 1;
  }
  return count;
}

describe('valve turning', () => {
  it('is done by scripted fingers in 90 % of episodes or more', () => {
    expect(successes(30, scripted)).toBeGreaterThanOrEqual(27);
  });
  it('is done by random actions in less than 5 %', () => {
    const actions = createStream(3, 'actions');
    expect(successes(60, () => () => Array.from({ length: 9 }, () => 2 * actions.uniform() - 1))).toBeLessThan(3);
  });

  it('asks for half a radian or more, either way, from any angle', () => {
    const stream = createStream(5, 'reset');
    const turns: number[] = [];
    const angles: number[] = [];
    for (let k = 0; k < 1000; k += 1) {
      task.reset(stream);
      turns.push(Math.atan2(task.observation[22] as number, task.observation[21] as number));
      angles.push(task.simulator.qpos[0] as number);
    }
    const sizes = turns.map(Math.abs);
    expect(Math.min(...sizes)).toBeGreaterThan(0.5 - 1e-9);
    expect(Math.min(...sizes)).toBeLessThan(0.52);
    expect(Math.max(...sizes)).toBeGreaterThan(3.12);
    // Five standard deviations.
    expect(Math.abs(turns.filter((turn) => turn > 0).length - 500)).toBeLessThan(80);
    expect(Math.min(...angles)).toBeLessThan(-3.1);
    expect(Math.max(...angles)).toBeGreaterThan(3.1);
  });

  it.each([
    { angle: 3, goal: -3, error: 2 * Math.PI - 6 },
    { angle: -3, goal: 3, error: 2 * Math.PI - 6 },
    { angle: 1, goal: 1.09, error: 0.09 },
    { angle: 1, goal: 0.89, error: 0.11 },
    { angle: 9 * Math.PI, goal: Math.PI / 2, error: Math.PI / 2 },
  ])('takes the shorter way from $angle to $goal rad', ({ angle, goal, error }) => {
    task.reset(createStream(1, 'reset'));
    const snapshot = task.snapshot();
    snapshot.taskState[2] = goal;
    task.restore(snapshot);
    task.simulator.qpos[0] = angle;
    // Straight fingers do not touch the valve, and its friction holds it.
    const { terms } = task.step(act(0, 0, 0));
    expect(terms[0]).toBeCloseTo(-error, 9);
    expect(task.isSuccess).toBe(error < 0.1);
    expect(terms[1]).toBe(error < 0.1 ? 1 : 0);
  });
});
