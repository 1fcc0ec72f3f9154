// Train and Compare: what a resume has superseded is out of the curves, and drawn faintly on request.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processIdentity } from '../../src-main/store/store.ts';
import { describeInBrowser, expectAccessible, startElbow, storeRun, until, type Elbow } from './support.ts';

describeInBrowser('Superseded attempts', () => {
  let elbow: Elbow;
  let page: Page;
  let whole: string;
  let resumed: string;
  let rolledBack: string;
  beforeAll(async () => {
    elbow = await startElbow((store) => {
      whole = storeRun(store, { name: 'whole' });
      resumed = storeRun(store, { name: 'resumed', returns: [10, 20, 30], state: 'stopped' });
      const [first] = store.attempts.list(resumed);
      if (!first?.environment) throw new Error('the first attempt has an environment');
      const attempt = store.attempts.open(resumed, { startStep: 1000, environment: first.environment, ...processIdentity() });
      const writer = store.metrics.writer(resumed, attempt);
      for (const step of [2000, 3000]) writer.append(step, { temperature: 0.05 });
      writer.flush();
      store.attempts.close(resumed, attempt);
      store.runs.setState(resumed, 'stopped');
      rolledBack = storeRun(store, {
        name: 'rolled-back',
        returns: [10, 20, 30],
        state: 'stopped',
        checkpointAt: 1000,
        edits: [
          { step: 500, changes: { 'entropy-target': -2 } },
          { step: 2000, changes: { temperature: 0.5 } },
        ],
      });
      store.runs.rollBack(rolledBack, {
        step: 1000,
        keptEdits: [],
        values: store.runs.values(rolledBack),
        changes: null,
        requester: 'window',
      });
    });
    page = await elbow.open(`#/train/${resumed}`);
  });
  afterAll(() => elbow.close());

  it('are drawn only on request', async () => {
    await page.getByRole('button', { name: 'Temperature as a table' }).click();
    await page.locator('caption', { hasText: /^temperature$/ }).waitFor();
    const faint = page.locator('caption', { hasText: 'temperature, attempt 1, superseded' });
    expect(await faint.count()).toBe(0);
    await page.getByRole('button', { name: 'Show superseded' }).click();
    await faint.waitFor();
    const table = page.locator('table', { has: faint });
    expect(await table.locator('tbody td:first-child').allTextContents()).toEqual(['2,000', '3,000']);
    await page.getByRole('button', { name: 'Temperature as a chart' }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Hide superseded' }).click();
    await page.getByRole('button', { name: 'Show superseded' }).waitFor();
  });

  it('have no marks of edits that a roll back dropped, but on request', async () => {
    const other = await elbow.open(`#/train/${rolledBack}`);
    const label = () => other.getByRole('img', { name: /^Return\. / }).getAttribute('aria-label');
    await until(async () => expect(await label()).toMatch(/marked at step 500: entropy-target; marked at step 1,000: rolled back$/));
    expect(await other.locator('.event.edit').count()).toBe(1);
    await other.getByRole('button', { name: 'Show superseded' }).click();
    await until(async () => expect(await label()).toMatch(/marked at step 2,000: temperature, superseded$/));
    await other.getByRole('button', { name: 'Hide superseded' }).click();
    await until(async () => expect(await label()).toMatch(/rolled back$/));
    await other.context().close();
  });

  it('are drawn in Compare only on request', async () => {
    const other = await elbow.open(`#/compare/${whole},${resumed}`);
    await other.getByText('2 runs in 1 group').waitFor();
    await other.getByLabel('Metric').selectOption('temperature');
    await other.getByRole('button', { name: 'Temperature as a table' }).click();
    const captions = other.locator('caption');
    await until(async () => expect(await captions.allTextContents()).toHaveLength(2));
    const button = other.getByRole('button', { name: 'superseded' });
    await button.click();
    await other.locator('caption', { hasText: /^resumed, seed 1, attempt 1, superseded$/ }).waitFor();
    await button.click();
    await until(async () => expect(await captions.allTextContents()).toHaveLength(2));
    await other.context().close();
  });

  it('have no switch where there are none', async () => {
    await page.evaluate((hash) => void (location.hash = hash), `#/train/${whole}`);
    await page.getByRole('heading', { name: 'whole' }).waitFor();
    await page.getByRole('button', { name: 'Temperature as a table' }).waitFor();
    expect(await page.getByRole('button', { name: 'Show superseded' }).count()).toBe(0);
  });
});
