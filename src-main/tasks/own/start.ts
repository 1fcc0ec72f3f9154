// Where episodes of a task file begin: a keyframe or the default state, single joints elsewhere, and the reset's noise.
import type { Simulator } from '../../physics/simulator.ts';
import type { RandomStream } from '../../random/stream.ts';
import { uniformBetween } from '../reset-noise.ts';
import { missingName, OwnTaskError } from './own-task-error.ts';
import type { Layout } from './plan.ts';
import type { ResetNoise, TaskFile } from './task-file.ts';

export interface Start {
  begin(stream: RandomStream, qpos: Float64Array, qvel: Float64Array): void;
  /** Without noise; given the default positions. */
  place(qpos: Float64Array): void;
  sentence: string;
}

export function planStart(layout: Layout, { start, resetNoise }: TaskFile): Start {
  const key = start.keyframe === undefined ? null : readKeyframe(layout.simulator, start.keyframe);
  const single = Object.entries(start.joints ?? {}).map(([name, value]) => {
    const joint = layout.joints.find(name, `start.joints.${name}`);
    if (joint.kind !== 'hinge' && joint.kind !== 'slide')
      throw new OwnTaskError(`start.joints.${name}`, 'only hinges and slides have a single position; use a keyframe');
    return { address: joint.qposAddress, value };
  });
  const { positions, velocities } = resetNoise;
  const positionNoise = planNoise(
    positions,
    positions === undefined ? [] : layout.joints.positions(positions, 'resetNoise.positions').map(({ index }) => index),
  );
  const velocityNoise = planNoise(
    velocities,
    velocities === undefined ? [] : layout.joints.velocities(velocities, 'resetNoise.velocities').map(({ index }) => index),
  );
  const place = (qpos: Float64Array): void => {
    if (key !== null) qpos.set(key);
    for (const { address, value } of single) qpos[address] = value;
  };
  return {
    place,
    begin(stream, qpos, qvel) {
      place(qpos);
      positionNoise(stream, qpos);
      velocityNoise(stream, qvel);
    },
    sentence: `Positions ${noiseWords(positions)}, velocities ${noiseWords(velocities)}`,
  };
}

/** @throws OwnTaskError naming the nearest keyframe */
function readKeyframe({ model, counts }: Simulator, name: string): Float64Array {
  const table = model.names as Int8Array;
  const names = Array.from(model.name_keyadr as Int32Array, (from) => String.fromCharCode(...table.slice(from, table.indexOf(0, from))));
  const index = names.indexOf(name);
  if (index < 0) throw new OwnTaskError('start.keyframe', missingName('keyframe', name, names.filter(Boolean)));
  return (model.key_qpos as Float64Array).slice(index * counts.qpos, (index + 1) * counts.qpos);
}

function planNoise(noise: ResetNoise | undefined, indices: readonly number[]): (stream: RandomStream, target: Float64Array) => void {
  if (noise === undefined || noise.scale === 0) return () => undefined;
  const draw =
    noise.kind === 'uniform'
      ? (stream: RandomStream) => uniformBetween(stream, -noise.scale, noise.scale)
      : (stream: RandomStream) => noise.scale * stream.normal();
  return (stream, target) => {
    for (const index of indices) target[index] = (target[index] as number) + draw(stream);
  };
}

function noiseWords(noise: ResetNoise | undefined): string {
  if (noise === undefined || noise.scale === 0) return 'as they are';
  return noise.kind === 'uniform' ? `uniform on ±${noise.scale}` : `normal with standard deviation ${noise.scale}`;
}
