import { beforeAll, describe, expect, it } from 'vitest';
import { describeModel } from './geometry.ts';
import { heightFieldSide } from './height-fields.ts';
import { loadMuJoCo, type MuJoCo } from './mujoco.ts';
import type { SceneHeightField } from './scene-model.ts';
import { Simulator } from './simulator.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

function fieldOf(attributes: string): SceneHeightField {
  const simulator = new Simulator(
    mujoco,
    `<mujoco><asset><hfield name="hills" ${attributes}/></asset><worldbody><geom type="hfield" hfield="hills"/></worldbody></mujoco>`,
  );
  try {
    const {
      geoms,
      heightFields: [field],
    } = describeModel(simulator);
    expect(geoms).toMatchObject([{ shape: 'height-field', heightField: 0, mesh: null }]);
    if (field === undefined) throw new Error('no height field');
    return field;
  } finally {
    simulator.dispose();
  }
}

describe('height fields', () => {
  it('are metres above the frame, rows along y and columns along x', () => {
    // The file's first row is the far one.
    const field = fieldOf('nrow="3" ncol="4" size="2 1 .5 .1" elevation="0 0 0 5  0 0 0 0  0 10 0 0"');
    expect(field).toMatchObject({ name: 'hills', size: [2, 1, 0.1], rows: 3, columns: 4 });
    expect([...field.heights]).toEqual([0, 0.5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.25]);
  });

  it('lie where MuJoCo’s rays meet them', () => {
    const elevation = Array.from({ length: 20 }, (_, k) => (k * 7) % 5);
    const simulator = new Simulator(
      mujoco,
      `<mujoco><asset><hfield name="hills" nrow="4" ncol="5" size="2 1 .5 .1" elevation="${elevation.join(' ')}"/></asset><worldbody><geom type="hfield" hfield="hills" pos="0 0 1"/></worldbody></mujoco>`,
    );
    const {
      heightFields: [field],
    } = describeModel(simulator);
    if (field === undefined) throw new Error('no height field');
    const hit = new mujoco.IntBuffer(1);
    for (const [row, column] of [
      [1, 1],
      [2, 1],
      [1, 3],
      [2, 2],
    ] as const) {
      const point = [2 * ((2 * column) / 4 - 1), (2 * row) / 3 - 1, 5];
      const down = mujoco.mj_ray(simulator.model, simulator.data, point, [0, 0, -1], [1, 1, 1, 1, 1, 1], true, -1, hit, null);
      expect(5 - down - 1, `row ${row}, column ${column}`).toBeCloseTo(field.heights[row * 5 + column] ?? NaN, 6);
    }
    hit.delete();
    simulator.dispose();
  });

  it('are thinned where they are very fine, over the same rectangle', () => {
    const rows = 2 * heightFieldSide;
    const slope = Array.from({ length: rows }, (_, row) => `${row} ${row}`)
      .reverse()
      .join(' ');
    const field = fieldOf(`nrow="${rows}" ncol="2" size="2 1 3 .1" elevation="${slope}"`);
    expect([field.rows, field.columns]).toEqual([heightFieldSide, 2]);
    // A straight slope stays one.
    for (const row of [0, 1, 100, heightFieldSide - 1])
      expect(field.heights[2 * row + 1]).toBeCloseTo((3 * row) / (heightFieldSide - 1), 5);
  });
});
