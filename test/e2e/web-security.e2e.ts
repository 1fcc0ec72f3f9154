// The built window under the web shell's real headers: MuJoCo and a policy run in their worker, and the page
// itself can neither evaluate a string nor reach anybody else.
import { readdirSync, readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planRuns } from '../../src-main/workstation/plan.ts';
import { findPossibilities } from '../../src-main/workstation/possibilities.ts';
import { describeInBrowser, startElbow, until, type Elbow } from './support.ts';

describeInBrowser('The web shell', () => {
  let elbow: Elbow;
  let run = '';
  let token = '';
  let browser: Browser;
  const runName = 'seen-in-the-browser';

  beforeAll(async () => {
    elbow = await startElbow((store) => {
      // The shell finds it waiting and trains it.
      const hyperparameters = {
        steps: 600,
        hidden: '8,8',
        'batch-size': 8,
        'warm-up': 100,
        'evaluation-every': 300,
        'evaluation-episodes': 3,
      };
      const {
        configurations: [configuration],
      } = planRuns(
        { task: 'inverted-pendulum', agent: 'sac', hyperparameters, seeds: '1', device: 'cpu', threads: 1, name: runName },
        findPossibilities(),
      );
      if (configuration === undefined) throw new Error('one seed gives one configuration');
      run = store.runs.create({ configuration, name: runName });
      store.queue.enqueue(run);
    });
    token = new URL(elbow.url).hash.replace('#token=', '');
    await until(() => expect(elbow.store.runs.summary(run).state).toBe('finished'));
    const page = await elbow.open();
    const opened = page.context().browser();
    await page.context().close();
    if (opened === null) throw new Error('the browser is gone');
    browser = opened;
  });
  afterAll(() => elbow.close());

  /** A page in a profile of its own, whose complaints are what the test wants to see. */
  async function openElsewhere(address = elbow.url): Promise<Page> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(address);
    return page;
  }

  it('takes the token out of the address and keeps it over a reload', async () => {
    const page = await elbow.open();
    await page.getByText(runName).first().waitFor();
    expect(page.url()).not.toContain(token);
    await page.reload();
    await page.getByText(runName).first().waitFor();
    expect(page.url()).not.toContain(token);
    await page.context().close();
  });

  it('shows nothing to a page without the token, and says what to do', async () => {
    const page = await openElsewhere(elbow.url.replace(/#.*/, ''));
    await page
      .getByText(/Open the address that Elbow printed/)
      .first()
      .waitFor();
    expect(await page.getByText(runName).count()).toBe(0);
    await page.context().close();
  });

  it.runIf(process.platform === 'linux')('keeps the token out of every argument list and every file of the run', () => {
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      expect(readIfThere(`/proc/${entry}/cmdline`)).not.toContain(token);
    }
    expect(readFileSync(`${elbow.store.runs.directory(run)}/log.txt`, 'utf8')).not.toContain(token);
  });

  it('runs MuJoCo and the policy in the one worker that may evaluate strings', async () => {
    const page = await elbow.open();
    await page.getByText(runName).first().waitFor();
    const policies = new Map<string, string>();
    page.on('response', (response) => policies.set(new URL(response.url()).pathname, response.headers()['content-security-policy'] ?? ''));
    await page.evaluate((hash) => void (location.hash = hash), `#/train/${run}`);
    // The policy is named once it is loaded, and the step counts only while physics runs.
    await page
      .getByText(/snapshot 600/)
      .first()
      .waitFor();
    await page
      .getByText(/step [1-9][\d,]* \/ 1,000/)
      .first()
      .waitFor();
    const relaxed = [...policies].filter(([, policy]) => policy.includes("'unsafe-eval'")).map(([name]) => name);
    expect(relaxed).toEqual([expect.stringMatching(/^\/assets\/scene-worker-[\w-]+\.js$/)]);
    expect([...policies.values()].every((policy) => policy !== '')).toBe(true);
    await page.context().close();
  });

  it.each<[string, () => unknown, string]>([
    ['evaluate a string', () => new Function('return 1')(), 'script-src'],
    ['evaluate another way', () => (0, eval)('1'), 'script-src'],
    ['fetch from elsewhere', () => fetch('http://127.0.0.1:9/', { mode: 'no-cors' }), 'connect-src'],
    [
      'open a socket to another port',
      () =>
        new Promise((resolve, reject) => {
          const socket = new WebSocket('ws://127.0.0.1:9/');
          socket.onopen = resolve;
          socket.onerror = reject;
        }),
      'connect-src',
    ],
    [
      'run a script of its own making',
      () => {
        const script = document.createElement('script');
        script.textContent = 'document.title = "was run"';
        document.body.append(script);
        if (document.title !== 'was run') throw new Error('was not run');
      },
      'script-src-elem',
    ],
    [
      'start a worker from a blob',
      () =>
        new Promise((resolve, reject) => {
          const worker = new Worker(URL.createObjectURL(new Blob(['postMessage(1)'])));
          worker.onmessage = resolve;
          worker.onerror = reject;
        }),
      'worker-src',
    ],
  ])('has a page that cannot %s', async (_name, act, directive) => {
    const page = await openElsewhere();
    // The policy does not bind what a debugger evaluates, but what the page's own timer calls afterwards.
    await page.evaluate(`window.act = ${act.toString()}`);
    const outcome = await page.evaluate(
      () =>
        new Promise<{ end: string; directive: string }>((resolve) => {
          let violated = '';
          addEventListener('securitypolicyviolation', ({ effectiveDirective }) => (violated = effectiveDirective));
          const finish = (end: string): void => void setTimeout(() => resolve({ end, directive: violated }), 100);
          setTimeout(() => {
            const { act: call } = window as unknown as { act: () => unknown };
            new Promise((settle) => settle(call())).then(
              () => finish('done'),
              () => finish('refused'),
            );
          }, 10);
        }),
    );
    expect(outcome).toEqual({ end: 'refused', directive });
    await page.context().close();
  });

  it('has a page that no frame shows, not even its own', async () => {
    const page = await openElsewhere();
    const title = await page.evaluate(
      () =>
        new Promise((resolve) => {
          const frame = document.createElement('iframe');
          frame.src = location.href;
          frame.onload = () => resolve(frame.contentDocument?.title ?? null);
          document.body.append(frame);
        }),
    );
    expect(title).toBeNull();
    await page.context().close();
  });
});

/** Processes end while they are looked at. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
