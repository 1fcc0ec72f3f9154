// Compare and Lab: curves by configuration, what differs, CSV; the doctor's report.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { describeInBrowser, expectAccessible, startElbow, storeRun, themes, until, type Elbow } from './support.ts';

describeInBrowser('Compare and Lab', () => {
  let elbow: Elbow;
  let page: Page;
  const runs: string[] = [];

  beforeAll(async () => {
    elbow = await startElbow((store) => {
      for (const seed of [1, 2]) runs.push(storeRun(store, { name: 'far-sighted', seed, returns: [10, 200, 900 + seed] }));
      runs.push(storeRun(store, { name: 'short-sighted', hyperparameters: { discount: 0.5 }, returns: [10, 20, 30] }));
    });
    page = await elbow.open('#/compare', { permissions: ['clipboard-read', 'clipboard-write'] });
  });
  afterAll(() => elbow.close());

  it('teaches where nothing is chosen, and offers what could be', async () => {
    await page.getByText('Nothing chosen to compare').waitFor();
    await page.getByRole('button', { name: 'All 3 runs on inverted-pendulum' }).click();
    await page.getByText('3 runs in 2 groups').waitFor();
  });

  it('draws every seed and groups by configuration', async () => {
    await until(async () =>
      expect(await page.locator('[role=img][aria-label^="Evaluation return"]').getAttribute('aria-label')).toContain(
        'far-sighted, seed 2: 902 at step 3,000',
      ),
    );
    expect(await page.locator('.legend-card h3').allTextContents()).toEqual([
      expect.stringContaining('discount 0.99'),
      expect.stringContaining('discount 0.5'),
    ]);
    await page.getByText('n = 2 seeds').waitFor();
  });

  it('shows only what differs, or all', async () => {
    const table = page.getByRole('region', { name: 'Settings of the groups' });
    expect(await table.locator('tbody tr').count()).toBe(1);
    await table.getByRole('row', { name: 'discount 0.99 0.5' }).waitFor();
    await page.getByText(/^All \d+$/).click();
    await until(async () => expect(await table.locator('tbody tr').count()).toBeGreaterThan(10));
  });

  it('changes the metric and the axis', async () => {
    await page.getByLabel('Metric').selectOption('temperature');
    await page.locator('[role=img][aria-label^="Temperature"]').waitFor();
    await page.getByRole('button', { name: 'log y' }).click();
    expect(await page.getByRole('button', { name: 'log y' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByLabel('Metric').selectOption('evaluation-return');
    await page.locator('[role=img][aria-label^="Evaluation return"]').waitFor();
  });

  it('moves the crosshair with the keyboard and shows the numbers as a table', async () => {
    await page.locator('[role=img][aria-label^="Evaluation return"]').focus();
    await page.keyboard.press('Home');
    await page.getByText(/^step 1,000:/).waitFor();
    await page.getByRole('button', { name: 'Evaluation return as a table' }).click();
    await page.getByRole('row', { name: '3,000 902', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Evaluation return as a chart' }).click();
  });

  it('copies and downloads the curves', async () => {
    await page.getByRole('button', { name: 'Copy CSV' }).click();
    await page.getByText(/^Copied the evaluation return of 3 runs/).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the curves as CSV' }).click(),
    ]);
    const saved = readFileSync(await download.path(), 'utf8');
    expect(saved.trim().split(/\r?\n/)).toHaveLength(1 + 9);
    expect(copied.replaceAll('\r\n', '\n')).toBe(saved.replaceAll('\r\n', '\n'));
  });

  it('takes a run out, and survives one that does not exist', async () => {
    await page.getByRole('button', { name: 'Take short-sighted, seed 1, out' }).click();
    await page.getByText('2 runs in 1 group').waitFor();
    await page.evaluate((ids) => void (location.hash = `#/compare/${ids},nobody`), runs.join(','));
    await page.locator('.legend-card .error').waitFor();
    await page.getByText('3 runs in 2 groups').waitFor();
  });

  it('says which runs were edited, in what, and tells runs of one name and seed apart', async () => {
    const edits = [{ step: 1500, changes: { 'entropy-target': -0.25 } }];
    const edited = storeRun(elbow.store, { name: 'far-sighted', seed: 2, returns: [10, 200, 950], edits });
    const td3 = storeRun(elbow.store, { name: 'baseline', agent: 'td3', returns: [10, 20, 30] });
    await page.evaluate((ids) => void (location.hash = `#/compare/${ids}`), [runs[0], runs[1], edited, td3].join(','));
    await page.getByText('4 runs in 2 groups').waitFor();
    const legend = page.locator('.legend-card');
    await legend.getByText('1 of 3 runs edited ✎').waitFor();
    await legend.getByText('1 run was edited during training; it is drawn, and marked ✎.').waitFor();
    await page.getByRole('button', { name: `Take far-sighted, seed 2, ${edited}, out` }).waitFor();
    const chart = page.locator('[role=img][aria-label^="Evaluation return"]');
    await until(async () =>
      expect(await chart.getAttribute('aria-label')).toContain(`far-sighted, seed 2, ${edited} ✎: 950 at step 3,000`),
    );
    const row = page.getByRole('region', { name: 'Settings of the groups' }).getByRole('row', { name: /^entropy-target/ });
    expect((await row.textContent())?.replace(/\s+/g, ' ')).toContain('-1 ✎ -0.25 in 1 of 3 runs');
    await expectAccessible(page);
    expect(
      await page
        .getByLabel('Metric')
        .locator('optgroup')
        .evaluateAll((all) => all.map((one) => (one as HTMLOptGroupElement).label)),
    ).toEqual(['Returns', 'Temperature', 'Not recorded in these runs']);
  });

  it('shows and copies the doctor’s report', async () => {
    await page.keyboard.press('Control+5');
    await page.getByText('This machine', { exact: true }).click();
    await page.getByText(elbow.dataDirectory, { exact: true }).waitFor();
    const notes = await page.locator('.advice:is(.ok, .info)').count();
    const header = (await page.locator('header').textContent()) ?? '';
    expect(/(\d+) notes?/.exec(header)?.[1] ?? '0').toBe(String(notes));
    await page.getByRole('button', { name: 'Copy report' }).click();
    await page.getByText('Copied the report').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain(elbow.dataDirectory);
  });

  it.each(themes)('are accessible in the %s theme', async (colorScheme) => {
    const other = await elbow.open(`#/compare/${runs.join(',')}`, { colorScheme });
    await other.waitForSelector('.plot canvas');
    await expectAccessible(other);
    await other.keyboard.press('Control+5');
    await other.getByText('This machine', { exact: true }).click();
    await other.getByText('data directory').waitFor();
    await expectAccessible(other);
    await other.context().close();
  });
});
