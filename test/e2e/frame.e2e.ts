// The frame: going about by keyboard, palette, key sheet, themes, the empty state, and a lost connection.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { describeInBrowser, expectAccessible, startElbow, themes, until, type Elbow } from './support.ts';

describeInBrowser('The frame', () => {
  let elbow: Elbow;
  let page: Page;
  beforeAll(async () => {
    elbow = await startElbow();
    page = await elbow.open();
  });
  afterAll(() => elbow.close());

  const theme = (of: Page = page): Promise<string | undefined> => of.evaluate(() => document.documentElement.dataset['theme']);

  /** Opens the palette and types once its field has the focus. */
  async function command(text: string): Promise<void> {
    await page.keyboard.press('Control+k');
    await page.locator('.palette-input:focus').waitFor();
    await page.keyboard.type(text);
  }

  it('begins with three ways to begin', async () => {
    await page.getByText('No runs yet').waitFor();
    for (const way of ['Train now', 'Watch the demo run', 'New run']) await page.locator('.way', { hasText: way }).waitFor();
    expect(await page.title()).toBe('Runs · Elbow');
  });

  it('keeps the token out of the address', () => {
    expect(page.url()).not.toContain('token');
  });

  it.each([
    [1, /#\/runs/, 'Runs'],
    [2, /#\/train/, 'Train'],
    [3, /#\/replay/, 'Replay'],
    [4, /#\/compare/, 'Compare'],
    [5, /#\/lab/, 'Lab'],
  ] as const)('goes to place %s by Ctrl and its number', async (number, url, title) => {
    await page.keyboard.press(`Control+${number}`);
    await page.waitForURL(url);
    expect(await page.locator('.rail [aria-current=page]').getAttribute('aria-label')).toBe(title);
    await page.locator('header h1').waitFor();
  });

  it('opens the palette, finds a command and runs it; the focus returns', async () => {
    await command('go to runs');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/runs/);
    await command('zzzz');
    await page.getByText('Nothing is called that.').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('shows the keys, and a dialog keeps its keys to itself', async () => {
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Find a command or run').waitFor();
    await page.keyboard.press('n');
    expect(page.url()).toMatch(/#\/runs/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('n');
    await page.waitForSelector('#parameter-steps');
    await page.keyboard.press('Escape');
    await page.waitForURL(/#\/runs/);
  });

  it('follows the system’s theme until one is chosen, and remembers the choice', async () => {
    expect(await theme()).toBe('dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await until(async () => expect(await theme()).toBe('light'));
    await command('theme dark');
    await page.keyboard.press('Enter');
    await until(async () => expect(await theme()).toBe('dark'));
    await page.reload();
    await page.getByText('No runs yet').waitFor();
    expect(await theme()).toBe('dark');
  });

  it('reaches everything in the rail and the header with Tab', async () => {
    await page.reload();
    await page.getByText('No runs yet').waitFor();
    const reached: string[] = [];
    for (let i = 0; i < 14; i++) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(
          () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent?.trim().slice(0, 20) ?? '',
        ),
      );
    }
    expect(reached).toEqual(
      expect.arrayContaining([
        'Skip to the content',
        'Runs',
        'Lab',
        expect.stringContaining('New run'),
        expect.stringContaining('Train now'),
        'Ctrl K commands',
        '? keys',
      ]),
    );
  });

  it('says that nothing can be undone', async () => {
    await page.locator('header h1').click();
    await page.keyboard.press('Control+z');
    await page.getByText('Nothing to undo').waitFor();
  });

  it('refuses an address without its token, in words', async () => {
    const stranger = await elbow.open();
    await stranger.evaluate(() => sessionStorage.clear());
    await stranger.reload();
    await stranger.getByText('This address lacks its token').waitFor();
    await stranger.context().close();
  });

  it.each(themes)('is accessible in the %s theme, with palette and keys open', async (colorScheme) => {
    const other = await elbow.open('', { colorScheme });
    await other.getByText('No runs yet').waitFor();
    await expectAccessible(other);
    await other.keyboard.press('Control+k');
    await other.getByPlaceholder('Type a command').waitFor();
    await expectAccessible(other);
    await other.keyboard.press('Escape');
    await other.getByRole('dialog').waitFor({ state: 'detached' });
    await other.keyboard.press('?');
    await other.getByRole('dialog', { name: 'Keys' }).waitFor();
    await expectAccessible(other);
    await other.context().close();
  });

  it('says when the workstation is gone, and that runs go on', async () => {
    const other = await elbow.open();
    await elbow.endShell();
    await other.getByText(/Connection to the workstation lost\. Runs go on/).waitFor();
    await expectAccessible(other);
  });
});
