// Models looked over in a worker of their own: the good, the bad, and those that never end.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelFileError } from '../../../physics/own/model-file-error.ts';
import { arm, text, urdfArm, tetrahedron } from '../../../physics/own/testing.ts';
import { inspectAside } from './aside.ts';

const taskFile = { name: 'swing', frameSkip: 5, timeLimit: 50, observation: [{ block: 'joint-positions' }], reward: [{ term: 'alive' }] };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-aside-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inspect = (files: Record<string, string | Uint8Array>, taskText: string | null = null) =>
  inspectAside({
    source: {
      name: 'My Arm',
      files: Object.entries(files).map(([name, content]) => ({ path: name, bytes: typeof content === 'string' ? text(content) : content })),
    },
    model: null,
    taskText,
  });

describe('inspectAside', () => {
  it('reports a folder on a disk with its task', async () => {
    writeFileSync(path.join(folder, 'arm.xml'), arm());
    writeFileSync(path.join(folder, 'task.json'), JSON.stringify(taskFile));
    writeFileSync(path.join(folder, 'notes.txt'), 'left where it is');
    const found = await inspectAside({ source: { folder }, model: null, taskText: null });
    expect(found).toMatchObject({
      id: 'swing',
      main: 'arm.xml',
      problems: [],
      declaration: { id: 'swing', action: [{ name: 'drive', low: -1, high: 1 }] },
      report: { warnings: [] },
    });
    expect(found.files.map((file) => file.path)).toEqual(['arm.xml', 'task.json']);
  });

  it('reports a model without a task, and one without actuators', async () => {
    expect(await inspect({ 'arm.xml': arm() })).toMatchObject({ id: 'my-arm', taskText: null, declaration: null, problems: [] });
    const urdf = await inspect({ 'arm.urdf': urdfArm('part.stl'), 'part.stl': tetrahedron() }, JSON.stringify(taskFile));
    expect(urdf).toMatchObject({
      declaration: null,
      problems: [{ path: 'actuators', message: expect.stringContaining('add motors') as string }],
    });
    expect(urdf.report.joints).toHaveLength(1);
  });

  it('refuses a reward that is no number, with its line', async () => {
    const bad = JSON.stringify(
      {
        ...taskFile,
        reward: [
          { term: 'alive' },
          { term: 'uprightness', of: { body: 'link' }, weight: 0, name: 'up', shaping: { kind: 'exponential', scale: 1e-300 } },
        ],
      },
      null,
      1,
    );
    const upside = arm().replace('pos="0 0 .5"', 'pos="0 0 .5" euler="180 0 0"');
    expect(await inspect({ 'arm.xml': upside }, bad)).toMatchObject({
      declaration: null,
      problems: [{ path: 'reward.1', message: 'the reward term "up" is NaN after 1 steps of random actions' }],
    });
  });

  it('names the actuator that has no range, with its file and line', async () => {
    const drive = '<actuator>\n<motor name="other" joint="hinge" ctrlrange="0 1"/>\n<motor name="drive" joint="hinge"/>\n</actuator>';
    const motors = arm(undefined, '<default><motor gear="2"/></default>').replace(
      /<actuator>.*<\/actuator>/,
      '<include file="motors.xml"/>',
    );
    const { problems } = await inspect(
      { 'arm.xml': motors, 'motors.xml': `<mujocoinclude>\n${drive}\n</mujocoinclude>` },
      JSON.stringify({ ...taskFile, model: 'arm.xml' }),
    );
    expect(problems).toMatchObject([
      {
        path: 'actuators',
        message: 'the action dimension 1 (drive) has no range: give the actuator a ctrlrange in the model (motors.xml, line 4, <motor>)',
      },
    ]);
  });

  it('refuses what is wrong, with its place', async () => {
    const error = await inspect({ 'arm.xml': arm('<geom mass="nan"/>') }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelFileError);
    expect(error).toMatchObject({
      message: 'arm.xml, line 6, <geom>: mass is “nan”; it must be a finite number',
      place: { file: 'arm.xml', line: 6, element: 'geom' },
    });
    await expect(inspect({ 'arm.xml': 'hello' })).rejects.toThrow(/not XML/);
  });

  it('ends what takes too long', async () => {
    writeFileSync(path.join(folder, 'arm.xml'), arm());
    await expect(inspectAside({ source: { folder }, model: null, taskText: null }, { timeLimitMs: 1 })).rejects.toThrow(
      /not done with the model after 0.001 s and was ended/,
    );
  });

  it('ends a model that multiplies itself without end', async () => {
    writeFileSync(path.join(folder, 'arm.xml'), arm('<replicate count="100000000" offset="1 0 0"><geom size=".1"/></replicate>'));
    await expect(inspectAside({ source: { folder }, model: null, taskText: null }, { timeLimitMs: 8000 })).rejects.toThrow(ModelFileError);
  });
});
