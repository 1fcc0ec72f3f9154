// Tests of drawing a moment between two recorded ones.
import { expect, it } from 'vitest';
import { interpolatePoses } from './poses.ts';

/** A pose turned by an angle about z, at a place. */
function pose(angle: number, x: number): Float32Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return Float32Array.of(x, 0, 1, c, -s, 0, s, c, 0, 0, 0, 1);
}

it('gives the two ends exactly enough to draw', () => {
  const out = new Float32Array(12);
  for (const [fraction, expected] of [
    [0, pose(0.2, 1)],
    [1, pose(0.6, 3)],
  ] as const) {
    interpolatePoses(out, pose(0.2, 1), pose(0.6, 3), fraction);
    out.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 6));
  }
});

it('lies between them, with a rotation that is one', () => {
  const out = new Float32Array(12);
  interpolatePoses(out, pose(0.2, 1), pose(0.6, 3), 0.5);
  const middle = pose(0.4, 2);
  out.forEach((value, i) => expect(value).toBeCloseTo(middle[i] as number, 6));
});

it('keeps every geom of several apart', () => {
  const out = new Float32Array(24);
  const [a, b] = [new Float32Array(24), new Float32Array(24)];
  a.set(pose(0, 0));
  a.set(pose(1, 5), 12);
  b.set(pose(0, 2));
  b.set(pose(1, 7), 12);
  interpolatePoses(out, a, b, 0.25);
  expect([out[0], out[12]]).toEqual([0.5, 5.5]);
});

it('leaves a rotation that has collapsed as it is, without a number that is none', () => {
  const out = new Float32Array(12);
  interpolatePoses(out, pose(0, 0), pose(Math.PI, 0), 0.5);
  expect(out.every(Number.isFinite)).toBe(true);
});
