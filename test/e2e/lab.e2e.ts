// Lab: a folder with a robot of one's own, its report, the model in 3D, its task file, and the import.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { arm } from '../../src-main/physics/own/testing.ts';
import { runCli } from '../../src-main/shells/cli/testing.ts';
import { pictureOf, robotShare } from './pictures.ts';
import { describeInBrowser, expectAccessible, startElbow, themes, until, type Elbow } from './support.ts';

const quadruped = path.resolve(import.meta.dirname, '../../examples/quadruped');

describeInBrowser('Lab', () => {
  let elbow: Elbow;
  let page: Page;
  let bad: string;
  beforeAll(async () => {
    elbow = await startElbow();
    page = await elbow.open('#/lab');
    bad = mkdtempSync(path.join(tmpdir(), 'elbow-bad-'));
  });
  afterAll(async () => {
    await elbow.close();
    rmSync(bad, { recursive: true, force: true });
  });
  const choose = (on: Page, folder: string) => on.getByLabel('Model folder').setInputFiles(folder);
  const term = (on: Page, name: string) =>
    on.getByRole('table', { name: 'Reward terms' }).getByRole('row', { name: new RegExp(`^${name}`) });

  it('teaches what to do while there is nothing', async () => {
    await page.getByText('Bring your own robot').waitFor();
    await page.getByText(/Drop the folder of an MJCF or URDF model here/).waitFor();
    await expectAccessible(page);
  });

  it('refuses a bad model in place, and goes on', async () => {
    writeFileSync(path.join(bad, 'robot.xml'), '<mujoco>\n<worldbody>\n<geomm size="1"/>\n</worldbody>\n</mujoco>');
    await choose(page, bad);
    await page.getByRole('alert').getByText('robot.xml, line 3, <geomm>: unrecognized element. Nothing was imported.').waitFor();
  });

  it('refuses a reward that becomes NaN under random actions, with its line', async () => {
    const task = {
      name: 'swing',
      frameSkip: 5,
      timeLimit: 200,
      observation: [{ block: 'joint-positions' }],
      reward: [
        { term: 'alive' },
        { term: 'uprightness', of: { body: 'link' }, weight: 0, name: 'up', shaping: { kind: 'exponential', scale: 1e-300 } },
      ],
    };
    writeFileSync(path.join(bad, 'robot.xml'), arm());
    writeFileSync(path.join(bad, 'task.json'), JSON.stringify(task, null, 1));
    await choose(page, bad);
    await page.getByText(/^Line \d+, reward\.1: the reward term "up" is NaN after \d+ steps of random actions/).waitFor();
    expect(await page.getByRole('button', { name: 'Import' }).isDisabled()).toBe(true);
    await page.getByRole('textbox', { name: 'Task file' }).fill(JSON.stringify({ ...task, reward: [{ term: 'alive' }] }));
    await until(async () => expect(await page.getByRole('button', { name: 'Import' }).isDisabled()).toBe(false));
    rmSync(path.join(bad, 'task.json'));
    await page.getByRole('button', { name: 'Close the folder' }).click();
  });

  it('asks which file is the model where a folder has several', async () => {
    const robot = (name: string): string =>
      `<mujoco model="${name}"><worldbody><body name="${name}_link"><joint/><geom size=".1"/></body></worldbody></mujoco>`;
    writeFileSync(path.join(bad, 'robot.xml'), robot('left'));
    writeFileSync(path.join(bad, 'other.xml'), robot('right'));
    await choose(page, bad);
    await page
      .getByRole('alert')
      .getByText(/the folder has several models: other\.xml, robot\.xml/)
      .waitFor();
    const which = page.getByRole('combobox', { name: 'Model' });
    await which.selectOption('other.xml');
    await page.getByText('other.xml, MJCF').waitFor();
    await page.getByText('right_link').first().waitFor();
    await which.selectOption('robot.xml');
    await page.getByText('robot.xml, MJCF').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByText(/^Imported as elbow-bad-/).waitFor();
    const [model] = elbow.store.models.list();
    expect(model).toMatchObject({ main: 'robot.xml', report: { modelName: 'left' } });
    elbow.store.models.remove(model?.id ?? '');
    rmSync(path.join(bad, 'other.xml'));
    await page.getByRole('button', { name: 'Close the folder' }).click();
  });

  it('shows the example with its report and every term’s value, by hand and by random actions', async () => {
    await choose(page, quadruped);
    await page.getByText('scene.xml, MJCF').waitFor();
    await page.getByText('torso (36 triangles), thigh (28 triangles), shin (28 triangles)').waitFor();
    await term(page, 'uprightness').waitFor();
    const forward = () => term(page, 'forward').textContent();
    expect(await forward()).toContain('0');
    const height = page.getByRole('slider', { name: 'base z' });
    await height.focus();
    for (let k = 0; k < 40; k += 1) await page.keyboard.press('ArrowLeft');
    await page.getByText(/^Terminated: it is when the height of torso is outside of 0\.14 to 0\.6/).waitFor();
    await page.getByRole('button', { name: 'Back to the start' }).click();
    await page.getByText(/^Not terminated: it is when the height of torso/).waitFor();
    await page.getByRole('button', { name: 'Random actions' }).click();
    await until(async () => expect(await forward()).not.toMatch(/forward\s*2\s*0$/));
    await page.getByRole('button', { name: 'Stop' }).click();
  });

  it('says what is wrong with the task file as it is typed, with the nearest name', async () => {
    const editor = page.getByRole('textbox', { name: 'Task file' });
    const text = await editor.inputValue();
    await editor.fill(text.replace('"uprightness", "of"', '"uprightnes", "of"'));
    await page.getByText(/^Line \d+, reward\.1\.term: there is no reward term "uprightnes"; did you mean "uprightness"/).waitFor();
    expect(await page.getByRole('button', { name: 'Import' }).isDisabled()).toBe(true);
    await editor.fill(text.replace('"weight": 0.5, ', '').replace('"name": "forward"', '"name": "ahead"'));
    await term(page, 'ahead').waitFor();
    await editor.fill(text);
    await term(page, 'forward').waitFor();
    await expectAccessible(page);
  });

  it('imports it, and offers it for training', async () => {
    await page.getByRole('button', { name: 'Import' }).click();
    await page.getByText('Imported as example-quadruped').waitFor();
    expect(elbow.store.models.list()).toMatchObject([{ id: 'example-quadruped', main: 'scene.xml' }]);
    // The next step is where the button was.
    expect(await page.locator('header').getByRole('link', { name: 'New run' }).getAttribute('href')).toBe('#/new?task=example-quadruped');
    await page.getByRole('button', { name: 'Close the folder' }).click();
    await page
      .getByRole('row', { name: /^example-quadruped/ })
      .getByRole('button', { name: 'Open' })
      .click();
    await term(page, 'forward').waitFor();
    await page.getByRole('button', { name: 'Close the folder' }).click();
    await page
      .getByRole('row', { name: /^example-quadruped/ })
      .getByRole('link', { name: 'New run' })
      .click();
    await page.locator('#parameter-gravity-scale').waitFor();
    expect(await page.getByRole('radio', { name: /^example-quadruped/ }).isChecked()).toBe(true);
    await page.evaluate(() => void (location.hash = '#/new?task=nobody'));
    await page.getByRole('alert').getByText('There is no task nobody here to train on, so half-cheetah is chosen.').waitFor();
  });

  it('is drawn in Replay and in Train, moved by the policy that it has learned', async () => {
    const few = ['steps=120', 'warm-up=60', 'hidden=16', 'batch-size=16', 'evaluation-every=60', 'evaluation-episodes=1'].flatMap((one) => [
      '--set',
      one,
    ]);
    const trained = await runCli([
      'train',
      '--task',
      'example-quadruped',
      '--name',
      'walker',
      ...few,
      '--data-dir',
      elbow.dataDirectory,
      '--json',
    ]);
    expect(trained.code, trained.stderr).toBe(0);
    const run = elbow.store.runs.resolve('walker');
    for (const place of ['replay', 'train']) {
      await page.evaluate((hash) => void (location.hash = hash), `#/${place}/${run}`);
      const scene = page.locator('.scene .host');
      await until(async () => expect(robotShare(await pictureOf(scene)), place).toBeGreaterThan(0.005));
      expect(await page.getByText(/could not be|cannot be/).count(), place).toBe(0);
    }
    // The live view would go on drawing beside what comes next.
    await page.evaluate(() => void (location.hash = '#/runs'));
  });

  it.each(themes)('is accessible in the %s theme', async (colorScheme) => {
    const other = await elbow.open('#/lab', { colorScheme });
    await choose(other, quadruped);
    await term(other, 'uprightness').waitFor();
    await expectAccessible(other);
    await other.context().close();
  });
});
