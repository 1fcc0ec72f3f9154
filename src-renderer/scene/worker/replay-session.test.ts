// Tests of the poses of a recorded episode, with a real model.
import { describe, expect, it, vi } from 'vitest';
import { readModel } from '../../../src-main/physics/node/models.ts';
import { Simulator } from '../../../src-main/physics/simulator.ts';
import { processMuJoCo } from '../../../src-main/tasks/node/load-task.ts';
import type { PoseSource } from '../messages.ts';
import { ReplaySession } from './replay-session.ts';

const rowCount = 200;

async function pendulum(): Promise<Simulator> {
  const { xml } = await readModel('inverted-pendulum.xml');
  return new Simulator(await processMuJoCo(), xml);
}

/** The cart moves from 0 to 1 m. */
function source(part: Partial<PoseSource> = {}): PoseSource {
  const qpos = Float64Array.from({ length: rowCount * 2 }, (_, i) => (i % 2 === 0 ? i / 2 / (rowCount - 1) : 0));
  return { rowCount, qpos, qvel: new Float64Array(rowCount * 2), mocap: new Float64Array(0), ...part };
}

describe('a recorded episode', () => {
  it('gives the row looked at first, alone, then every other row once', async () => {
    const simulator = await pendulum();
    const stride = simulator.counts.geom * 12;
    const cart = simulator.names.geom.indexOf('cart') * 12;
    const rows: { first: number; count: number }[] = [];
    const x = new Float64Array(rowCount).fill(NaN);
    const session = new ReplaySession(simulator, source(), 120, (first, poses) => {
      const count = poses.length / stride;
      rows.push({ first, count });
      for (let k = 0; k < count; k += 1) x[first + k] = poses[k * stride + cart] as number;
    });
    expect(rows).toEqual([{ first: 120, count: 1 }]);
    await vi.waitFor(() => expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(rowCount));
    expect(rows[1]?.first).toBe(121);
    x.forEach((value, row) => expect(value).toBeCloseTo(row / (rowCount - 1), 6));
    session.dispose();
    simulator.dispose();
  });

  it('gives each row’s sites after its geoms', async () => {
    const xml =
      '<mujoco><worldbody><body><joint type="slide" axis="1 0 0"/><geom size="0.1"/><site pos="0 0 3"/></body></worldbody></mujoco>';
    const simulator = new Simulator(await processMuJoCo(), xml);
    const part = { rowCount: 3, qpos: Float64Array.of(0, 1, 2), qvel: new Float64Array(3), mocap: new Float64Array(0) };
    const rows = new Map<number, number[]>();
    const session = new ReplaySession(simulator, part, 0, (first, poses) => {
      for (let k = 0; k < poses.length / 24; k += 1) rows.set(first + k, [...poses.subarray(24 * k + 12, 24 * k + 15)]);
    });
    await vi.waitFor(() => expect(rows.size).toBe(3));
    expect([...rows].sort(([a], [b]) => a - b)).toEqual([
      [0, [0, 0, 3]],
      [1, [1, 0, 3]],
      [2, [2, 0, 3]],
    ]);
    session.dispose();
    simulator.dispose();
  });

  it('computes next what is wanted next', async () => {
    const simulator = await pendulum();
    const firsts: number[] = [];
    const session = new ReplaySession(simulator, source(), 0, (first) => firsts.push(first));
    session.want(150);
    await vi.waitFor(() => expect(firsts.length).toBeGreaterThan(1));
    expect(firsts[1]).toBe(150);
    session.dispose();
    simulator.dispose();
  });

  it.each<[string, Partial<PoseSource>, RegExp]>([
    ['too few positions', { qpos: new Float64Array(7) }, /qpos holds 7 numbers where 200 rows of 2 are needed/],
    ['too many velocities', { qvel: new Float64Array(600) }, /qvel holds 600/],
    ['mocap poses of a model that has none', { mocap: new Float64Array(1400) }, /mocap holds 1400 numbers where 200 rows of 0/],
  ])('refuses %s', async (_name, part, message) => {
    const simulator = await pendulum();
    expect(() => new ReplaySession(simulator, source(part), 0, () => undefined)).toThrow(message);
    simulator.dispose();
  });
});
