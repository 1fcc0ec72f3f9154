// A run whose numbers failed: Train says what happened, and rolls it back with another learning rate.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { smallRun } from '../../src-main/training/test-run.ts';
import { describeInBrowser, expectAccessible, startElbow, until, type Elbow } from './support.ts';

describeInBrowser('a run whose numbers failed', () => {
  let elbow: Elbow;
  let page: Page;
  let run = '';
  beforeAll(async () => {
    elbow = await startElbow((store) => {
      run = store.runs.create({ configuration: smallRun({ steps: 320 }), name: 'too-steep' });
      // Beyond what a person may ask for: the critics leave single precision in the first update with it.
      store.edits.schedule(run, [{ id: 1, changes: { 'critic-learning-rate': 1e30 }, undoes: null, requester: 'test', dueStep: 150 }]);
      store.queue.enqueue(run);
    });
    await until(() => expect(elbow.store.runs.summary(run).state).toBe('failed'), 60_000);
    page = await elbow.open(`#/train/${run}`);
  });
  afterAll(() => elbow.close());

  it('says which tensor, at which step, what was kept and what to do', async () => {
    await page.getByText('This run failed.').waitFor();
    const why = page.getByRole('region', { name: 'Why' });
    await why.getByText(/ of the sac update became (NaN|-?Infinity) at environment step 151/).waitFor();
    await page
      .getByText(
        /Kept: every curve up to step 150, .* and a checkpoint at step 150\. Rolled back, this run goes on from there, with other live settings if you like\./,
      )
      .waitFor();
    await expectAccessible(page);
  });

  it('offers a fork from there', async () => {
    await page.getByRole('button', { name: 'Fork from step 150…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Fork too-steep' });
    await dialog.waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  it('refuses a value out of range before anything is asked', async () => {
    await page.getByRole('button', { name: 'Roll back to step 150…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Roll back too-steep' });
    await dialog.getByText('With nothing changed the same steps follow').waitFor();
    await expectAccessible(page);
    await dialog.getByRole('textbox', { name: 'critic-learning-rate' }).fill('5');
    await dialog.getByText(/critic-learning-rate must be a number from 0 to 1/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Roll back', exact: true }).isDisabled()).toBe(true);
    expect(elbow.store.runs.summary(run).state).toBe('failed');
  });

  it('goes on to its end with another learning rate', async () => {
    const dialog = page.getByRole('dialog', { name: 'Roll back too-steep' });
    await dialog.getByRole('textbox', { name: 'critic-learning-rate' }).fill('0.001');
    await dialog.getByRole('button', { name: 'Roll back', exact: true }).click();
    await until(() => expect(elbow.store.runs.summary(run).state).toBe('finished'), 60_000);
    await page.getByText('This run failed.').waitFor({ state: 'hidden' });
    expect(elbow.store.runs.values(run)['critic-learning-rate']).toBe(0.001);
    expect(elbow.store.runs.get(run).attempts.map(({ startStep }) => startStep)).toEqual([0, 150]);
  });
});
