// What a run of an earlier Elbow did not know of has the value that says what it did.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../store/store.ts';
import { importDemo } from './demo.ts';
import { findPossibilities } from './possibilities.ts';
import { completed } from './run-values.ts';

it('completes the settings of a run that was stored before there were priors', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-run-values-'));
  const store = openStore(path.join(folder, 'data'));
  try {
    const stored = store.runs.get(importDemo(store));
    expect(stored.values['prior']).toBeUndefined();
    const { values, configuration } = completed(stored, findPossibilities());
    expect(values).toMatchObject({ ...stored.values, prior: 'uniform', 'actor-paused': false });
    expect(configuration.hyperparameters).toEqual(values);
    expect(completed({ ...stored, agent: 'of another age' }, findPossibilities()).values).toEqual(stored.values);
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

it('shows what a published VIREL did before the order of its steps was a setting', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-run-values-'));
  const store = openStore(path.join(folder, 'data'));
  try {
    const demo = store.runs.get(importDemo(store));
    const hyperparameters = { steps: 100, 'critic-form': 'single' };
    const stored = {
      ...demo,
      agent: 'virel-published',
      configuration: { ...demo.configuration, hyperparameters },
      values: hyperparameters,
    };
    const { values } = completed(stored, findPossibilities());
    expect(values).toMatchObject({ 'actor-sees': 'former', 'adam-epsilon-form': 'plain', prior: 'uniform' });
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
