// What a person waits for in the window, in a real Chromium against the built application: start to the first of 1,000
// runs, a chart of a million points, the first 3D frame of a stored rollout. `[--json]`
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright-core';
import { defaultsFor, agentDeclarations } from '../src-main/agents/declarations.ts';
import type { RunEnvironment } from '../src-main/contract/runs.ts';
import { openStore } from '../src-main/store/store.ts';
import { taskDeclarations } from '../src-main/tasks/declarations.ts';

const repetitions = 5;
const points = 1_000_000;
const root = path.resolve(import.meta.dirname, '..');
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const data = mkdtempSync(path.join(os.tmpdir(), 'elbow-bench-'));
const say = (line: string): void => void (values.json || console.log(line));
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number;

/** 1,000 runs, one of them with a million points, and the demo run. Returns the ids of the last two. */
function fillStore(): { long: string; demo: string } {
  const store = openStore(data);
  const [agent, task] = [agentDeclarations[0], taskDeclarations[0]];
  if (!agent || !task) throw new Error('nothing is declared');
  const create = (k: number): string =>
    store.runs.create({
      configuration: { task: task.id, agent: agent.id, seed: k, device: 'cpu', threads: 1, hyperparameters: defaultsFor(agent, task) },
      name: `run ${k}`,
    });
  const long = create(0);
  for (let k = 1; k < 999; k += 1) create(k);
  const environment: RunEnvironment = {
    elbowVersion: 'bench',
    gitState: null,
    packages: {},
    node: process.version,
    platform: process.platform,
    cpu: os.cpus()[0]?.model ?? '',
    cpuCount: os.cpus().length,
    gpu: null,
    device: 'cpu',
    threads: 1,
    modelHash: '',
    host: os.hostname(),
  };
  const attempt = store.attempts.open(long, { startStep: 0, environment, pid: process.pid, bootId: 'bench' });
  const writer = store.metrics.writer(long, attempt);
  for (let k = 1; k <= points; k += 1) {
    writer.append(k, { temperature: Math.exp(-k / 3e5) + 0.02 * Math.sin(k / 900) });
    if (k % 10_000 === 0) writer.flush();
  }
  writer.flush();
  store.runs.setState(long, 'stopped');
  store.attempts.close(long, attempt);
  const demoStore = openStore(path.join(root, 'assets/demo'), { readonly: true });
  const demo = store.runs.copyFrom(demoStore, demoStore.runs.list()[0]?.id ?? '', { isDemo: true });
  demoStore.close();
  store.close();
  return { long, demo };
}

interface Opened {
  process: ChildProcess;
  url: string;
  spawnedAt: number;
}
async function startWorkstation(): Promise<Opened> {
  const spawnedAt = performance.now();
  const child = spawn('npm', ['start', '--', '--web', '--no-open', '--data-dir', data], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /http:\/\/127\.0\.0\.1:\d+\/#token=\S+/.exec(output)?.[0];
      if (url) resolve({ process: child, url, spawnedAt });
    });
    child.once('exit', () => reject(new Error(`npm start ended before it printed its address:\n${output}`)));
  });
}
const stop = ({ process: child }: Opened): Promise<unknown> => {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  return ended;
};

/** Milliseconds from changing the hash to the frame after a canvas with pixels stands under the selector. */
const timeToCanvas = (page: Page, hash: string, selector: string): Promise<number> =>
  page.evaluate(
    async ([target, query]) => {
      const start = performance.now();
      location.hash = target as string;
      const isDrawn = (): boolean => {
        const canvas = document.querySelector<HTMLCanvasElement>(query as string);
        const context = canvas?.getContext('2d');
        if (!canvas || !context || canvas.width === 0) return false;
        return context.getImageData(0, 0, canvas.width, canvas.height).data.some((byte) => byte > 0);
      };
      while (!isDrawn()) {
        if (performance.now() - start > 20_000) throw new Error('the chart was not drawn within 20 s');
        await new Promise(requestAnimationFrame);
      }
      return performance.now() - start;
    },
    [hash, selector],
  );

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
try {
  const { long, demo } = fillStore();
  const context = await browser.newContext({ viewport: { width: 1024, height: 700 } });
  const starts: number[] = [];
  const charts: number[] = [];
  const frames: number[] = [];
  await stop(await startWorkstation()); // builds, where that is due
  for (let k = 0; k < repetitions; k += 1) {
    const page = await context.newPage();
    const opened = await startWorkstation();
    await page.goto(opened.url);
    await page
      .getByText(/^run \d+$/)
      .first()
      .waitFor();
    starts.push(performance.now() - opened.spawnedAt);

    await page.goto(`${opened.url.split('#')[0]}#/train/${demo}`);
    await page.locator('.plot canvas').first().waitFor();
    charts.push(await timeToCanvas(page, `#/train/${long}`, '[aria-label^="Temperature"] canvas'));

    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/replay/${demo}`);
    const measured = (): Promise<number[]> =>
      page.evaluate(() => performance.getEntriesByName('elbow:replay-first-frame').map(({ duration }) => duration));
    const until = async (count: number): Promise<number[]> => {
      for (let waited = 0; waited < 20_000; waited += 50) {
        const entries = await measured();
        if (entries.length >= count) return entries;
        await page.waitForTimeout(50);
      }
      throw new Error(`the ${count}. rollout was not drawn within 20 s`);
    };
    await until(1); // warms the worker and the scene
    await page.locator('[role="gridcell"][aria-selected="false"] [data-rollout]').first().click();
    frames.push((await until(2)).at(-1) as number);
    await page.close();
    await stop(opened);
    say(
      `${k + 1} of ${repetitions}: start ${starts.at(-1)?.toFixed(0)} ms, chart ${charts.at(-1)?.toFixed(0)} ms, 3D frame ${frames.at(-1)?.toFixed(0)} ms`,
    );
  }
  const rows = [
    { name: 'npm start to the first of 1,000 runs', milliseconds: Math.round(median(starts)), bound: 2000 },
    { name: 'chart of 1,000,000 points', milliseconds: Math.round(median(charts)), bound: 100 },
    { name: 'first 3D frame of a stored rollout', milliseconds: Math.round(median(frames)), bound: 500 },
  ];
  if (values.json) console.log(JSON.stringify(rows));
  else
    for (const { name, milliseconds, bound } of rows)
      console.log(`${name.padEnd(40)} ${String(milliseconds).padStart(5)} ms  (bound ${bound} ms, median of ${repetitions})`);
} finally {
  await browser.close();
  rmSync(data, { recursive: true, force: true });
}
