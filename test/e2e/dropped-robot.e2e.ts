// A robot of one's own by drag and drop, as a file manager gives a folder, and its looks: pictures on a mesh, a cube of pictures
// and a height field are seen by their colours in Lab, in Replay and in Train.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { png } from '../../src-main/physics/node/testing.ts';
import { runCli } from '../../src-main/shells/cli/testing.ts';
import { type Picture, pictureOf } from './pictures.ts';
import { describeInBrowser, expectAccessible, startElbow, until, type Elbow } from './support.ts';

/** A cube of 0.4 m on whose faces the whole picture lies. */
const cube = `${[
  [0, 0, 0],
  [1, 0, 0],
  [1, 1, 0],
  [0, 1, 0],
  [0, 0, 1],
  [1, 0, 1],
  [1, 1, 1],
  [0, 1, 1],
]
  .map((corner) => `v ${corner.map((value) => 0.4 * value - 0.2).join(' ')}`)
  .join('\n')}
vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1
${[
  [1, 4, 3, 2],
  [5, 6, 7, 8],
  [1, 2, 6, 5],
  [2, 3, 7, 6],
  [3, 4, 8, 7],
  [4, 1, 5, 8],
]
  .map((face) => `f ${face.map((corner, k) => `${corner}/${k + 1}`).join(' ')}`)
  .join('\n')}
`;

// Its materials are white: what is coloured is a picture's, or the height field's.
const scene = `<mujoco model="painted">
  <compiler meshdir="assets" texturedir="assets"/>
  <statistic center="0 0 .3" extent="1"/>
  <asset>
    <mesh name="cube" file="cube.obj"/>
    <texture name="skin" type="2d" file="skin.png"/>
    <texture name="dice" type="cube" builtin="flat" width="8" height="8" rgb1="1 .9 0" rgb2="1 .9 0"/>
    <material name="skin" texture="skin"/>
    <material name="dice" texture="dice"/>
    <hfield name="hills" nrow="5" ncol="5" size="1 1 .4 .1" elevation="0 0 0 0 0  0 1 0 0 0  0 0 0 0 0  0 0 0 1 0  0 0 0 0 0"/>
  </asset>
  <worldbody>
    <geom name="ground" type="hfield" hfield="hills" rgba="0 .7 .1 1"/>
    <body name="painted" pos="-.35 -.35 .5"><joint name="turn" axis="0 0 1"/><geom type="mesh" mesh="cube" material="skin"/></body>
    <body name="die" pos=".5 -.3 .5"><joint name="roll" axis="0 0 1"/><geom type="box" size=".15 .15 .15" material="dice"/></body>
  </worldbody>
  <actuator><motor joint="turn" ctrlrange="-1 1"/></actuator>
</mujoco>
`;

const task = {
  name: 'painted',
  frameSkip: 5,
  timeLimit: 40,
  observation: [{ block: 'joint-positions' }, { block: 'joint-velocities' }],
  reward: [{ term: 'alive' }],
  camera: { distance: 3, lookAt: [0, 0, 0.3], azimuth: 110, elevation: -30 },
};

const hues: Record<string, (r: number, g: number, b: number) => boolean> = {
  'the upper half of the picture': (r, g, b) => r > g + 60 && b > g + 60,
  'its lower half': (r, g, b) => g > r + 60 && b > r + 60,
  'the cube of pictures': (r, g, b) => r > b + 60 && g > b + 60,
  'the height field': (r, g, b) => g > r + 50 && g > b + 50,
};

/** Which of them fill more than 0.3 % of the view. */
function seen({ pixels }: Picture): string[] {
  return Object.entries(hues).flatMap(([what, isSo]) => {
    let count = 0;
    for (let i = 0; i < pixels.length; i += 3) if (isSo(pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0)) count += 1;
    return count / (pixels.length / 3) > 0.003 ? [what] : [];
  });
}

describeInBrowser('A dropped robot', () => {
  let elbow: Elbow;
  let page: Page;
  let browser: CDPSession;
  let folder: string;
  beforeAll(async () => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'elbow-drop-')), 'painted');
    mkdirSync(path.join(folder, 'assets'), { recursive: true });
    mkdirSync(path.join(folder, '.git'));
    writeFileSync(path.join(folder, '.git', 'config'), '');
    writeFileSync(path.join(folder, 'scene.xml'), scene);
    writeFileSync(path.join(folder, 'task.json'), JSON.stringify(task, null, 2));
    writeFileSync(path.join(folder, 'assets', 'cube.obj'), cube);
    writeFileSync(
      path.join(folder, 'assets', 'skin.png'),
      png(8, 8, (_column, row) => (row < 4 ? [255, 0, 220] : [0, 230, 230])),
    );
    elbow = await startElbow();
    page = await elbow.open('#/lab');
    browser = await page.context().newCDPSession(page);
  });
  afterAll(async () => {
    await elbow.close();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  /** What the browser is told while something from outside is dragged. */
  type Dragged = { items: { mimeType: string; data: string }[]; files?: string[]; dragOperationsMask: number };
  const files = (...paths: string[]): Dragged => ({ items: [], files: paths, dragOperationsMask: 1 });
  const drag = (type: 'dragEnter' | 'dragOver' | 'drop' | 'dragCancel', data: Dragged, x = 700, y = 450) =>
    browser.send('Input.dispatchDragEvent', { type, x, y, data });
  const drop = async (data: Dragged, x?: number, y?: number): Promise<void> => {
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await drag(type, data, x, y);
  };
  const isWelcome = () => page.locator('.area.over').count();
  const scenePicture = () => pictureOf(page.locator('.scene .host'));

  it('shows that a folder may be dropped, and that nothing is when it is taken away', async () => {
    await page.getByText('Bring your own robot').waitFor();
    for (const type of ['dragEnter', 'dragOver'] as const) await drag(type, files(folder));
    await until(async () => expect(await isWelcome()).toBe(1));
    await expectAccessible(page);
    await drag('dragOver', files(folder), -20);
    await until(async () => expect(await isWelcome()).toBe(0));
    await drag('dragCancel', files(folder));
    const text: Dragged = { items: [{ mimeType: 'text/plain', data: 'words' }], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver'] as const) await drag(type, text);
    expect(await isWelcome()).toBe(0);
    await drag('dragCancel', text);
  });

  it('says what to drop instead of a file', async () => {
    await drop(files(path.join(folder, 'scene.xml')));
    await page.getByText('Drop the folder that holds the model with its meshes and textures').waitFor();
    expect(await isWelcome()).toBe(0);
  });

  it('opens the folder, wherever in the window it is dropped, without its hidden files', async () => {
    await drop(files(folder), 400, 20);
    await page.getByText('scene.xml, MJCF').waitFor();
    await page.getByText('painted · 4 files').waitFor();
    await page.getByText('skin (8 × 8 pixels)').waitFor();
    await page
      .getByRole('table', { name: 'Reward terms' })
      .getByRole('row', { name: /^alive/ })
      .waitFor();
  });

  it('looks as its files say in Lab', async () => {
    await until(async () => expect(seen(await scenePicture())).toEqual(Object.keys(hues)), 45_000);
  });

  it('looks the same in Replay and in Train', async () => {
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByText('Imported as painted').waitFor();
    const few = ['steps=120', 'warm-up=60', 'hidden=16', 'batch-size=16', 'evaluation-every=60', 'evaluation-episodes=1'].flatMap((one) => [
      '--set',
      one,
    ]);
    const trained = await runCli(['train', '--task', 'painted', '--name', 'painter', ...few, '--data-dir', elbow.dataDirectory, '--json']);
    expect(trained.code, trained.stderr).toBe(0);
    const run = elbow.store.runs.resolve('painter');
    for (const place of ['replay', 'train']) {
      // What the last place showed is gone before the next one is looked at.
      await page.evaluate(() => void (location.hash = '#/runs'));
      await until(async () => expect(await page.locator('.scene .host').count()).toBe(0));
      await page.evaluate((hash) => void (location.hash = hash), `#/${place}/${run}`);
      await until(async () => expect(seen(await scenePicture()), place).toEqual(Object.keys(hues)), 45_000);
    }
  });
});
