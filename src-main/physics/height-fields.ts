// Copies a model's height fields out as metres above the geom's frame. Very fine ones are thinned: a picture of them needs no
// more points, and the collisions stay MuJoCo's.
import type { SceneHeightField } from './scene-model.ts';
import type { Simulator } from './simulator.ts';

/** Rows or columns that are drawn at most: half a million triangles. */
export const heightFieldSide = 512;

export function readHeightFields({ model, names }: Simulator): SceneHeightField[] {
  const data = model.hfield_data as Float32Array;
  const sizes = model.hfield_size as Float64Array;
  const number = (array: unknown, i: number): number => (array as ArrayLike<number>)[i] as number;
  return names['height-field'].map((name, i) => {
    const size = (k: number): number => number(sizes, 4 * i + k);
    const top = size(2);
    const [rowCount, columnCount] = [number(model.hfield_nrow, i), number(model.hfield_ncol, i)];
    const start = number(model.hfield_adr, i);
    const thinned = thin(data.subarray(start, start + rowCount * columnCount), rowCount, columnCount);
    // MuJoCo keeps shares of the greatest height.
    return { name, size: [size(0), size(1), size(3)], ...thinned, heights: thinned.heights.map((share) => top * share) };
  });
}

/** A grid of at most `heightFieldSide` points a side over the same rectangle, by linear interpolation. */
function thin(heights: Float32Array, rowCount: number, columnCount: number): { rows: number; columns: number; heights: Float32Array } {
  const [rows, columns] = [Math.min(rowCount, heightFieldSide), Math.min(columnCount, heightFieldSide)];
  if (rows === rowCount && columns === columnCount) return { rows, columns, heights: heights.slice() };
  const thinned = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r += 1) {
    const [above, down] = place(r, rows, rowCount);
    for (let c = 0; c < columns; c += 1) {
      const [left, right] = place(c, columns, columnCount);
      const at = (dr: number, dc: number): number => heights[(above + dr) * columnCount + left + dc] as number;
      thinned[r * columns + c] =
        (1 - down) * ((1 - right) * at(0, 0) + right * at(0, 1)) + down * ((1 - right) * at(1, 0) + right * at(1, 1));
    }
  }
  return { rows, columns, heights: thinned };
}

/** The point of `count` before which point k of `few` lies, and the share of the way to the next one. */
function place(k: number, few: number, count: number): [number, number] {
  const exact = (k * (count - 1)) / (few - 1);
  const before = Math.min(Math.floor(exact), count - 2);
  return [before, exact - before];
}
