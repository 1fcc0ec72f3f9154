// Runs: the table, its filter and order, star, rename, note, delete with undo, checkpoints, selection.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { describeInBrowser, expectAccessible, startElbow, storeFork, storeRun, themes, until, type Elbow } from './support.ts';

describeInBrowser('Runs', () => {
  let elbow: Elbow;
  let page: Page;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    elbow = await startElbow((store) => {
      ids['alpha'] = storeRun(store, { name: 'alpha', returns: [10, 30, 20] });
      ids['beta'] = storeRun(store, { name: 'beta', seed: 2, returns: [5, 6, 900], hyperparameters: { discount: 0.9 } });
      ids['gamma'] = storeRun(store, { name: 'gamma', task: 'reacher', returns: [-30, -20, -4], state: 'failed' });
    });
    page = await elbow.open();
    await page.waitForSelector('[data-run]');
  });
  afterAll(() => elbow.close());

  const names = (): Promise<string[]> => page.locator('[data-run] .name b').allTextContents();
  const row = (name: string) => page.locator(`[data-run="${ids[name]}"]`);
  const stored = (name: string) => elbow.store.runs.summary(ids[name] ?? '');

  it('shows every run with its figures', async () => {
    expect((await names()).sort()).toEqual(['alpha', 'beta', 'gamma']);
    const text = (await row('beta').locator('[role=gridcell]').allTextContents()).map((cell) => cell.trim());
    expect(text).toEqual(expect.arrayContaining(['inverted-pendulum', 'SAC', '2', 'finished', '3,000', '900', '1:00']));
    expect(await row('beta').locator('svg[aria-label^="3 evaluations"]').count()).toBe(1);
    expect(await page.locator('header').textContent()).toContain('3 runs · 3 groups');
  });

  it('sorts by a column, both ways', async () => {
    await page.getByRole('button', { name: 'Best', exact: true }).click();
    expect(await names()).toEqual(['beta', 'alpha', 'gamma']);
    await page.getByRole('button', { name: 'Best', exact: true }).click();
    expect(await names()).toEqual(['gamma', 'alpha', 'beta']);
    expect(await page.locator('[role=columnheader].best').getAttribute('aria-sort')).toBe('ascending');
  });

  it('filters by text and figures; / finds the field, Escape empties it', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('pend best>100');
    expect(await names()).toEqual(['beta']);
    expect(await page.locator('header').textContent()).toContain('1 of 3 runs');
    await page.keyboard.press('Escape');
    expect(await names()).toHaveLength(3);
    await page.keyboard.type('nothing like it');
    await page.waitForSelector('text=No run matches');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  });

  it('is moved through, selected and opened with the keyboard', async () => {
    await page.locator('#run-table').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    expect(await row('alpha').getAttribute('aria-selected')).toBe('true');
    expect(await page.locator('#run-table').getAttribute('aria-activedescendant')).toBe(`row-${ids['alpha']}`);
    await page.keyboard.press('Shift+ArrowDown');
    expect(await page.locator('[aria-selected=true]').count()).toBe(2);
    await page.keyboard.press('Space');
    expect(await row('beta').getAttribute('aria-selected')).toBe('false');
    await page.keyboard.press('Control+a');
    expect(await page.locator('[aria-selected=true]').count()).toBe(3);
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/train\//);
    await page.keyboard.press('Control+1');
    await page.waitForSelector('[data-run]');
  });

  it('stars, renames and notes, and takes each back', async () => {
    await row('beta').click();
    await page.keyboard.press('s');
    await until(() => expect(stored('beta').starred).toBe(true));

    await page.keyboard.press('F2');
    await page.keyboard.type('beta, renamed');
    await page.keyboard.press('Enter');
    await row('beta').locator('text=beta, renamed').waitFor();

    await page.getByLabel('Note').fill('short horizon');
    await page.locator('#run-table').focus();
    await until(() => expect(stored('beta').note).toBe('short horizon'));

    for (let times = 0; times < 3; times++) {
      await page.keyboard.press('Control+z');
      await page.waitForTimeout(300);
    }
    await until(() => expect(stored('beta')).toMatchObject({ starred: false, name: 'beta', note: '' }));
    await page.keyboard.press('Control+Shift+z');
    await until(() => expect(stored('beta').starred).toBe(true));
  });

  it('drops a rename with Escape and refuses an empty name', async () => {
    await row('alpha').click();
    for (const keys of [['Escape'], ['Control+a', 'Delete', 'Enter']]) {
      await page.keyboard.press('F2');
      await page.keyboard.type('dropped');
      for (const key of keys) await page.keyboard.press(key);
      await page.getByLabel('Name of the run').waitFor({ state: 'detached' });
    }
    expect(stored('alpha').name).toBe('alpha');
  });

  it('deletes softly: the toast and Ctrl+Z bring runs back', async () => {
    await row('alpha').click();
    await row('gamma').click({ modifiers: ['Control'] });
    await page.keyboard.press('Delete');
    await until(async () => expect(await names()).toEqual(['beta']));
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => expect(await names()).toHaveLength(3));

    await row('gamma').click();
    await page.keyboard.press('Delete');
    await until(async () => expect(await names()).toHaveLength(2));
    await page.keyboard.press('Control+z');
    await until(async () => expect(await names()).toHaveLength(3));
  });

  it('restores what was deleted elsewhere, by the keyboard', async () => {
    // As the command line does it: no toast of this window knows of it.
    elbow.store.runs.softDelete([ids['gamma'] ?? '']);
    await until(async () => expect((await names()).sort()).toEqual(['alpha', 'beta']));
    await page.keyboard.press('Control+k');
    await page.locator('.palette-input:focus').waitFor();
    await page.keyboard.type('deleted runs');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Deleted runs' });
    await dialog.getByText(/deleted .*, 30 days left/).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('searchbox').fill('nothing like it');
    await dialog.getByText('No deleted run matches').waitFor();
    await dialog.getByRole('searchbox').fill('gamma');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(`Restore gamma (${ids['gamma']})`);
    await page.keyboard.press('Enter');
    await dialog.getByText('No run is deleted.').waitFor();
    await page.keyboard.press('Escape');
    await until(async () => expect((await names()).sort()).toEqual(['alpha', 'beta', 'gamma']));
    await page.getByRole('button', { name: 'Deleted…' }).click();
    await dialog.getByText('No run is deleted.').waitFor();
    await page.keyboard.press('Escape');
  });

  it('shows settings, log, machine and the reason of a failure beside the table', async () => {
    await row('beta').click();
    const panel = page.locator('.run-panel');
    await panel.getByText('Settings').click();
    await panel.getByRole('row', { name: 'discount 0.99 0.9' }).waitFor();
    await panel.getByText('Machine').click();
    await panel.getByText('a processor, 2 cores').waitFor();
    await row('gamma').click();
    await panel.getByText('critic loss became NaN').waitFor();
  });

  it('says what deleting checkpoints would take, and lets go', async () => {
    await row('alpha').click();
    await page.keyboard.press('Control+k');
    await page.locator('.palette-input:focus').waitFor();
    await page.keyboard.type('delete checkpoints');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('This run has no checkpoints.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it.each(themes)('is accessible in the %s theme', async (colorScheme) => {
    const other = await elbow.open('', { colorScheme });
    await other.locator(`[data-run="${ids['beta']}"]`).click();
    await other.waitForSelector('text=Checkpoints');
    await expectAccessible(other);
    await other.context().close();
  });
});

describeInBrowser('Edited runs and forks', () => {
  let elbow: Elbow;
  let page: Page;
  const ids: Record<string, string> = {};
  beforeAll(async () => {
    elbow = await startElbow((store) => {
      const turned = Array.from({ length: 150 }, (_, i) => ({ step: 1000 + 10 * i, changes: { 'entropy-target': -1 - (i + 1) / 1000 } }));
      ids['edited'] = storeRun(store, { name: 'edited-run', edits: turned, checkpointAt: 2000 });
      ids['plain'] = storeRun(store, { name: 'plain', checkpointAt: 2000 });
      ids['fork'] = storeFork(store, ids['edited'], 'child');
      ids['orphan'] = storeFork(store, ids['plain'], 'orphan');
      store.runs.softDelete([ids['plain']]);
    });
    page = await elbow.open('', { viewport: { width: 1024, height: 700 } });
    await page.waitForSelector('[data-run]');
  });
  afterAll(() => elbow.close());

  const row = (name: string) => page.locator(`[data-run="${ids[name]}"]`);
  const panel = () => page.locator('.run-panel');

  it('are marked in their row and in the panel', async () => {
    expect(await row('edited').textContent()).toContain('✎edited');
    expect(await row('fork').textContent()).not.toContain('✎');
    await row('edited').click();
    await panel().getByText('edited', { exact: true }).waitFor();
  });

  it('show the values in force, and every edit, the newest first', async () => {
    await panel().getByText('Settings').click();
    await panel().getByRole('row', { name: 'entropy-target -1 -1.15' }).waitFor();
    const edits = panel().locator('li');
    expect(await edits.count()).toBe(100);
    expect(await edits.first().textContent()).toMatch(/entropy-target −1\.149 → −1\.15 nats.*applied at step 2,490.*window · /s);
    await panel().getByRole('button', { name: 'Show older edits' }).click();
    await until(async () => expect(await edits.count()).toBe(150));
    expect(await edits.last().textContent()).toContain('entropy-target −1 → −1.001 nats');
    expect(await panel().getByRole('button', { name: 'Show older edits' }).count()).toBe(0);
  });

  it('are found by a switch that writes the filter', async () => {
    const pill = page.getByRole('button', { name: '✎ edited' });
    await pill.click();
    expect(await page.locator('[data-run] .name b').allTextContents()).toEqual(['edited-run']);
    expect(await page.getByLabel('Filter runs').inputValue()).toBe('edited');
    await pill.click();
    expect(await page.locator('[data-run]').count()).toBe(3);
  });

  it('name the parent of a fork, stored or deleted', async () => {
    await row('fork').click();
    await panel().getByText('fork of edited-run at step 2,000').waitFor();
    expect(await panel().getByRole('link', { name: 'edited-run' }).getAttribute('href')).toBe(`#/train/${ids['edited']}`);
    await row('orphan').click();
    await panel().getByText(`fork of a run that was deleted (${ids['plain']}) at step 2,000`).waitFor();
  });

  it('need no scrolling sideways beside the panel', async () => {
    const widths = await page.locator('#run-table').evaluate((table) => [table.scrollWidth, table.clientWidth]);
    expect(widths[0]).toBe(widths[1]);
    expect(await row('edited').getByText('3,000').isVisible()).toBe(true);
    expect(await page.getByRole('columnheader', { name: 'Disk' }).count()).toBe(0);
    await expectAccessible(page);
  });

  it('are told apart by id in the palette', async () => {
    await page.keyboard.press('Control+k');
    await page.locator('.palette-input:focus').waitFor();
    await page.keyboard.type(ids['orphan'] ?? '');
    await page
      .locator('.palette-item', { hasText: 'orphan' })
      .getByText(ids['orphan'] ?? '', { exact: true })
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`#/train/${ids['orphan']}`));
  });
});

describeInBrowser('A thousand runs', () => {
  let elbow: Elbow;
  beforeAll(async () => {
    elbow = await startElbow((store) => {
      for (let i = 0; i < 1000; i++) storeRun(store, { name: `run ${i}`, returns: [i] });
    });
  });
  afterAll(() => elbow.close());

  it('keeps few rows in the page and finds the last', async () => {
    const page = await elbow.open();
    await page.waitForSelector('[data-run]');
    expect(await page.locator('[data-run]').count()).toBeLessThan(60);
    expect(await page.locator('#run-table').getAttribute('aria-rowcount')).toBe('1001');
    await page.locator('#run-table').focus();
    await page.keyboard.press('End');
    await until(async () => expect(await page.locator('.active .name b').textContent()).toBe('run 0'));
    await page.getByLabel('Filter runs').fill('return=777');
    await until(async () => expect(await page.locator('[data-run]').count()).toBe(1));
  });
});
