// When hopper and walker2d have fallen, how they start, what they observe and are paid for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { loadTask } from '../node/load-task.ts';
import type { Task } from '../task.ts';

/** Torso height and pitch, and other positions or velocities by index, at the beginning of a step without torques. Who is low holds its legs up. */
interface Start {
  height?: number;
  pitch?: number;
  qpos?: Record<number, number>;
  qvel?: Record<number, number>;
}

const robots: { id: string; fallen: [string, Start][]; upright: [string, Start][] }[] = [
  {
    id: 'hopper',
    fallen: [
      ['too low', { height: 0.69, qpos: { 3: -2.6 } }],
      ['leans forwards', { pitch: 0.21 }],
      ['leans backwards', { pitch: -0.21 }],
      ['an angle beyond 100', { qpos: { 5: 101 } }],
      ['a velocity beyond 100', { qvel: { 5: -2000 } }],
    ],
    upright: [
      ['just high enough', { height: 0.71, qpos: { 3: -2.6 } }],
      ['leans a little', { pitch: -0.19 }],
      ['in the air', { height: 50 }],
      ['far along the track', { qpos: { 0: 500 } }],
    ],
  },
  {
    id: 'walker2d',
    fallen: [
      ['too low', { height: 0.79, qpos: { 3: -2.6, 6: -2.6 } }],
      ['too high', { height: 2.01 }],
      ['leans forwards', { pitch: 1.01 }],
      ['leans backwards', { pitch: -1.01 }],
    ],
    upright: [
      ['just high enough', { height: 0.81, qpos: { 3: -2.6, 6: -2.6 } }],
      ['almost too high', { height: 1.99 }],
      ['leans a little', { pitch: -0.95, height: 1.9 }],
      ['far along the track', { qpos: { 0: 500 } }],
    ],
  },
];

describe.each(robots)('$id', ({ id, fallen, upright }) => {
  let task: Task;
  beforeAll(async () => {
    task = await loadTask(id);
  });
  afterAll(() => task.dispose());

  function begin({ height = 1.25, pitch = 0, qpos = {}, qvel = {} }: Start): void {
    const { counts } = task.simulator;
    const positions = new Float64Array(counts.qpos);
    const velocities = new Float64Array(counts.qvel);
    positions.set([height, pitch], 1);
    for (const [i, value] of Object.entries(qpos)) positions[Number(i)] = value;
    for (const [i, value] of Object.entries(qvel)) velocities[Number(i)] = value;
    task.beginAt(positions, velocities);
  }
  const rest = (): number[] => task.declaration.action.map(() => 0);

  it.each(fallen)('has fallen: %s', (_, start) => {
    begin(start);
    const { terminated, truncated, terms } = task.step(rest());
    expect({ terminated, truncated, alive: terms[1] }).toEqual({ terminated: true, truncated: false, alive: 0 });
  });

  it.each(upright)('is up: %s', (_, start) => {
    begin(start);
    const { terminated, terms } = task.step(rest());
    expect({ terminated, alive: terms[1] }).toEqual({ terminated: false, alive: 1 });
  });

  it('is paid for its mean forward velocity and charged a thousandth of the squared action', () => {
    begin({});
    const action = task.declaration.action.map((_, i) => (i === 0 ? -3 : 0.5));
    const { terms } = task.step(action);
    expect(terms[0]).toBeCloseTo((task.simulator.qpos[0] as number) / 0.008, 12);
    expect(terms[2]).toBeCloseTo(-1e-3 * (1 + 0.25 * (action.length - 1)), 15);
  });

  it('observes velocities within ±10, and not where it is along the track', () => {
    begin({ qpos: { 0: 77 }, qvel: { 0: 30 } });
    const { qpos, qvel } = task.simulator;
    const expected = [...qpos.slice(1), ...qvel.map((value) => Math.min(10, Math.max(-10, value)))];
    expect([...task.observation]).toEqual(expected);
    expect(task.observation[qpos.length - 1]).toBe(10);
  });

  it('starts within ±0.005 of standing still, uniformly', () => {
    const stream = createStream(3, 'reset');
    const resets = 1500;
    const rootZ = 1;
    let largest = 0;
    let sumOfSquares = 0;
    let count = 0;
    for (let k = 0; k < resets; k += 1) {
      task.reset(stream);
      const { qpos, qvel } = task.simulator;
      for (const [i, value] of [...qpos, ...qvel].entries()) {
        const noise = i === rootZ ? value - 1.25 : value;
        largest = Math.max(largest, Math.abs(noise));
        sumOfSquares += noise ** 2;
        count += 1;
      }
    }
    expect(largest).toBeLessThanOrEqual(0.005 + 1e-15);
    expect(largest).toBeGreaterThan(0.00499);
    // Uniform on ±h: variance h²/3, its standard error √(4/45)·h²/√n.
    expect(Math.abs(sumOfSquares / count - 0.005 ** 2 / 3)).toBeLessThan((5 * 0.005 ** 2 * Math.sqrt(4 / 45)) / Math.sqrt(count));
  });
});
