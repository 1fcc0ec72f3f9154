// The noise that tasks add to positions and velocities at a reset.
import type { RandomStream } from '../random/stream.ts';

/** Uniform on [low, high). */
export function uniformBetween(stream: RandomStream, low: number, high: number): number {
  return low + (high - low) * stream.uniform();
}

/** Adds U(−halfWidth, halfWidth) to the first `count` numbers of the array, by default to all. */
export function addUniformNoise(stream: RandomStream, target: Float64Array, halfWidth: number, count = target.length): void {
  for (let i = 0; i < count; i += 1) target[i] = (target[i] as number) + uniformBetween(stream, -halfWidth, halfWidth);
}

/** Adds N(0, deviation²) to every number of the array. */
export function addNormalNoise(stream: RandomStream, target: Float64Array, deviation: number): void {
  for (let i = 0; i < target.length; i += 1) target[i] = (target[i] as number) + deviation * stream.normal();
}
