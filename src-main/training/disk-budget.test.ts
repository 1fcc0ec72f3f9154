// A trainer keeps within its run's budget, and what is said before the start holds.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeDiskPlan, describeDiskUse, planDisk } from '../contract/disk-plan.ts';
import type { ParameterValues } from '../contract/parameters.ts';
import { rowWidthOf } from '../contract/replay-memory.ts';
import { openStore, type Store } from '../store/store.ts';
import { taskDeclarations } from '../tasks/declarations.ts';
import { keptCheckpoints } from './checkpoint/checkpointer.ts';
import { smallRun, trainHere } from './test-run.ts';

let directory = '';
let store: Store;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'elbow-budget-'));
  store = openStore(directory);
});
afterAll(() => {
  store.close();
  rmSync(directory, { recursive: true, force: true });
});

const task = taskDeclarations.find(({ id }) => id === 'inverted-pendulum');
if (!task) throw new Error('inverted-pendulum is a task');

/** Six evaluations with networks whose models take 0.8 MB each. */
const settings: ParameterValues = { hidden: [256, 256], steps: 300, 'warm-up': 250, 'evaluation-every': 50 };

async function train(changes: ParameterValues, hasBudget = true): Promise<{ run: string; log: string[] }> {
  const configuration = smallRun({ ...settings, ...changes });
  if (!hasBudget) delete configuration.hyperparameters['disk-budget'];
  const run = store.runs.create({ configuration, name: 'a run' });
  const { outcome, log } = await trainHere(store, run);
  expect(outcome).toBe('finished');
  return { run, log };
}

describe('a budget of 1 MB', () => {
  it('is kept to, with all returns, and the best and the newest whole; the log and the run say what was given up', async () => {
    const { run, log } = await train({ 'disk-budget': 1 });
    const detail = store.runs.get(run);
    expect(detail.evaluations.map(({ step }) => step)).toEqual([50, 100, 150, 200, 250, 300]);
    expect(detail.evaluations.every(({ returns }) => returns.length === 3)).toBe(true);
    const whole = detail.evaluations.filter(({ hasPolicy, rollouts }) => hasPolicy && rollouts.every(({ isKept }) => isKept));
    const best = Math.max(...detail.evaluations.map(({ meanReturn }) => meanReturn));
    expect(whole.map(({ step }) => step)).toEqual(expect.arrayContaining([300]));
    expect(whole.some(({ meanReturn }) => meanReturn === best)).toBe(true);
    expect(detail.evaluations.some(({ hasPolicy }) => !hasPolicy)).toBe(true);
    expect(log.join('\n')).toMatch(/of earlier evaluations given up \(\d+ rollouts, \d+ policies\), to keep within disk-budget/);
    expect(describeDiskUse(detail)).toMatch(/in the database, of a budget of 1 MB; .* in files/);
  }, 60_000);

  it('is none of a run that an earlier Elbow stored: nothing of it is thinned unasked', async () => {
    const { run } = await train({}, false);
    const detail = store.runs.get(run);
    expect(detail.budgetBytes).toBeNull();
    expect(detail.evaluations.every(({ hasPolicy, rollouts }) => hasPolicy && rollouts.every(({ isKept }) => isKept))).toBe(true);
    expect(describeDiskUse(detail)).toContain('without a budget');
    // And what is said before the start holds.
    const plan = planDisk(task, { ...smallRun(settings).hyperparameters });
    const files = detail.diskBytes - detail.rowBytes;
    expect(plan?.recordings).toBeGreaterThan(detail.rowBytes * 0.8);
    expect(plan?.recordings).toBeLessThan(detail.rowBytes * 2);
    // Two checkpoints may be kept, and only one was written.
    expect(plan?.checkpoints).toBeGreaterThan(files);
    expect(plan?.checkpoints).toBeLessThan(files * 2.5);
  }, 60_000);
});

describe('what is said before the start', () => {
  it('counts rows of the replay buffer as the buffer does, and the checkpoints that are kept', () => {
    expect(keptCheckpoints).toBe(2);
    for (const one of taskDeclarations) {
      const rowWidth = rowWidthOf({
        observationSize: one.observation.length,
        actionSize: one.action.length,
        goalSize: one.goal?.dimensions.length ?? 0,
      });
      const planOf = (steps: number): number => planDisk(one, { ...smallRun().hyperparameters, steps })?.checkpoints ?? NaN;
      expect(planOf(20_000) - planOf(10_000), one.id).toBe(10_000 * rowWidth * 4);
    }
  });

  it('says the budget where it binds, and nothing where a value is missing', () => {
    const cheetah = taskDeclarations.find(({ id }) => id === 'half-cheetah');
    if (!cheetah) throw new Error('half-cheetah is a task');
    const values = { ...smallRun().hyperparameters, hidden: [256, 256], steps: 1e6, 'evaluation-every': 5000, 'evaluation-episodes': 10 };
    const plan = planDisk(cheetah, values);
    expect(plan?.recordings).toBe(100e6);
    expect(plan && describeDiskPlan(plan)).toMatch(
      /^at most about 27\d MB on disk: rollouts, policies and curves 100 MB \(kept to that by thinning; all of them would take 2\d\d MB\), checkpoints 17\d MB$/,
    );
    expect(planDisk(cheetah, { steps: 10 })).toBeNull();
  });
});
