// What is done with the policies that a really trained run keeps, from the panel in Runs: evaluated under a variant, exported.
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, expectAccessible, startElbow, storeRun, themes, until, type Elbow } from './support.ts';
import { trainInverted } from './training.ts';

describeInBrowser('A stored policy', () => {
  let elbow: Elbow;
  let page: Page;
  let run = '';
  beforeAll(async () => {
    elbow = await startElbow((store) => storeRun(store, { name: 'without-a-policy' }));
    run = await trainInverted(elbow, 'to-be-tried', 600);
    await until(() => expect(elbow.store.runs.summary(run).state).toBe('finished'), 60_000);
    page = await elbow.open();
  });
  afterAll(() => elbow.close());

  const dialog = () => page.getByRole('dialog');
  const field = (name: string) => dialog().getByRole('textbox', { name, exact: true });
  const choose = (name: string): Promise<void> => page.locator('[data-run]', { hasText: name }).click();
  const openFor = async (name: string): Promise<void> => {
    await choose(name);
    await page.getByRole('button', { name: 'Evaluate under a variant …' }).click();
    await field('episodes').waitFor();
  };

  it('refuses a value with its range, in its field', async () => {
    await openFor('to-be-tried');
    expect(await dialog().textContent()).toContain('the result is not stored');
    expect(await field('gravity-scale').inputValue()).toBe('1');
    await field('gravity-scale').fill('11');
    await dialog().getByText('gravity-scale must be a number from 0 to 10; "11" was given').waitFor();
    expect(await field('gravity-scale').getAttribute('aria-invalid')).toBe('true');
    await field('seed').press('Enter');
    await until(async () => expect(await field('gravity-scale').evaluate((element) => element === document.activeElement)).toBe(true));
    expect(await dialog().locator('table').count()).toBe(0);
  });

  it('evaluates by Enter and shows mean, spread and the run’s own evaluation beside it', async () => {
    await field('gravity-scale').fill('2');
    await field('action-delay').fill('1');
    await field('episodes').fill('3');
    await field('episodes').press('Enter');
    const rows = dialog().locator('table tbody tr');
    await until(async () => expect(await rows.count()).toBe(2), 30_000);
    const [variant = '', own = ''] = await rows.allTextContents();
    expect(variant.replace(/\s+/g, ' ')).toMatch(/gravity-scale 2, action-delay 1 seed 1 ?3 ?[\d,.]+ ± [\d,.]+/);
    expect(own.replace(/\s+/g, ' ')).toMatch(/The run’s own evaluation as trained ?4 ?[\d,.]+ ± [\d,.]+/);
  });

  it.each(themes)('is accessible in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
  });

  it('shows progress, is cancelled by the same button, and closes by Escape', async () => {
    await field('episodes').fill('10000');
    await dialog().getByRole('button', { name: 'Evaluate', exact: true }).press('Enter');
    await dialog().getByRole('progressbar', { name: 'Episodes' }).waitFor();
    const button = dialog().getByRole('button', { name: 'Cancel the evaluation' });
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/Cancelled after [\d,]+ episodes?\. Nothing was kept\./)
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(elbow.store.evaluations.list(run)).toHaveLength(2);
  });

  it('says that a run keeps no policy', async () => {
    await openFor('without-a-policy');
    await dialog().getByText('No evaluation of this run has kept its policy yet.').waitFor();
    await dialog().getByRole('button', { name: 'Evaluate', exact: true }).click();
    await dialog().getByRole('alert').getByText('has no policy snapshot yet').waitFor();
  });

  it('says the same where it is to be exported, in the dialog that stays', async () => {
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Export a policy …' }).click();
    await dialog().getByText('No evaluation of this run has kept its policy yet.').waitFor();
    await dialog().getByRole('button', { name: 'Export', exact: true }).click();
    await dialog().getByRole('alert').getByText('has no policy snapshot yet').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  it.each(themes)('is exported in an accessible dialog, in the %s theme', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await choose('to-be-tried');
    await page.getByRole('button', { name: 'Export a policy …' }).click();
    await dialog().getByLabel('Policy').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  it.each([
    ['', 600],
    ['300', 300],
  ])('is exported from the palette by keys, chosen %j', async (chosen, step) => {
    await page.keyboard.press('Control+k');
    await page.locator('.palette-input:focus').waitFor();
    await page.keyboard.type('export a policy');
    await page.keyboard.press('Enter');
    await dialog().getByLabel('Policy').selectOption(chosen);
    await dialog()
      .getByText(`export-policy ${run}${chosen === '' ? '' : ' --step 300'} --out`)
      .waitFor();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog().getByRole('button', { name: 'Export', exact: true }).press('Enter'),
    ]);
    expect(download.suggestedFilename()).toBe(`to-be-tried-step-${step}.onnx`);
    const file = readFileSync(await download.path());
    for (const name of ['sampled-control', 'elbow.action', 'inverted-pendulum']) expect(file.includes(name), name).toBe(true);
    await page.getByText(new RegExp(`^Exported to-be-tried-step-${step}\\.onnx, [\\d.]+ kB$`)).waitFor();
    await dialog().waitFor({ state: 'detached' });
  });
});
