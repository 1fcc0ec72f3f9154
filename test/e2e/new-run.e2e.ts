// New run: the form checks as one types, the workstation's refusals land at their field, and a run starts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { describeInBrowser, expectAccessible, startElbow, storeRun, themes, until, type Elbow } from './support.ts';

describeInBrowser('New run', () => {
  let elbow: Elbow;
  let page: Page;
  let like = '';

  beforeAll(async () => {
    elbow = await startElbow((store) => {
      like = storeRun(store, { name: 'model', seed: 4, hyperparameters: { discount: 0.9, hidden: [32, 32] } });
    });
    page = await elbow.open('#/new');
    await page.waitForSelector('#parameter-steps');
  });
  afterAll(() => elbow.close());

  const type = (name: string, text: string): Promise<void> => page.locator(`#parameter-${name}`).fill(text);
  const startButton = () => page.locator('header button.main');

  it('shows the defaults of the task chosen', async () => {
    expect(await page.locator('#parameter-steps').inputValue()).toBe('100000');
    await page.getByRole('radio', { name: /inverted-pendulum/ }).check({ force: true });
    expect(await page.locator('#parameter-steps').inputValue()).toBe('20000');
  });

  it('finds a task by the keyboard alone', async () => {
    const other = await elbow.open('#/new');
    await other.waitForSelector('#parameter-steps');
    const tasks = other.getByRole('radiogroup', { name: 'Task' });
    expect(await tasks.getByRole('heading').allTextContents()).toEqual(['Classic', 'Locomotion', 'Manipulation']);
    await other.keyboard.press('t');
    await other.locator('#task-search:focus').waitFor();
    await other.keyboard.type('fetch goal');
    await other.getByText('Chosen: half-cheetah').waitFor();
    expect(await tasks.getByRole('radio').count()).toBe(4);
    await other.keyboard.press('Enter');
    await until(async () => expect(await tasks.getByRole('radio', { name: /fetch-reach/ }).isChecked()).toBe(true));
    expect(await other.locator('#parameter-steps').inputValue()).toBe('20000');
    await other.keyboard.press('ArrowDown');
    await until(async () => expect(await tasks.getByRole('radio', { name: /fetch-push/ }).isChecked()).toBe(true));
    await other.locator('#task-search').fill('no such thing');
    await other.getByText('No task matches “no such thing”.').waitFor();
    await expectAccessible(other);
    await other.locator('#task-search').press('Escape');
    expect(await tasks.getByRole('radio', { name: /fetch-push/ }).isChecked()).toBe(true);
    await other.context().close();
  });

  it('checks ranges as one types and leads back to the default', async () => {
    await type('discount', '1.5');
    await page.getByText(/discount must be a number from 0 to 1: above 1 later rewards .*; "1\.5" was given/).waitFor();
    await page.getByText('1 field to correct').waitFor();
    await page.getByRole('button', { name: /discount back to its default/ }).click();
    expect(await page.locator('#parameter-discount').inputValue()).toBe('0.99');
    await page.getByText('1 field to correct').waitFor({ state: 'detached' });
  });

  it('starts nothing while a field is wrong, and goes to it', async () => {
    await type('batch-size', '0');
    await page.keyboard.press('Control+Enter');
    await until(async () => expect(await page.evaluate(() => document.activeElement?.id)).toBe('parameter-batch-size'));
    expect(elbow.store.runs.list()).toHaveLength(1);
    await type('batch-size', '16');
  });

  it('counts seeds and says when they are wrong', async () => {
    await page.getByLabel('Seeds').fill('3-1');
    await page.getByText('runs backwards').waitFor();
    await page.getByLabel('Seeds').fill('1-3');
    await until(async () => expect(await startButton().textContent()).toContain('Start 3 runs'));
  });

  it('finds hyper-parameters by their meaning', async () => {
    await page.getByLabel('Search the hyper-parameters').fill('entropy at its target');
    await until(async () => expect(await page.locator('[id^="parameter-"]:is(input, select):not([type=search])').count()).toBe(1));
    await page.keyboard.press('Escape');
    expect(await page.locator('#parameter-steps').count()).toBe(1);
  });

  it('has the task’s options and its variants, checks them, and a run keeps those that differ', async () => {
    const other = await elbow.open('#/new');
    const fill = (name: string, text: string): Promise<void> => other.locator(`#parameter-${name}`).fill(text);
    await other.getByRole('radio', { name: /hopper/ }).check({ force: true });
    await fill('gravity-scale', '11');
    await other.getByText('gravity-scale must be a number from 0 to 10; "11" was given').waitFor();
    await fill('gravity-scale', '0.5');
    await fill('healthy-z-max', '0.6');
    await other.getByText(/healthy-z-min must be less than healthy-z-max/).waitFor();
    await other.getByRole('button', { name: /healthy-z-max back to its default/ }).click();
    await fill('time-limit', '40');
    await other.locator('#parameter-exclude-current-positions-from-observation').selectOption('false');
    for (const [name, text] of [
      ['steps', '60'],
      ['warm-up', '50'],
      ['hidden', '8'],
      ['batch-size', '8'],
      ['evaluation-episodes', '1'],
    ] as const)
      await fill(name, text);
    await other.getByLabel('Name').fill('light hopper');
    await other.keyboard.press('Control+Enter');
    await other.waitForURL(/#\/train\/\w+/);
    await until(() => expect(elbow.store.runs.list().find((run) => run.name === 'light hopper')?.state).toBe('finished'), 60_000);
    const id = elbow.store.runs.list().find((run) => run.name === 'light hopper')?.id ?? '';
    expect(elbow.store.runs.configuration(id).taskOptions).toEqual({
      'exclude-current-positions-from-observation': false,
      'gravity-scale': 0.5,
      'time-limit': 40,
    });
    // The live view has the same task: its policy observes twelve numbers, its episodes last 40 steps.
    await other.getByText(/step [1-9]\d* \/ 40/).waitFor({ timeout: 30_000 });
    await other.context().close();
  });

  it('starts a real training, which ends with an evaluation', async () => {
    for (const [name, text] of [
      ['steps', '600'],
      ['warm-up', '100'],
      ['hidden', '8, 8'],
      ['evaluation-every', '300'],
      ['evaluation-episodes', '2'],
    ] as const)
      await type(name, text);
    await page.getByLabel('Seeds').fill('7');
    await page.getByLabel('Name').fill('tiny');
    await page.keyboard.press('Control+Enter');
    await page.waitForURL(/#\/train\/\w+/);
    await until(
      () =>
        expect(elbow.store.runs.list().find((run) => run.name === 'tiny')).toMatchObject({
          seed: 7,
          state: 'finished',
          environmentSteps: 600,
        }),
      60_000,
    );

    await page.keyboard.press('Control+1');
    const row = page.locator('[data-run]', { hasText: 'tiny' });
    await row.getByText('finished').waitFor();
    await row.click();
    await page.locator('.run-panel').getByRole('link', { name: 'Replay' }).first().waitFor();
    await page.locator('.run-panel').getByText('Log', { exact: true }).click();
    await page.locator('.run-panel pre').waitFor();
  });

  it('continues a finished run to a new total', async () => {
    await page.keyboard.press('Control+k');
    await page.locator('.palette-input:focus').waitFor();
    await page.keyboard.type('continue the run');
    await page.keyboard.press('Enter');
    const field = page.getByLabel('Environment steps in all');
    expect(await field.inputValue()).toBe('1200');
    await field.fill('600');
    await page.getByText('A whole number from 601').waitFor();
    await field.fill('900');
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click();
    await until(
      () => expect(elbow.store.runs.list().find((run) => run.name === 'tiny')).toMatchObject({ state: 'finished', environmentSteps: 900 }),
      60_000,
    );
  });

  it('lets runs beyond the machine’s share wait; the queue is reordered and left', async () => {
    const other = await elbow.open('#/new');
    await other.locator('#parameter-steps').fill('1000000');
    await other.getByLabel('Seeds').fill('1-3');
    await other.getByLabel('Name').fill('queued');
    await other.getByText('3 runs, 1 at once on this machine').waitFor();
    await other.keyboard.press('Control+Enter');
    const row = (seed: number) => other.locator('[data-run]', { has: other.locator(`input[aria-label="Select queued, seed ${seed}"]`) });
    await row(3).getByText('no. 2').waitFor();
    await other.locator('footer').getByText('2 runs waiting').waitFor();
    await row(3).click();
    await other.keyboard.press('Alt+ArrowUp');
    await row(3).getByText('no. 1').waitFor();
    await other.locator('.run-panel').getByRole('button', { name: 'Cancel' }).click();
    await row(3).getByText('stopped').waitFor();
    await row(2).getByText('no. 1').waitFor();
    await other.context().close();
  });

  it('prefills a run like a stored one, with the next seed', async () => {
    const other = await elbow.open(`#/new?like=${like}`);
    await other.getByText('like model, seed 4').waitFor();
    expect(await other.locator('#parameter-discount').inputValue()).toBe('0.9');
    expect(await other.locator('#parameter-hidden').inputValue()).toBe('32,32');
    expect(await other.getByLabel('Seeds').inputValue()).toBe('5');
    await other.keyboard.press('Escape');
    await other.waitForURL(/#\/runs/);
    await other.context().close();
  });

  describe('with agents that differ', () => {
    let other: Page;
    beforeAll(async () => {
      other = await elbow.open('#/new', { viewport: { width: 1024, height: 700 } });
      await other.waitForSelector('#parameter-steps');
    });
    afterAll(() => other.context().close());
    const choose = (agent: string): Promise<void> => other.locator(`input[type=radio][value=${agent}]`).check({ force: true });
    const field = (name: string) => other.locator(`#parameter-${name}`);
    const helpOf = (name: string) => other.locator(`#parameter-${name}-help`);

    it('lists all seven, each with a name', async () => {
      const names = await other.getByRole('radiogroup', { name: 'Agent' }).locator('b').allTextContents();
      expect(names).toEqual(['SAC', 'VIREL', 'VIREL, as published', 'VIREL, fixed temperature', 'SAC v1', 'TD3', 'DDPG']);
    });

    it('refuses an entropy target that no policy reaches, as one types', async () => {
      await field('entropy-target').fill('5');
      await helpOf('entropy-target').getByText('must be at most 4.101813 nats on half-cheetah').waitFor();
      await field('entropy-target').fill('-3');
      await helpOf('entropy-target').getByText('−0.5 nats for each of 6 action dimensions: σ about 0.15').waitFor();
    });

    it('greys what has no effect, with its reason', async () => {
      expect(await field('prior-scale').isDisabled()).toBe(true);
      await helpOf('prior-scale').getByText('No effect: only the constant prior has it.').waitFor();
      await field('prior').selectOption('constant');
      expect(await field('prior-scale').isDisabled()).toBe(false);
      expect(await field('entropy-target').isDisabled()).toBe(true);
      await field('prior-scale').fill('0.5, 0.4');
      await helpOf('prior-scale').getByText('prior-scale must be one number, or 6 for half-cheetah').waitFor();
      await field('prior-scale').fill('0');
      await helpOf('prior-scale').getByText('from 0.01 to 10').waitFor();
      await expectAccessible(other);
      await field('prior').selectOption('uniform');
    });

    it('offers the runs that a behaviour prior can be fitted to', async () => {
      await field('prior').selectOption('behaviour');
      await helpOf('prior-run').getByText('has to be given').waitFor();
      const options = () => field('prior-run').locator('option').allTextContents();
      expect(await options()).not.toContainEqual(expect.stringContaining('model'));
      await other.getByRole('radio', { name: /inverted-pendulum/ }).check({ force: true });
      await until(async () => expect(await options()).toContainEqual(expect.stringContaining('model · sac · seed 4')));
      await field('prior-run').selectOption(like);
      await helpOf('prior-run').getByText('has to be given').waitFor({ state: 'detached' });
    });

    it('takes over what another agent takes, says what not, and gives it back', async () => {
      await field('discount').fill('0.9');
      await choose('td3');
      await other.getByRole('status').getByText('Laid aside for TD3: ').waitFor();
      expect(await field('discount').inputValue()).toBe('0.9');
      expect(await field('prior').count()).toBe(0);
      await other.getByText('TD3 has none: TD3’s policy is deterministic and has no density').waitFor();
      await choose('sac');
      expect(await field('prior').inputValue()).toBe('behaviour');
      expect(await field('prior-run').inputValue()).toBe(like);
      expect(await other.getByText('Laid aside').count()).toBe(0);
    });
  });

  it.each(themes)('is accessible in the %s theme, with an error in view', async (colorScheme) => {
    const other = await elbow.open('#/new', { colorScheme });
    await other.locator('#parameter-discount').fill('7');
    await other.getByText('1 field to correct').waitFor();
    await expectAccessible(other);
    await other.context().close();
  });
});
