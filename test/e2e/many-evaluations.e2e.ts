// Train with thousands of evaluations and several new ones a second: the page answers keys, sends and draws only what is new.
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processIdentity } from '../../src-main/store/store.ts';
import { describeInBrowser, startElbow, storeRun, until, type Elbow } from './support.ts';

const stored = 2500;

describeInBrowser('A run with thousands of evaluations', () => {
  let elbow: Elbow;
  let page: Page;
  let run: string;
  let feed: { stop(): number };
  beforeAll(async () => {
    elbow = await startElbow((store) => {
      run = storeRun(store, {
        name: 'often-evaluated',
        returns: Array.from({ length: stored }, (_, i) => Math.sqrt(i)),
        hyperparameters: { steps: 3_000_000 },
        state: 'stopped',
      });
    });
    feed = evaluate();
    page = await elbow.open();
    // A window that takes itself to be in the background: its robot stands still, so that the page's own work is what is measured.
    await page.evaluate((id) => {
      Object.defineProperty(document, 'hidden', { value: true });
      location.hash = `#/train/${id}`;
    }, run);
    await page.getByRole('img', { name: /^Return\. .*evaluation: / }).waitFor();
  });
  afterAll(() => elbow.close());

  /** Goes on with the run as its trainer would: ten evaluations a second. `stop` gives how many there are. */
  function evaluate(): { stop(): number } {
    const { store } = elbow;
    const [first] = store.attempts.list(run);
    if (!first?.environment) throw new Error('the first attempt has an environment');
    let count = stored;
    const attempt = store.attempts.open(run, { startStep: count * 1000, environment: first.environment, ...processIdentity() });
    const writer = store.metrics.writer(run, attempt);
    const timer = setInterval(() => {
      count += 1;
      const step = stored * 1000 + (count - stored) * 300;
      store.transaction(() => {
        writer.append(step, { 'evaluation-return': Math.sqrt(count), temperature: 1 / count });
        writer.flush();
        store.evaluations.add(run, attempt, {
          step,
          returns: Float64Array.of(1),
          lengths: Int32Array.of(100),
          policyOnnx: null,
          criticsOnnx: null,
          rollouts: [],
        });
        store.runs.setProgress(run, { environmentSteps: step, stepsPerSecond: 3000, etaSeconds: 100, activeSeconds: 60 });
      });
    }, 100);
    return {
      stop() {
        clearInterval(timer);
        store.attempts.close(run, attempt);
        store.runs.setState(run, 'stopped');
        return count;
      },
    };
  }

  const marks = () => page.locator('.line .evaluation');
  const told = async (): Promise<number> =>
    Number(/(\d+) evaluations/.exec((await page.locator('.timeline .line').getAttribute('aria-label')) ?? '')?.[1]);

  it('marks evaluations over all of its steps, in bounded number', async () => {
    await until(async () => expect(await marks().count()).toBeGreaterThan(150));
    expect(await marks().count()).toBeLessThanOrEqual(201);
    const first = await marks()
      .first()
      .evaluate((mark) => parseFloat((mark as HTMLElement).style.left));
    expect(first).toBeLessThan(2);
  });

  it('answers keys while evaluations come, receives only what is new and builds no chart anew', async () => {
    const network = await page.context().newCDPSession(page);
    let received = 0;
    network.on('Network.webSocketFrameReceived', ({ response }) => (received += response.payloadData.length));
    await network.send('Network.enable');
    await page.evaluate(() => {
      const seen = { answers: [] as number[], canvases: 0 };
      Object.assign(window, { seen });
      // From the key to the end of what it set off: waiting for the page is counted.
      addEventListener('keydown', (event) => setTimeout(() => seen.answers.push(performance.now() - event.timeStamp)), { capture: true });
      new MutationObserver((changes) => {
        for (const { addedNodes } of changes)
          for (const node of addedNodes)
            if (node instanceof Element && (node.matches('canvas') || node.querySelector('canvas'))) seen.canvases += 1;
      }).observe(document.body, { childList: true, subtree: true });
    });
    const before = await told();
    const begun = performance.now();
    for (let press = 0; press < 40; press += 1) {
      await page.keyboard.press(press % 2 === 0 ? ',' : '.');
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    const seconds = (performance.now() - begun) / 1000;
    await until(async () => expect(await told()).toBeGreaterThan(before + 10));
    const { answers, canvases } = await page.evaluate(() => (window as unknown as { seen: { answers: number[]; canvases: number } }).seen);
    const sorted = answers.toSorted((a, b) => a - b);
    const kilobytes = received / 1000 / seconds;
    console.log(
      `With ${await told()} evaluations: keys answered in ${sorted[20]?.toFixed(0)} ms (median of ${answers.length}; longest ${sorted.at(-1)?.toFixed(0)} ms), ${kilobytes.toFixed(0)} kB received a second`,
    );
    expect(answers).toHaveLength(40);
    expect(sorted[20]).toBeLessThan(100);
    expect(canvases).toBe(0);
    // Curves of 700 points and 50 evaluations at most once a second; all evaluations would be 400 kB and more.
    expect(kilobytes).toBeLessThan(250);
  });

  it('knows all of them in the end', async () => {
    const count = feed.stop();
    await until(async () => expect(await told()).toBe(count));
    expect(await marks().count()).toBeLessThanOrEqual(201);
  });
});
