// Runs that were stored before a setting was there go on with what they did.
import { describe, expect, it } from 'vitest';
import type { ParameterValues } from '../contract/parameters.ts';
import type { RunConfiguration } from '../contract/runs.ts';
import { prepareRun } from './prepare.ts';
import { hashState } from './state-hash.ts';
import { smallRun } from './test-run.ts';

const newer = ['actor-sees', 'adam-epsilon-form'];

/** The configuration of such a run: `newer` are not in it. */
function olderRun(agent: string, values: ParameterValues = {}): RunConfiguration {
  const { hyperparameters, ...rest } = smallRun({ 'residual-samples': 20, ...values }, 1, agent);
  return { ...rest, hyperparameters: Object.fromEntries(Object.entries(hyperparameters).filter(([name]) => !newer.includes(name))) };
}

/** What it goes on with, and its state after 40 steps, 20 of them with an update. */
async function goOn(configuration: RunConfiguration): Promise<{ values: ParameterValues; hash: string }> {
  const prepared = await prepareRun(configuration);
  try {
    for (let step = 0; step < 40; step += 1) await prepared.loop.step({ metrics: () => {}, warning: () => {} });
    return { values: prepared.configuration.hyperparameters, hash: hashState((await prepared.loop.save()).engine) };
  } finally {
    await prepared.dispose();
  }
}

describe('a run that was stored before there were actor-sees and adam-epsilon-form', () => {
  it.each<[string, ParameterValues, ParameterValues]>([
    ['virel-published', {}, { 'actor-sees': 'former', 'adam-epsilon-form': 'plain' }],
    ['virel-fixed', {}, { 'actor-sees': 'former', 'adam-epsilon-form': 'plain' }],
    ['virel', {}, { 'actor-sees': 'updated', 'adam-epsilon-form': 'plain' }],
    ['virel', { 'critic-form': 'single' }, { 'actor-sees': 'former', 'adam-epsilon-form': 'plain' }],
    ['sac-v1', {}, { 'adam-epsilon-form': 'plain' }],
    ['sac', {}, { 'adam-epsilon-form': 'plain' }],
  ])('of %s with %j goes on with %j', async (agent, given, did) => {
    const stored = olderRun(agent, { 'warm-up': 20, ...given });
    const older = await goOn(stored);
    expect(older.values).toEqual({ ...stored.hyperparameters, ...did });
    expect((await goOn({ ...stored, hyperparameters: older.values })).hash).toBe(older.hash);
  });

  it('does another thing than a new one', async () => {
    const stored = olderRun('virel-published', { 'warm-up': 20 });
    const anew: ParameterValues = { 'actor-sees': 'released', 'adam-epsilon-form': 'before-correction' };
    const older = await goOn(stored);
    for (const name of newer) {
      const changed = { ...older.values, [name]: anew[name] ?? '' };
      expect((await goOn({ ...stored, hyperparameters: changed })).hash, name).not.toBe(older.hash);
    }
  });
});
