// A trainer that is there and does not respond: Runs and Train say so, and Train ends its process, and no other.
import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { processIdentity } from '../../src-main/store/store.ts';
import { describeEnvironment } from '../../src-main/training/environment.ts';
import { smallRun } from '../../src-main/training/test-run.ts';
import { describeInBrowser, expectAccessible, startElbow, until, type Elbow } from './support.ts';

describeInBrowser('a trainer that does not respond', () => {
  let elbow: Elbow;
  let page: Page;
  let run = '';
  let silent: ChildProcess;
  beforeAll(async () => {
    // A process that holds the run and never says anything, not even to SIGTERM.
    silent = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); process.stdout.write('here')"]);
    await new Promise((resolve) => silent.stdout?.once('data', resolve));
    elbow = await startElbow((store) => {
      run = store.runs.create({ configuration: smallRun({ steps: 100_000 }), name: 'sleeper' });
      store.attempts.open(run, { startStep: 0, environment: describeEnvironment(smallRun(), ''), ...processIdentity(silent.pid) });
      const database = new Database(path.join(store.dataDirectory, 'elbow.sqlite'));
      database.exec('UPDATE attempts SET heartbeat_uptime = heartbeat_uptime - 40');
      database.close();
    });
    page = await elbow.open('#/runs');
  });
  afterAll(async () => {
    silent.kill('SIGKILL');
    await elbow.close();
  });

  it('is said to be silent in Runs, for how long', async () => {
    await page
      .locator(`#row-${run}`)
      .getByText(/^silent 4\d s$/)
      .waitFor();
    await expectAccessible(page);
  });

  it('is ended from Train after a question, and its run can be continued', async () => {
    await page.evaluate((id) => void (location.hash = `#/train/${id}`), run);
    await page.getByText(/Its trainer has not responded for (4|5)\d s\./).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'End its process…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Stop sleeper?' });
    await dialog.getByText(/so that it may never come to stop by itself/).waitFor();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'End its process' }).click();
    await page.getByText('This run was interrupted.').waitFor();
    await until(() => expect(silent.signalCode).toBe('SIGKILL'), 10_000);
    expect(elbow.store.runs.summary(run)).toMatchObject({
      state: 'interrupted',
      silentSeconds: null,
      stateReason: expect.stringMatching(/was ended with SIGKILL by window at about step 0/) as string,
    });
  });
});
