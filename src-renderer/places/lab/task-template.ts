// The first task file for a model that has none: something that works, to be changed.
import type { ModelReport } from '../../../src-main/contract/models.ts';

/** JSON, ready for the editor. */
export function taskTemplate(id: string, { bodies, joints, actuators, format, timestep, counts }: ModelReport): string {
  const base = bodies[0]?.name ?? 'world';
  const driven = joints.filter(({ kind }) => kind === 'hinge' || kind === 'slide');
  const hasMotors = actuators.length > 0;
  const task = {
    name: id,
    sentence: 'What is to be learned.',
    ...(format === 'urdf' ? { world: { floor: true } } : {}),
    ...(hasMotors ? {} : { actuators: driven.slice(0, 500).map(({ name }) => ({ joint: name, kind: 'motor', gain: 1, range: [-1, 1] })) }),
    frameSkip: Math.max(1, Math.round(0.02 / timestep)),
    timeLimit: 500,
    observation: [{ block: 'joint-positions' }, ...(counts.qvel > 0 ? [{ block: 'joint-velocities' }] : [])],
    reward: [
      { term: 'uprightness', of: { body: base }, weight: 1 },
      { term: 'control-cost', weight: -0.01 },
    ],
    resetNoise: { positions: { scale: 0.01 }, velocities: { scale: 0.01 } },
  };
  return `${JSON.stringify(task, null, 2)}\n`;
}
