// What the browser tests share: the real web shell as its own process, on a data directory of its own, and a
// real Chromium looking at it.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { describe, expect, vi } from 'vitest';
import type { ParameterValues } from '../../src-main/contract/parameters.ts';
import { openStore, processIdentity, type Store } from '../../src-main/store/store.ts';
import { planRuns } from '../../src-main/workstation/plan.ts';
import { findPossibilities } from '../../src-main/workstation/possibilities.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** CHROMIUM_PATH, or where Debian puts it; null where there is none. */
export function findChromium(): string | null {
  return [process.env['CHROMIUM_PATH'], '/usr/bin/chromium'].find((file) => file !== undefined && file !== '' && existsSync(file)) ?? null;
}

const noChromium =
  'No Chromium here, so the browser tests are skipped. Install it (Debian: apt-get install chromium) or name one in CHROMIUM_PATH.';

/** Like describe; skipped with a line where there is no Chromium, which CI does not allow. */
export function describeInBrowser(name: string, tests: () => void): void {
  const isHere = findChromium() !== null;
  if (!isHere && process.env['CI'] === 'true') throw new Error(`${noChromium} In CI they must run.`);
  if (!isHere) console.warn(noChromium);
  describe.skipIf(!isHere)(name, tests);
}

export interface Elbow {
  /** With its token. */
  url: string;
  dataDirectory: string;
  /** Another process's eyes on what is stored. */
  store: Store;
  /** A page in a fresh browser profile, at `hash`. What it logs as an error fails `close`. */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
  /** Ends the shell's process under the pages that are open. */
  endShell(): Promise<void>;
  close(): Promise<void>;
}

/** Starts Elbow's web shell and a browser. @param prepare fills the store before the shell opens it */
export async function startElbow(prepare: (store: Store) => void = () => undefined): Promise<Elbow> {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'elbow-e2e-'));
  const store = openStore(dataDirectory);
  prepare(store);
  const shell = spawn(process.execPath, ['scripts/start.ts', '--web', '--no-open', '--port', '0', '--data-dir', dataDirectory], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ELBOW_TRAINERS: '1' },
  });
  const url = await readAddress(shell);
  const browser: Browser = await chromium.launch({
    executablePath: findChromium() ?? '',
    args: ['--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
  });
  const complaints: string[] = [];
  let isEnded = false;
  const endShell = async (): Promise<void> => {
    isEnded = true;
    shell.kill('SIGTERM');
    await new Promise((resolve) => (shell.exitCode === null ? shell.once('exit', resolve) : resolve(null)));
  };
  return {
    url,
    dataDirectory,
    store,
    async open(hash = '', options = {}) {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', ...options });
      context.setDefaultTimeout(30_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
      page.on('console', (message) => {
        // Each attempt to reconnect to a shell that was ended on purpose.
        if (isEnded && message.text().includes('ERR_CONNECTION_REFUSED')) return;
        // Svelte's warnings in a built page (a stale derived value …) are mistakes of ours.
        if (message.type() === 'error' || message.text().includes('svelte.dev/e/')) complaints.push(message.text());
      });
      await page.goto(url);
      await page.waitForSelector('.rail');
      if (hash !== '') await page.evaluate((next) => void (location.hash = next), hash);
      return page;
    },
    endShell,
    async close() {
      await browser.close();
      await endShell();
      endTrainers(store);
      store.close();
      rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
      expect(complaints).toEqual([]);
    },
  };
}

/** Trainers outlive their shell by design; a test's must not. */
function endTrainers(store: Store): void {
  for (const { run } of store.queue.list()) store.queue.cancel(run);
  for (const { id } of store.runs.list()) {
    const holder = store.attempts.holder(id);
    if (holder !== null && holder.pid !== process.pid) process.kill(holder.pid, 'SIGKILL');
  }
}

function readAddress(shell: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const found = /Elbow is at (\S+)/.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    shell.stdout?.on('data', listen);
    shell.stderr?.on('data', listen);
    shell.once('exit', (code) => reject(new Error(`the web shell ended with ${code}: ${said}`)));
  });
}

export interface StoredRun {
  name: string;
  task?: string;
  agent?: string;
  seed?: number;
  hyperparameters?: ParameterValues;
  /** Mean returns of its evaluations, one every 1,000 steps. */
  returns?: readonly number[];
  state?: 'finished' | 'stopped' | 'failed';
  /** Applied while it ran. */
  edits?: readonly { step: number; changes: ParameterValues }[];
  /** Stores more within its attempt, which is over afterwards. */
  record?: (run: string, attempt: number) => void;
  /** Step of a checkpoint, whose files hold nothing that could be trained from. */
  checkpointAt?: number;
}

/** Stores a run as if it had been trained, without training. @returns its id */
export function storeRun(
  store: Store,
  {
    name,
    task = 'inverted-pendulum',
    agent = 'sac',
    seed = 1,
    hyperparameters = {},
    returns = [10, 20, 40],
    state = 'finished',
    edits = [],
    checkpointAt,
    record,
  }: StoredRun,
): string {
  const steps = Math.max(1, returns.length) * 1000;
  const plan = planRuns(
    { task, agent, hyperparameters: { steps, ...hyperparameters }, seeds: String(seed), device: 'cpu', threads: 1, name },
    findPossibilities(),
  );
  const [configuration] = plan.configurations;
  if (configuration === undefined) throw new Error('one seed gives one configuration');
  return store.transaction(() => {
    const run = store.runs.create({ configuration, name });
    const { pid, bootId } = processIdentity();
    const attempt = store.attempts.open(run, {
      startStep: 0,
      pid,
      bootId,
      environment: {
        elbowVersion: '0.1.0',
        gitState: null,
        packages: {},
        node: process.version,
        platform: process.platform,
        cpu: 'a processor',
        cpuCount: 2,
        gpu: null,
        device: 'cpu',
        threads: 1,
        modelHash: '0'.repeat(64),
        host: 'here',
      },
    });
    const writer = store.metrics.writer(run, attempt);
    returns.forEach((mean, i) => {
      const step = (i + 1) * 1000;
      writer.append(step, { 'evaluation-return': mean, temperature: 1 / (i + 1) });
      store.evaluations.add(run, attempt, {
        step,
        returns: Float64Array.of(mean),
        lengths: Int32Array.of(100),
        policyOnnx: null,
        criticsOnnx: null,
        rollouts: [],
      });
    });
    writer.flush();
    for (const { step, changes } of edits) {
      const values = store.runs.values(run);
      const previous = Object.fromEntries(Object.keys(changes).map((key) => [key, values[key] ?? '']));
      const id = store.edits.request(run, { changes, requester: 'window' });
      store.edits.applied(run, attempt, { step, values: { ...values, ...changes }, edits: [{ id, previous }] });
      store.events.append(run, attempt, { step, kind: 'edit', message: Object.keys(changes).join(', '), requester: 'window' });
    }
    if (checkpointAt !== undefined) {
      const folder = `checkpoints/${checkpointAt}-1`;
      mkdirSync(path.join(store.runs.directory(run), folder), { recursive: true });
      for (const file of ['manifest.json', 'state.bin']) writeFileSync(path.join(store.runs.directory(run), folder, file), '{}');
      store.checkpoints.add(run, attempt, {
        step: checkpointAt,
        path: folder,
        bytes: 30,
        sha256: 'ab'.repeat(32),
        createdAt: Date.now(),
        details: {},
      });
    }
    store.runs.setProgress(run, { environmentSteps: steps, stepsPerSecond: null, etaSeconds: null, activeSeconds: 60 });
    record?.(run, attempt);
    store.attempts.close(run, attempt);
    store.runs.setState(run, state, state === 'failed' ? 'critic loss became NaN at step 3,000' : null);
    return run;
  });
}

/** Forks a stored run from its newest checkpoint, without training. @returns its id */
export function storeFork(store: Store, run: string, name: string): string {
  const checkpoint = store.checkpoints.newest(run);
  if (checkpoint === null) throw new Error('a fork needs a checkpoint');
  return store.runs.fork({ run, checkpoint, files: [], configuration: store.runs.configuration(run), name });
}

/** Waits for what a page or the store will show soon. @param timeout milliseconds; a real training needs more where the machine is busy */
export const until = <T>(check: () => T | Promise<T>, timeout = 30_000): Promise<T> => vi.waitFor(check, { timeout, interval: 100 });

/** Fails with the rules that the page in view breaks (WCAG 2.1 A and AA). */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']).analyze();
  expect(
    violations.map(
      (one) =>
        `${one.id}: ${one.help}\n${one.nodes
          .slice(0, 5)
          .map((node) => `  ${node.html.slice(0, 160)}\n  ${node.failureSummary}`)
          .join('\n')}`,
    ),
  ).toEqual([]);
}

export const themes = ['dark', 'light'] as const;
