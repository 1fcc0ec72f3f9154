// The built window under the web shell's real headers: MuJoCo and a policy run in their worker, and the page
// itself can neither evaluate a string nor talk to anybody else.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ensureBuilt, parts } from '../../scripts/build.ts';
import { startWebShell, type WebShell } from '../../src-main/shells/web/start.ts';
import { createWorkstation } from '../../src-main/workstation/workstation.ts';
import { hasChromium, openChromium } from '../support/browser.ts';

describe.skipIf(!hasChromium())('the built window', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-e2e-'));
  let shell: WebShell;
  let browser: Browser;
  let run = '';
  const complaints: string[] = [];

  beforeAll(async () => {
    await ensureBuilt(parts.renderer, () => undefined);
    run = await trainShortly(folder);
    shell = await startWebShell({ dataDirectory: folder, port: 0, open: false });
    browser = await openChromium();
  });
  afterEach(() => complaints.splice(0));
  afterAll(async () => {
    await browser.close();
    await shell.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function openPage(address = shell.url): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    page.on('pageerror', (error) => void complaints.push(String(error)));
    await page.goto(address);
    return page;
  }

  it('takes its token out of the address and keeps it over a reload', async () => {
    const page = await openPage();
    await page.getByText('seen-in-the-browser').first().waitFor();
    expect(page.url()).not.toContain('token');
    expect(await page.evaluate('performance.getEntries().map(({ name }) => name).join()')).not.toContain(shell.url.split('token=')[1]);
    await page.reload();
    await page.getByText('seen-in-the-browser').first().waitFor();
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('shows nothing without the token, and says what to do', async () => {
    const page = await openPage(shell.url.replace(/#.*/, ''));
    await page.getByText(/Open the address that Elbow printed/).first().waitFor();
    expect(await page.getByText('seen-in-the-browser').count()).toBe(0);
    await page.context().close();
  });

  it('runs MuJoCo and the policy in the worker that alone may evaluate strings', async () => {
    const page = await openPage();
    await page.getByText('seen-in-the-browser').first().waitFor();
    const responses = new Map<string, string>();
    page.on('response', (response) => responses.set(new URL(response.url()).pathname, response.headers()['content-security-policy'] ?? ''));
    await page.evaluate(`location.hash = '#/train/${run}'`);
    // The step counts only while physics runs, and this run's policy is named once it is loaded.
    await page.getByText(/snapshot 600/).first().waitFor({ timeout: 60_000 });
    await page.getByText(/step [1-9][\d,]* \/ 1,000/).first().waitFor({ timeout: 60_000 });
    const relaxed = [...responses].filter(([, policy]) => policy.includes("'unsafe-eval'")).map(([name]) => name);
    expect(relaxed).toEqual([expect.stringMatching(/^\/assets\/scene-worker-[\w-]+\.js$/)]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each<[string, () => unknown]>([
    ['evaluate a string', () => new Function('return 1')()],
    ['evaluate another way', () => (0, eval)('1')],
    ['fetch from elsewhere', () => fetch('http://127.0.0.1:9/', { mode: 'no-cors' })],
    ['run a script of its own making', () => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "was run"';
      document.body.append(script);
      if (document.title !== 'was run') throw new Error('was not run');
    }],
    ['start a worker from a blob', () => new Promise((resolve, reject) => {
      const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
      worker.onmessage = resolve;
      worker.onerror = () => reject(new Error('was not started'));
    })],
    ['show itself in a frame', () => new Promise((resolve, reject) => {
      const frame = document.createElement('iframe');
      frame.src = location.href;
      frame.onload = () => (frame.contentDocument?.title ? resolve(1) : reject(new Error('was not shown')));
      document.body.append(frame);
    })],
  ])('cannot %s', async (_name, act) => {
    const page = await openPage();
    // What a debugger evaluates is let past the policy at first; what a timer calls later is not. The function is
    // put on the window by the debugger, and called by the page.
    await page.evaluate(`window.act = ${act.toString()}`);
    const violations = page.evaluate(
      () => new Promise<string>((resolve) => addEventListener('securitypolicyviolation', ({ effectiveDirective }) => resolve(effectiveDirective), { once: true })),
    );
    const result = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          setTimeout(() => {
            const { act: call } = window as unknown as { act: () => unknown };
            new Promise((done) => done(call())).then(() => resolve('done'), () => resolve('refused'));
          }, 10);
        }),
    );
    expect(result).toBe('refused');
    expect(await violations).toMatch(/^(script-src|script-src-elem|connect-src|worker-src|frame-ancestors|frame-src|default-src)/);
    await page.context().close();
  });
});

/** A finished run with a policy, made by a real trainer. */
async function trainShortly(dataDirectory: string): Promise<string> {
  const workstation = createWorkstation({ dataDirectory });
  const { runs: [run = ''] } = await workstation.call('runs.create', {
    task: 'inverted-pendulum', agent: 'sac', seeds: '1', device: 'cpu', threads: 1, name: 'seen-in-the-browser',
    hyperparameters: { steps: 600, hidden: '8,8', 'batch-size': 8, 'warm-up': 100, 'evaluation-every': 300, 'evaluation-episodes': 3 },
  });
  await vi.waitFor(async () => expect((await workstation.call('runs.get', { run })).state).toBe('finished'), { timeout: 60_000, interval: 100 });
  await workstation.close();
  return run;
}
