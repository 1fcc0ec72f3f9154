// Replay: recorded episodes of a really trained run, step by step, by mouse and by keys.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changedShare, pictureOf, robotShare } from './pictures.ts';
import { describeInBrowser, expectAccessible, startElbow, storeRun, themes, until, type Elbow } from './support.ts';
import { trainInverted } from './training.ts';

describeInBrowser('Replay', () => {
  let elbow: Elbow;
  let page: Page;
  let run: string;
  let rollouts: number[];
  beforeAll(async () => {
    elbow = await startElbow();
    page = await elbow.open('#/replay', { viewport: { width: 1024, height: 700 } });
  });
  afterAll(() => elbow.close());

  const scene = () => page.locator('.scene');
  /** [row, last row] as the transport shows them. */
  const rows = async (): Promise<number[]> =>
    ((await page.locator('.transport .count').textContent()) ?? '').split('/').map((part) => Number(part.replaceAll(',', '')));
  const row = async (): Promise<number> => (await rows())[0] ?? NaN;
  const expectRow = (expected: number) => until(async () => expect(await row()).toBe(expected));
  const goTo = (hash: string) => page.evaluate((next) => void (location.hash = next), hash);

  it('teaches what it is for while there is nothing to replay', async () => {
    await page.getByText('Nothing to replay yet').waitFor();
    await page.getByRole('button', { name: 'Watch the demo run' }).waitFor();
  });

  it('opens the best episode of the newest evaluation', async () => {
    run = await trainInverted(elbow, 'to-be-replayed', 900);
    await until(() => expect(elbow.store.runs.list().find((one) => one.id === run)?.state).toBe('finished'));
    const evaluations = elbow.store.evaluations.list(run);
    rollouts = evaluations.flatMap((one) => one.rollouts.map(({ id }) => id));
    expect(rollouts.length).toBeGreaterThanOrEqual(6);
    const best = evaluations.at(-1)?.rollouts.reduce((a, b) => (b.return > a.return ? b : a));
    await goTo(`#/replay/${run}`);
    await until(async () => expect(await rows()).toEqual([0, best?.length]));
    await until(async () => expect(robotShare(await pictureOf(scene()))).toBeGreaterThan(0.01));
  });

  it('moves by keys: a step, ten steps, start and end', async () => {
    const [, last = 0] = await rows();
    expect(last).toBeGreaterThan(3);
    await page.keyboard.press('ArrowRight');
    await expectRow(1);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await expectRow(1);
    await page.keyboard.press('Shift+ArrowRight');
    await expectRow(Math.min(last, 11));
    await page.keyboard.press('Home');
    await expectRow(0);
    await page.keyboard.press('End');
    await expectRow(last);
  });

  it('shows another picture for another row, and the same for the same', async () => {
    await page.keyboard.press('End');
    const [, last = 0] = await rows();
    await expectRow(last);
    const end = await pictureOf(scene());
    await page.keyboard.press('Home');
    await until(async () => expect(changedShare(end, await pictureOf(scene()))).toBeGreaterThan(0.002));
    await page.keyboard.press('End');
    await until(async () => expect(changedShare(end, await pictureOf(scene()))).toBe(0));
  });

  it('scrubs, and a click on a track moves the playhead', async () => {
    const [, last = 0] = await rows();
    const scrubber = page.getByRole('slider', { name: 'Step' });
    await scrubber.fill(String(Math.floor(last / 2)));
    await expectRow(Math.floor(last / 2));
    const track = page.locator('.track .u-over').first();
    const box = await track.boundingBox();
    if (box === null) throw new Error('no track');
    await page.mouse.click(box.x + box.width * 0.25, box.y + box.height / 2);
    await expectRow(Math.round(last * 0.25));
    expect(await page.getByText('At the playhead').count()).toBe(1);
    await page
      .locator('.playhead tr', { hasText: 'step' })
      .getByText(String(Math.round(last * 0.25)), { exact: true })
      .waitFor();
  });

  it('shows reward and its term of the step that led to the row', async () => {
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    await expectRow(1);
    const value = async (name: string): Promise<string | null> =>
      page
        .locator('.playhead tr', { has: page.getByRole('rowheader', { name, exact: true }) })
        .locator('td.n')
        .first()
        .textContent();
    expect(await value('reward')).toBe('+1.00');
    expect(await value('alive')).toBe('+1.00');
    expect(await value('return so far')).toBe('1');
  });

  it('plays to the end in real time and says how fast that was; loops when asked to', async () => {
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    const [, last = 0] = await rows();
    await expectRow(last);
    await page.getByRole('button', { name: 'Play (Space)' }).waitFor();
    await page.keyboard.press(',');
    await page.keyboard.press(',');
    expect(await page.getByRole('radio', { name: '¼×' }).isChecked()).toBe(true);
    await page.keyboard.press('l');
    await page.keyboard.press('Space');
    await page.getByText(/achieved ×0\.\d\d/).waitFor();
    const before = await row();
    await until(async () => expect(await row()).not.toBe(before));
    await page.keyboard.press('Space');
    await page.keyboard.press('.');
    await page.keyboard.press('.');
    await page.keyboard.press('l');
  });

  it('goes from episode to episode in the matrix by arrow keys, leaving the playhead alone', async () => {
    const chosen = () => page.locator('.matrix [aria-selected="true"] button').getAttribute('data-rollout');
    await page.locator('.matrix [aria-selected="true"] button').focus();
    const before = await chosen();
    await page.keyboard.press('ArrowDown');
    await until(async () => expect(await chosen()).not.toBe(before));
    await page.waitForURL(new RegExp(`#/replay/${run}/${await chosen()}`));
    expect(await row()).toBe(0);
    await page.keyboard.press('ArrowUp');
    await page.locator('body').click({ position: { x: 5, y: 400 } });
  });

  it('draws the first frame of a stored episode soon after the click', async () => {
    const times: number[] = [];
    for (const id of [0, 1, 2, 3, 4].map((k) => rollouts[k])) {
      await page.evaluate(() => performance.clearMeasures());
      await page.locator(`[data-rollout="${id}"]`).click();
      const measured = await until(() =>
        page.evaluate(() => {
          const [measure] = performance.getEntriesByName('elbow:replay-first-frame');
          if (measure === undefined) throw new Error('not drawn yet');
          return measure.duration;
        }),
      );
      times.push(measured);
    }
    const sorted = times.toSorted((a, b) => a - b);
    console.log(
      `First 3D frame after the click, 1024×700, software GL: median ${sorted[2]?.toFixed(0)} ms (${times.map((ms) => ms.toFixed(0)).join(', ')})`,
    );
    expect(sorted[2]).toBeLessThan(2000);
  });

  it.each(themes)('is accessible in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  });

  it('says where the model has changed since, and shows the episode all the same', async () => {
    const recorded = elbow.store.rollouts.get(rollouts[0] ?? 0);
    const record = (run: string, attempt: number): void =>
      void elbow.store.evaluations.add(run, attempt, {
        step: 10,
        returns: Float64Array.of(recorded.return),
        lengths: Int32Array.of(recorded.length),
        policyOnnx: null,
        criticsOnnx: null,
        rollouts: [{ ...recorded, episode: 0, kind: 'best', modelHash: 'f'.repeat(64) }],
      });
    const other = storeRun(elbow.store, { name: 'of-an-older-model', returns: [], record });
    await page.reload();
    await goTo(`#/replay/${other}`);
    await page.getByText('The model has changed since this episode was recorded.').waitFor();
    await until(async () => expect(robotShare(await pictureOf(scene()))).toBeGreaterThan(0.01));
  });

  it('marks the first evaluation after an edit, and says where no episode is kept', async () => {
    const edited = storeRun(elbow.store, { name: 'turned', edits: [{ step: 1000, changes: { 'entropy-target': -2 } }] });
    await page.reload();
    await goTo(`#/replay/${edited}`);
    const headers = page.locator('.matrix [role=rowheader]');
    await until(async () =>
      expect((await headers.allTextContents()).map((text) => text.trim())).toEqual(['3k', '2k✎, edited before it', '1k']),
    );
    await page.getByText('No episode of this run was recorded').waitFor();
    expect(await headers.nth(1).getAttribute('title')).toContain('Edited since the evaluation before\nstep 1,000: entropy-target');
  });

  it('says that an episode is not there', async () => {
    await goTo(`#/replay/${run}/999999`);
    await page.locator('.scene .failed').waitFor();
  });
});
