// A long evaluation in the window: how far it is, in Train, in Runs and in the status bar, and a stop that does not wait for it.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { advanceQueue } from '../../src-main/training/launch.ts';
import { planRuns } from '../../src-main/workstation/plan.ts';
import { findPossibilities } from '../../src-main/workstation/possibilities.ts';
import { describeInBrowser, expectAccessible, startElbow, until, type Elbow } from './support.ts';

const hyperparameters = {
  steps: 2000,
  hidden: [16, 16],
  'batch-size': 16,
  'warm-up': 100,
  'evaluation-every': 120,
  'evaluation-episodes': 1000,
};

describeInBrowser('A run that evaluates for long', () => {
  let elbow: Elbow;
  let page: Page;
  let run: string;
  beforeAll(async () => {
    elbow = await startElbow((store) => {
      const { configurations } = planRuns(
        { task: 'half-cheetah', agent: 'sac', hyperparameters, seeds: '1', device: 'cpu', threads: 1, name: 'careful' },
        findPossibilities(),
      );
      const [configuration] = configurations;
      if (configuration === undefined) throw new Error('one seed gives one configuration');
      run = store.runs.create({ configuration, name: 'careful' });
      store.queue.enqueue(run);
      advanceQueue(store, { share: 1 });
    });
    page = await elbow.open(`#/train/${run}`);
  });
  afterAll(() => elbow.close());

  it('shows in Train how many episodes are over, and the steps that were done', async () => {
    await page
      .getByRole('status')
      .getByText(/^evaluating, [1-9]\d* of 1,000 episodes, about \d+ s to go$/)
      .waitFor({ timeout: 100_000 });
    const footer = page.getByRole('contentinfo', { name: 'Status' });
    await footer.getByText(/evaluating, [1-9]\d* of 1,000 episodes/).waitFor();
    expect(await footer.textContent()).toMatch(/careful\s+120 \/ 2,000/);
    await expectAccessible(page);
  });

  it('shows it in Runs, in the row and in the panel', async () => {
    await page.evaluate(() => void (location.hash = '#/runs'));
    const row = page.getByRole('row', { name: /careful/ });
    await row.getByText(/^evaluating, [1-9]\d* of 1,000/).waitFor();
    await row.click();
    await page.locator('p', { hasText: /^evaluating, [1-9]\d* of 1,000 episodes/ }).waitFor();
  });

  it('stops before the evaluation is over, and says what was dropped', async () => {
    const asked = performance.now();
    elbow.store.commands.request(run, 'stop', 'window');
    await until(() => expect(elbow.store.runs.summary(run).state).toBe('stopped'));
    // The whole evaluation takes most of a minute on any machine.
    expect((performance.now() - asked) / 1000).toBeLessThan(10);
    expect(elbow.store.events.list(run).at(-1)?.message).toMatch(
      /^Stopped by window\. The evaluation at step 120 was dropped after \d+ of 1,000 episodes; it is run again when the run goes on\.$/,
    );
    expect(elbow.store.checkpoints.newest(run)?.step).toBe(120);
  });
});
