// Which goal tasks hindsight may judge by another goal, and how their ends are told apart.
import { beforeAll, describe, expect, it } from 'vitest';
import { loadMuJoCo, type MuJoCo } from '../../physics/mujoco.ts';
import { createStream } from '../../random/stream.ts';
import type { Task } from '../task.ts';
import { createOwnTask } from './create-own-task.ts';
import { parseTaskFile } from './parse-task-file.ts';

let mujoco: MuJoCo;
beforeAll(async () => {
  mujoco = await loadMuJoCo();
});

const xml = `<mujoco><option gravity="0 0 0"/><worldbody>
  <body name="point"><joint name="x" type="slide" axis="1 0 0" damping="1"/><geom size="0.02" mass="0.1"/><site name="tip"/></body>
  <body name="target"><joint name="target_x" type="slide" axis="1 0 0"/><geom size="0.01" contype="0" conaffinity="0" mass="0.01"/>
    <body name="flag"><geom name="cloth" size="0.01" contype="0" conaffinity="0" mass="0.01"/></body></body>
  <body name="ghost" mocap="true"><site name="ghost tip"/></body><site name="origin"/>
</worldbody><actuator><motor joint="x" ctrlrange="-1 1"/></actuator></mujoco>`;
const tip = { site: 'tip' };
const plain = {
  name: 'ends',
  frameSkip: 1,
  timeLimit: 100,
  observation: [{ block: 'joint-positions', joints: ['x'] }, { block: 'goal' }],
  reward: [{ term: 'success', from: tip, to: 'goal', radius: 0.1 }],
  goal: { shape: 'box', centre: [1, 0, 0], halfSize: [0, 0, 0], joints: ['target_x'], marker: 'ghost' },
};
const near = { quantity: 'distance', from: tip, to: 'goal', range: [0.1, null] };

function make(given: object): Task {
  const { task, problems } = parseTaskFile(JSON.stringify({ ...plain, ...given }));
  if (task === null) throw new Error(JSON.stringify(problems));
  return createOwnTask(mujoco, { xml, files: {} }, task, 'ends.xml');
}
const goalOf = (given: object) => {
  const task = make(given);
  const { goal, declaration } = task;
  task.dispose();
  if (goal === null || declaration.goal === undefined) throw new Error('it is no goal task');
  return { goal, noHindsight: declaration.goal.noHindsight };
};

describe('what a goal ends', () => {
  it('is judged by what is achieved and what is asked for', () => {
    const { goal, noHindsight } = goalOf({ termination: [near] });
    expect(noHindsight).toBeUndefined();
    expect(goal.terminates?.([0, 0, 0], [0.05, 0, 0])).toBe(true);
    expect(goal.terminates?.([0, 0, 0], [0.5, 0, 0])).toBe(false);
  });

  it('may be the goal’s own height', () => {
    const { goal } = goalOf({ termination: [{ quantity: 'height', of: 'goal', range: [null, 1] }] });
    expect([goal.terminates?.([0, 0, 0], [0, 0, 2]), goal.terminates?.([0, 0, 2], [0, 0, 0])]).toEqual([true, false]);
  });

  it('is nothing where no rule reads the goal', () => {
    expect(goalOf({}).goal.terminates).toBeNull();
    expect(goalOf({ termination: [{ quantity: 'joint-positions', joints: ['x'], range: [-1, 1] }] }).goal.terminates).toBeNull();
  });

  it('is told from what would have ended the episode anyway', () => {
    const high = { quantity: 'joint-positions', joints: ['x'], range: [null, 0.96] };
    for (const [x, termination, terminated, anyway] of [
      [0, [near, high], false, false],
      [0.95, [near, high], true, false],
      [0.97, [near, high], true, true],
      [2, [near, high], true, true],
    ] as const) {
      const task = make({ termination, start: { joints: { x } } });
      task.reset(createStream(1, 'reset'));
      expect([task.step([0]).terminated, task.goal?.terminatedAnyway]).toEqual([terminated, anyway]);
      task.dispose();
    }
  });
});

describe('hindsight is left out', () => {
  it.each<[string, object, RegExp]>([
    [
      'where a rule compares the goal with another point',
      { termination: [near, { quantity: 'distance', from: 'goal', to: { site: 'origin' }, range: [0.1, null] }] },
      /^termination\.1 reads the goal beside origin, which is not the point/,
    ],
    [
      'where a rule reads what carries the marker',
      { termination: [{ ...near, to: { body: 'target' } }] },
      /^termination\.0 reads target, which moves with the goal; write "goal"/,
    ],
    ['where it reads what hangs on that', { termination: [{ ...near, to: { geom: 'cloth' } }] }, /^termination\.0 reads cloth/],
    ['where it reads the mocap marker', { termination: [{ ...near, to: { site: 'ghost tip' } }] }, /^termination\.0 reads ghost tip/],
    [
      'where it reads the marker’s joint among all',
      { termination: [{ quantity: 'joint-positions', range: [-2, 2] }] },
      /^termination\.0 reads the joint target_x, .*"except"/,
    ],
    [
      'where the observation shows the goal elsewhere',
      { observation: [{ block: 'goal' }, { block: 'goal' }] },
      /^observation\.0 shows the goal too/,
    ],
    [
      'where it shows a point beside the goal',
      { observation: [{ block: 'points', of: [tip], relativeTo: 'goal' }, { block: 'goal' }] },
      /^observation\.0 shows the goal too/,
    ],
    [
      'where it shows the marker’s joint',
      { observation: [{ block: 'joint-positions' }, { block: 'goal' }] },
      /^observation\.0 shows the joint target_x/,
    ],
    [
      'where what is to be at the goal carries its marker',
      { reward: [{ term: 'distance', from: { body: 'target' }, to: 'goal', weight: -1 }] },
      /^every reward term compares the goal with target, which shows it/,
    ],
  ])('%s', (_, given, reason) => {
    const { goal, noHindsight } = goalOf(given);
    expect(noHindsight).toMatch(reason);
    expect(goal.terminates).toBeNull();
  });

  it('but not where such joints are left out', () => {
    const termination = [{ quantity: 'joint-positions', except: ['target_x'], range: [-2, 2] }];
    expect(goalOf({ termination }).noHindsight).toBeUndefined();
  });
});
