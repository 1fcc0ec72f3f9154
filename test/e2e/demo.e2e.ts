// The demo that ships with Elbow, from an empty database: one click shows a robot, and what cannot be done says why.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { changedShare, pictureOf, robotShare } from './pictures.ts';
import { describeInBrowser, startElbow, until, type Elbow } from './support.ts';

describeInBrowser('The demo run', () => {
  let elbow: Elbow;
  let page: Page;
  beforeAll(async () => {
    elbow = await startElbow();
    page = await elbow.open('', { viewport: { width: 1024, height: 700 } });
  });
  afterAll(() => elbow.close());

  it('plays its best episode in Replay after one click on the first card', async () => {
    expect(elbow.store.runs.list()).toEqual([]);
    await page.locator('.way', { hasText: 'Watch the demo run' }).click();
    await page.waitForURL(/#\/replay\//);
    const scene = page.locator('.scene');
    await until(async () => expect(robotShare(await pictureOf(scene))).toBeGreaterThan(0.01));
    expect(elbow.store.runs.list()).toMatchObject([{ isDemo: true, state: 'finished' }]);
    const start = await pictureOf(scene);
    await page.keyboard.press('End');
    await until(async () => expect(changedShare(start, await pictureOf(scene))).toBeGreaterThan(0.002));
  });

  it('cannot be continued, and says why', async () => {
    const [demo] = elbow.store.runs.list();
    await page.evaluate((hash) => void (location.hash = hash), `#/train/${demo?.id}`);
    const go = page.getByRole('button', { name: 'Continue…' });
    await until(async () => expect(await go.getAttribute('title')).toMatch(/^The demo run comes without checkpoints/));
    expect(await go.isDisabled()).toBe(true);
    await page.getByRole('link', { name: 'New run like this' }).waitFor();
  });
});
