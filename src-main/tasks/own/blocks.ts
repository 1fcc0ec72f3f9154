// Observation blocks as numbers that can be read.
import { type Layout, type ObservedNumber } from './plan.ts';
import type { ObservationBlock, PointReference, TaskFile } from './task-file.ts';

/** @throws OwnTaskError where a block names what the model lacks */
export function planObservation(layout: Layout, task: TaskFile): ObservedNumber[] {
  return task.observation.flatMap((block, k) => planBlock(layout, block, `observation.${k}`));
}

function planBlock(layout: Layout, block: ObservationBlock, path: string): ObservedNumber[] {
  const { names } = layout.simulator;
  switch (block.block) {
    case 'joint-positions':
      return layout.joints.positions(block, path).map(({ index, name, unit }) => {
        if (block.as === 'sine') return { name: `sine of ${name}`, unit: '', read: ({ qpos }) => Math.sin(qpos[index] as number) };
        if (block.as === 'cosine') return { name: `cosine of ${name}`, unit: '', read: ({ qpos }) => Math.cos(qpos[index] as number) };
        return { name, unit, read: ({ qpos }) => qpos[index] as number };
      });
    case 'joint-velocities': {
      const { clip = Infinity } = block;
      return layout.joints
        .velocities(block, path)
        .map(({ index, name, unit }) => ({ name, unit, read: ({ qvel }) => clamp(qvel[index] as number, clip) }));
    }
    case 'points':
      return block.of.flatMap((reference, k) => {
        const at = layout.point(reference, `${path}.of.${k}`);
        const from = block.relativeTo === undefined ? null : layout.point(block.relativeTo, `${path}.relativeTo`);
        const title = block.relativeTo === undefined ? pointName(reference) : `${pointName(reference)} − ${pointName(block.relativeTo)}`;
        return block.axes.map((axis) => {
          const a = 'xyz'.indexOf(axis);
          return {
            name: `${title} ${axis}`,
            unit: 'm',
            read: ({ derived }) =>
              from === null ? (derived[at + a] as number) : (derived[at + a] as number) - (derived[from + a] as number),
          };
        });
      });
    case 'sensors':
      return (block.sensors ?? names.sensor.filter(Boolean)).flatMap((name, k) => {
        const { offset, size } = layout.sensor(name, `${path}.sensors.${k}`);
        return Array.from({ length: size }, (_, i) => ({
          name: size === 1 ? name : `${name} ${i}`,
          unit: '',
          read: ({ derived }) => derived[offset + i] as number,
        }));
      });
    case 'contacts':
      return (block.bodies ?? names.body.slice(1).filter(Boolean)).flatMap((body, k) => {
        const offset = layout.contact(body, `${path}.bodies.${k}`);
        return ['torque x', 'torque y', 'torque z', 'force x', 'force y', 'force z'].map((what, i) => ({
          name: `contact ${what} on ${body}`,
          unit: what.startsWith('torque') ? 'N·m' : 'N',
          read: ({ derived }) => clamp(derived[offset + i] as number, block.clip),
        }));
      });
    case 'goal': {
      const offset = layout.point('goal', path);
      return ['x', 'y', 'z'].map((axis, a) => ({ name: `goal ${axis}`, unit: 'm', read: ({ derived }) => derived[offset + a] as number }));
    }
  }
}

export function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}

export function pointName(reference: PointReference): string {
  return reference === 'goal' ? 'goal' : (Object.values(reference)[0] as string);
}
