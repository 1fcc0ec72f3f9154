// Live control: knobs turned while a real run goes on, from two windows; refusals, undo, another prior, and a fork.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, expectAccessible, startElbow, themes, until, type Elbow } from './support.ts';
import { trainInverted } from './training.ts';

describeInBrowser('Live control', () => {
  let elbow: Elbow;
  let page: Page;
  let run: string;
  beforeAll(async () => {
    elbow = await startElbow();
    run = await trainInverted(elbow, 'turned', 5_000_000);
    page = await openStill();
    await field('Entropy target').waitFor();
    await until(() => expect(elbow.store.runs.list().find((one) => one.id === run)?.environmentSteps).toBeGreaterThan(300));
  });
  afterAll(() => elbow.close());

  /** A window that takes itself to be in the background: its robot stands still and leaves the processor to the rest. */
  const openStill = async (): Promise<Page> => {
    const opened = await elbow.open();
    opened.setDefaultTimeout(60_000);
    await opened.evaluate((id) => {
      Object.defineProperty(document, 'hidden', { value: true });
      location.hash = `#/train/${id}`;
    }, run);
    return opened;
  };
  const field = (name: string, where = page) => where.getByRole('textbox', { name, exact: true });
  const cells = async (name: string, where = page): Promise<string[]> =>
    where
      .getByLabel(`${name}: realised, pending, applied at`)
      .locator('div')
      .evaluateAll((all) => all.map((one) => (one as HTMLElement).innerText.replace('\n', ' ')));
  const edits = () => elbow.store.edits.list(run, { limit: 100 }).edits;
  const apply = () => page.getByRole('button', { name: /^Apply at next update/ });
  const value = (name: string) => elbow.store.runs.get(run).values[name];

  it('says what a change will do before it is sent', async () => {
    await field('Entropy target').fill('-0.5');
    await page.getByText(/entropy target −1 → −0\.5 nats: σ about 0\.09 → 0\.15/).waitFor();
    expect((await cells('Entropy target'))[1]).toBe('drafted −0.5 nats');
    expect(edits()).toEqual([]);
  });

  it('sends it with Ctrl+Enter; the trainer applies it between two steps', async () => {
    await field('Entropy target').press('Control+Enter');
    await until(async () => expect((await cells('Entropy target'))[2]).toMatch(/applied at [\d,]+$/));
    const [edit] = edits();
    expect(edit).toMatchObject({ state: 'applied', changes: { 'entropy-target': -0.5 }, previous: { 'entropy-target': -1 } });
    expect((await cells('Entropy target'))[2]).toBe(`applied at ${edit?.appliedStep?.toLocaleString('en-US')}`);
    expect(value('entropy-target')).toBe(-0.5);
  });

  it('marks it on the chart, on the timeline and beside the name', async () => {
    await page.getByRole('img', { name: /^Return\. .*marked at step [\d,]+: entropy-target −1→−0\.5 nats/ }).waitFor();
    await page.locator('.event.edit').waitFor();
    await page.getByText('✎ edited').waitFor();
  });

  it.each([
    ['Entropy target', '2', /must be at most 0\.683635 nats on inverted-pendulum/],
    ['Entropy target', 'NaN', /must be a number from -1,000 to 100; "NaN" was given/],
    ['Entropy target', '', /must be a number from -1,000 to 100/],
  ])('refuses %s = %j with its range', async (name, text, range) => {
    const before = edits().length;
    await field(name).fill(text);
    await page.getByRole('alert').getByText(range).waitFor();
    expect(await apply().isDisabled()).toBe(true);
    await page.keyboard.press('Control+Enter');
    await page.keyboard.press('Escape');
    await until(async () => expect(await field(name).inputValue()).toBe('-0.5'));
    expect(edits()).toHaveLength(before);
  });

  it('moves by arrow keys, and Escape takes the draft back', async () => {
    const slider = page.getByRole('slider', { name: 'Entropy target, slider' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    const moved = Number(await field('Entropy target').inputValue());
    expect(moved).toBeGreaterThan(-0.5);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(Number(await field('Entropy target').inputValue())).toBeLessThan(moved);
    await page.keyboard.press('Escape');
    expect(await field('Entropy target').inputValue()).toBe('-0.5');
  });

  it('shows what waits in another window within a second, and both see it applied', async () => {
    const other = await openStill();
    await field('Entropy target', other).waitFor();
    await other.getByText('✎ edited').waitFor();
    // A trainer that does not come to it: the edit waits, and nothing else tells the windows anything.
    const trainer = elbow.store.attempts.holder(run)?.pid ?? 0;
    process.kill(trainer, 'SIGSTOP');
    try {
      await new Promise((resolve) => setTimeout(resolve, 2000));
      await field('Entropy target').fill('-0.25');
      await apply().click();
      const sent = Date.now();
      await other.locator('.pending', { hasText: '−0.25 nats' }).waitFor();
      // A second where nothing else runs; these tests share their machine.
      expect(Date.now() - sent).toBeLessThan(5000);
      // The window that asked may hear of it later than the other one.
      await until(async () => expect((await cells('Entropy target'))[1]).toBe('pending −0.25 nats'));
      expect(edits().at(-1)?.state).toBe('pending');
    } finally {
      process.kill(trainer, 'SIGCONT');
    }
    for (const where of [page, other]) await until(async () => expect((await cells('Entropy target', where))[1]).toBe('pending —'));
    expect(value('entropy-target')).toBe(-0.25);
    await other.context().close();
  });

  it('undoes the newest edit with Ctrl+Z, as an edit of its own', async () => {
    await page.locator('body').click({ position: { x: 5, y: 400 } });
    await page.keyboard.press('Control+z');
    await until(() => expect(value('entropy-target')).toBe(-0.5));
    const last = edits().at(-1);
    expect(last?.undoes).toBe(edits().at(-2)?.id);
    await until(async () => expect(await field('Entropy target').inputValue()).toBe('-0.5'));
  });

  it('leaves Ctrl+Z in a field to the field', async () => {
    const before = edits().length;
    await field('Entropy target').fill('-0.3');
    await field('Entropy target').press('Control+z');
    expect(edits()).toHaveLength(before);
    await page.keyboard.press('Escape');
  });

  it('asks for a KL target with another kind of prior, and proposes the present one', async () => {
    await page.getByText('actions now').waitFor();
    await page.getByRole('combobox', { name: 'Prior', exact: true }).selectOption('constant');
    const proposed = Number(await field('KL target').inputValue());
    expect(proposed).toBeGreaterThan(0);
    const legend = (await page.getByText(/prior μ 0, σ 0\.87/).textContent()) ?? '';
    // Newer actions may have come since.
    expect(Number(/KL ([\d.]+) nats/.exec(legend)?.[1]) / proposed).toBeCloseTo(1, 0);
    await field('Scale').fill('0.4');
    await until(async () => expect(Number(await field('KL target').inputValue())).not.toBe(proposed));
    await page.getByText(/prior uniform → constant/).waitFor();
    await expectAccessible(page);
    await apply().click();
    await until(() => expect(value('prior')).toBe('constant'));
    expect(value('prior-scale')).toEqual([0.4]);
    await page.getByRole('img', { name: /^KL from the prior in nats\. / }).waitFor();
  });

  it('pauses the actor by its toggle', async () => {
    const toggle = page.getByRole('switch', { name: 'Actor' });
    await toggle.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Control+Enter');
    await until(() => expect(value('actor-paused')).toBe(true));
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await until(() => expect(value('actor-paused')).toBe(false));
  });

  it('shows measured and set values in place of the controls', async () => {
    await page.getByRole('button', { name: 'Measured and set values' }).click();
    await page.getByRole('row', { name: /^batch-size/ }).waitFor();
    await page.getByRole('button', { name: 'Live controls' }).click();
    await field('KL target').waitFor();
  });

  it.each(themes)('fits a small window and is accessible in the %s theme', async (colorScheme) => {
    await page.setViewportSize({ width: 1024, height: 700 });
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    for (const button of [/^Apply at next update/, /^Undo/]) {
      const box = await page.getByRole('button', { name: button }).boundingBox();
      expect((box?.y ?? 1e9) + (box?.height ?? 0)).toBeLessThan(700 - 24);
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('forks a run from a checkpoint with other settings', async () => {
    await page.keyboard.press('Control+s');
    const fork = page.getByRole('button', { name: 'Fork…' });
    await until(async () => expect(await fork.isEnabled()).toBe(true));
    await fork.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Environment steps in all').fill('1');
    await dialog.getByText(/steps must be more than/).waitFor();
    expect(await dialog.getByRole('button', { name: 'Fork', exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel('Environment steps in all').fill('6000000');
    await dialog.getByLabel('Name').fill('branch');
    await dialog.getByLabel('Search the settings').fill('critic-learning-rate');
    await dialog.getByLabel('critic-learning-rate').fill('0.002');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Fork', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'branch' }).waitFor();
    await page.getByText(/^forked from/).waitFor();
    await page.getByRole('link', { name: 'turned', exact: true }).waitFor();
    const made = elbow.store.runs.list().find((one) => one.name === 'branch');
    expect(made?.parent?.run).toBe(run);
    expect(elbow.store.runs.get(made?.id ?? '').values).toMatchObject({ 'critic-learning-rate': 0.002, prior: 'constant' });
  });

  it('is only to be read once the run has stopped, and says what to do', async () => {
    await page.evaluate((id) => void (location.hash = `#/train/${id}`), run);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Stop the run' }).click();
    await page
      .getByText('This run is stopped, so that these values are only to be read. To try others, continue it, or fork it from a checkpoint.')
      .waitFor();
    expect(await field('KL target').isDisabled()).toBe(true);
    await expectAccessible(page);
  });
});
