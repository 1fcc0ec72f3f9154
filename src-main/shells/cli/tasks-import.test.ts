// `tasks import`: reported, kept, trained, evaluated and removed, by the real command line.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskDeclaration } from '../../contract/declarations.ts';
import { arm, tetrahedron, urdfArm } from '../../physics/own/testing.ts';
import { openStore } from '../../store/store.ts';
import { parseLines, runCli } from './testing.ts';

const taskFile = {
  name: 'swing',
  frameSkip: 5,
  timeLimit: 20,
  observation: [{ block: 'joint-positions' }, { block: 'joint-velocities' }],
  reward: [{ term: 'uprightness', of: { body: 'link' } }],
};
let folder: string;
let env: NodeJS.ProcessEnv;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-import-'));
  env = { ELBOW_DATA_DIR: path.join(folder, 'data') };
  mkdirSync(path.join(folder, 'arm'));
  writeFileSync(path.join(folder, 'arm', 'arm.xml'), arm());
  writeFileSync(path.join(folder, 'arm', 'task.json'), JSON.stringify(taskFile));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, files: Record<string, string | Uint8Array>): string => {
  const place = path.join(folder, name);
  mkdirSync(place, { recursive: true });
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(place, file), content);
  return place;
};

describe('tasks import', () => {
  it('reports what there is, keeps a copy, and lists the task', async () => {
    const { code, stdout } = await runCli(['tasks', 'import', path.join(folder, 'arm')], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /swing {2}arm\.xml \(MJCF, arm\)[\s\S]*joints {5}hinge \(hinge -1\.571 to 1\.571 rad\)[\s\S]*Imported as swing\.\nTrain it with: npm run train -- --task swing/,
    );
    const tasks = JSON.parse((await runCli(['tasks', '--json'], { env })).stdout) as TaskDeclaration[];
    expect(tasks.find(({ id }) => id === 'swing')).toMatchObject({ family: 'own', action: [{ name: 'drive', low: -1, high: 1 }] });
    expect(parseLines((await runCli(['tasks', 'import', path.join(folder, 'arm'), '--json'], { env })).stdout)).toMatchObject([
      { kind: 'imported', id: 'swing', isNew: false },
    ]);
  });

  it('is trained, resumed and evaluated after the folder has gone, and refers to the model by its hash', async () => {
    rmSync(path.join(folder, 'arm'), { recursive: true });
    const settings = [
      '--set',
      'hidden=8',
      '--set',
      'warm-up=40',
      '--set',
      'batch-size=16',
      '--set',
      'evaluation-every=60',
      '--set',
      'evaluation-episodes=1',
    ];
    const trained = await runCli(['train', '--task', 'swing', '--steps', '60', '--name', 'swinger', ...settings], { env });
    expect(trained).toMatchObject({ code: 0, stdout: expect.stringContaining('finished: 60 of 60') as string });
    expect((await runCli(['train', '--resume', 'swinger', '--steps', '80'], { env })).code).toBe(0);
    const evaluated = parseLines((await runCli(['runs', 'evaluate', 'swinger', '--episodes', '2', '--json'], { env })).stdout);
    expect(evaluated.at(-1)).toMatchObject({ kind: 'result', task: 'swing', lengths: [20, 20] });
    expect((await runCli(['runs', 'export-policy', 'swinger', '--out', path.join(folder, 'policy.onnx')], { env })).code).toBe(0);
    const store = openStore(path.join(folder, 'data'));
    const { attempts } = store.runs.get(store.runs.resolve('swinger'));
    expect(new Set(attempts.map(({ environment }) => environment?.modelHash))).toEqual(new Set([store.models.find('swing')?.hash]));
    store.close();
    expect(await runCli(['tasks', 'remove', 'swing'], { env })).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/A run uses swing/) as string,
    });
  });

  it('keeps a URDF without actuators, and says that it cannot be trained', async () => {
    const urdf = write('urdf-arm', { 'arm.urdf': urdfArm('part.stl'), 'part.stl': tetrahedron() });
    const { code, stdout } = await runCli(['tasks', 'import', urdf], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/no actuators, as no URDF has[\s\S]*Imported as urdf-arm\.\nIt has no task file/);
    expect((await runCli(['tasks'], { env })).stdout).toMatch(/Imported without a task, to be looked at in Lab:\n {2}urdf-arm/);
    expect(await runCli(['train', '--task', 'urdf-arm', '--steps', '10'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no task named "urdf-arm"/) as string,
    });
    expect((await runCli(['tasks', 'remove', 'urdf-arm'], { env })).code).toBe(0);
  });

  it.each<[string, Record<string, string | Uint8Array>, RegExp]>([
    [
      'no actuators to train with',
      { 'arm.urdf': urdfArm('part.stl'), 'part.stl': tetrahedron(), 'task.json': JSON.stringify(taskFile) },
      /task\.json, line 1, actuators: the model has no actuators.*\nNothing was imported/,
    ],
    [
      'a misspelt term',
      { 'arm.xml': arm(), 'task.json': JSON.stringify({ ...taskFile, reward: [{ term: 'alife' }] }, null, 1) },
      /task\.json, line \d+, reward\.0\.term: there is no reward term "alife"; did you mean "alive"/,
    ],
    [
      'NaN mass',
      { 'arm.xml': arm('<geom mass="nan"/>') },
      /^The model was refused: arm\.xml, line 6, <geom>: mass is “nan”.*Nothing was imported/,
    ],
    ['nothing', {}, /the folder has no model/],
  ])('refuses %s', async (what, files, message) => {
    const place = write(`bad-${what.replaceAll(' ', '-')}`, files);
    const { code, stderr } = await runCli(['tasks', 'import', place], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('refuses a folder that is not there, and an unknown model', async () => {
    expect(await runCli(['tasks', 'import', path.join(folder, 'none')], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be read/) as string,
    });
    expect(await runCli(['tasks', 'remove', 'none'], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no imported model none/) as string,
    });
  });
});
