// Train: a run started on the command line, watched live, steered, and the states that a run can end in.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changedShare, pictureOf, robotShare } from './pictures.ts';
import { describeInBrowser, expectAccessible, startElbow, storeRun, themes, until, type Elbow } from './support.ts';
import { trainInverted } from './training.ts';

describeInBrowser('Train', () => {
  let elbow: Elbow;
  let page: Page;
  let run: string;
  beforeAll(async () => {
    elbow = await startElbow();
    page = await elbow.open('#/train');
  });
  afterAll(() => elbow.close());

  const scene = () => page.locator('.scene');
  const state = () => elbow.store.runs.list().find((one) => one.id === run)?.state;

  it('teaches what it is for while nothing trains', async () => {
    await page.getByText('Nothing is training').waitFor();
    await page.getByRole('button', { name: 'Train half-cheetah now' }).waitFor();
    await expectAccessible(page);
  });

  it('follows a run that the command line starts, without being asked', async () => {
    run = await trainInverted(elbow, 'from-the-command-line', 1_000_000);
    await page.getByRole('heading', { level: 1, name: 'from-the-command-line' }).waitFor({ timeout: 60_000 });
    await page.getByText('Live policy').waitFor({ timeout: 60_000 });
  });

  it('shows the robot, and it moves', async () => {
    await page.getByText(/step [1-9]\d* \/ 1,000/).waitFor({ timeout: 30_000 });
    const first = await pictureOf(scene());
    expect(first.colours).toBeGreaterThan(200);
    expect(robotShare(first)).toBeGreaterThan(0.01);
    await until(async () => expect(changedShare(first, await pictureOf(scene()))).toBeGreaterThan(0.002));
  });

  it('takes up newer policies as they come', async () => {
    const snapshot = async (): Promise<number> =>
      Number(/snapshot ([\d,]+)/.exec((await page.locator('.hud').first().textContent()) ?? '')?.[1]?.replaceAll(',', ''));
    const before = await snapshot();
    await until(async () => expect(await snapshot()).toBeGreaterThan(before));
  });

  it('draws the curves of training and evaluation apart', async () => {
    await until(async () => {
      const label = await page.getByRole('img', { name: /^Return\. / }).getAttribute('aria-label');
      expect(label).toMatch(/training: /);
      expect(label).toMatch(/evaluation: /);
    });
    for (const chart of ['Temperature', 'Entropy in nats', 'Q and real return', 'Critic loss', 'Speed'])
      await page.getByRole('img', { name: new RegExp(`^${chart}\\. `) }).waitFor();
  });

  it('changes the camera by key', async () => {
    const pressed = () => page.locator('[aria-label="Camera"] [aria-pressed="true"]').textContent();
    const before = await pressed();
    await page.keyboard.press('c');
    await until(async () => expect(await pressed()).not.toBe(before));
  });

  it.each(['gives the context back', 'does not give it back'])(
    'comes back when the graphics context is lost and the driver %s',
    async (how) => {
      await page.evaluate((isRestored) => {
        const extension = document
          .querySelector<HTMLCanvasElement>('.scene canvas')
          ?.getContext('webgl2')
          ?.getExtension('WEBGL_lose_context');
        extension?.loseContext();
        if (isRestored) setTimeout(() => extension?.restoreContext(), 300);
      }, how.startsWith('gives'));
      await page.getByText('The graphics driver took the 3D view away').waitFor();
      await page.getByText('The graphics driver took the 3D view away').waitFor({ state: 'detached' });
      await until(async () => expect(robotShare(await pictureOf(scene()))).toBeGreaterThan(0.01));
      const first = await pictureOf(scene());
      await until(async () => expect(changedShare(first, await pictureOf(scene()))).toBeGreaterThan(0.002));
    },
  );

  it('comes back when its worker dies', async () => {
    const [worker] = page.workers();
    // Thrown outside of any promise, as a fault of the engine would be.
    await worker?.evaluate(
      () =>
        void setTimeout(() => {
          throw new Error('gone');
        }, 0),
    );
    await page.getByText(/The 3D view's worker stopped .*it starts again in 0\.5 s/).waitFor();
    await page.getByText(/The 3D view's worker stopped/).waitFor({ state: 'detached' });
    await until(async () => expect(await page.locator('.readings').textContent()).toMatch(/step [1-9]\d* \/ 1,000/));
    const first = await pictureOf(scene());
    expect(robotShare(first)).toBeGreaterThan(0.01);
    await until(async () => expect(changedShare(first, await pictureOf(scene()))).toBeGreaterThan(0.002));
  });

  it.each(themes)('is accessible in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  });

  it('pauses and resumes the run with Space', async () => {
    await page.locator('body').click({ position: { x: 5, y: 400 } });
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Resume' }).waitFor();
    expect(state()).toBe('paused');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await until(() => expect(state()).toBe('running'));
  });

  it('writes a checkpoint with Ctrl+S, and the timeline shows it', async () => {
    const newest = (): number => elbow.store.checkpoints.newest(run)?.step ?? 0;
    // Of the step at which it was paused there is one already.
    await until(() => expect(elbow.store.runs.summary(run).environmentSteps).toBeGreaterThan(newest()));
    const before = newest();
    await page.keyboard.press('Control+s');
    await until(() => expect(newest()).toBeGreaterThan(before));
    await page.locator(`.checkpoint[title="Checkpoint at step ${newest().toLocaleString('en-US')}"]`).waitFor();
  });

  it('stops the run only after asking', async () => {
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Let it run' }).click();
    expect(state()).toBe('running');
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop the run' }).click();
    await until(() => expect(state()).toBe('stopped'));
    await page.getByRole('button', { name: 'Continue…' }).waitFor();
    await page.getByText('Last policy').waitFor();
  });

  it('says of a failed run what happened, what was kept and what to do', async () => {
    const failed = storeRun(elbow.store, { name: 'went-wrong', state: 'failed' });
    await page.evaluate((id) => void (location.hash = `#/train/${id}`), failed);
    await page.getByText('This run failed.').waitFor();
    await page.getByText('critic loss became NaN at step 3,000').waitFor();
    await page
      .getByText(/Kept: every curve up to step 3,000, 3 evaluations; there is no checkpoint yet\. Continue begins again from step 0\./)
      .waitFor();
    await page.getByText('This run kept no policy, so the robot stands still.').waitFor();
    await until(async () => expect(robotShare(await pictureOf(scene()))).toBeGreaterThan(0.01));
  });

  it('says that a policy file is not one', async () => {
    const record = (run: string, attempt: number): void =>
      elbow.store.snapshots.setLive(run, attempt, 3000, new TextEncoder().encode('no policy'));
    const broken = storeRun(elbow.store, { name: 'broken-policy', record });
    await page.evaluate((id) => void (location.hash = `#/train/${id}`), broken);
    await page.getByText('The policy of step 3000 cannot be used, so the one before it stays:').waitFor();
  });

  it('says that a run is not there', async () => {
    await page.evaluate(() => void (location.hash = '#/train/nowhere'));
    await page.getByText('There is no such run').waitFor();
  });
});
