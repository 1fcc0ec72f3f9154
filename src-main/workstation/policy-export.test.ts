// Exports of stored policies through the service; what the file holds is tested with the command line's.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Message } from '../engine/onnx/protobuf-reader.ts';
import { openStore, type Store } from '../store/store.ts';
import { makePolicy, storeRunWithPolicies } from '../training/policy-testing.ts';
import { createWorkstation, type WorkstationService } from './workstation.ts';

let folder = '';
let store: Store;
let workstation: WorkstationService;
let run = '';
let without = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-policy-export-'));
  store = openStore(folder);
  run = storeRunWithPolicies(store, 'reacher', { 100: await makePolicy(), 200: Uint8Array.of(1, 2, 3) });
  without = storeRunWithPolicies(store, 'half-cheetah', { 100: null });
  workstation = createWorkstation({ dataDirectory: folder });
});
afterAll(async () => {
  await workstation.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('an export', () => {
  it('is the policy of the step, with what it is', async () => {
    const before = store.runs.get(run);
    const { step, onnx } = await workstation.call('policies.export', { run, step: 100 });
    expect(step).toBe(100);
    const metadata = Object.fromEntries(new Message(onnx).messages(14).map((entry) => [entry.text(1), entry.text(2)]));
    expect(metadata).toMatchObject({ 'elbow.run': run, 'elbow.step': '100', 'elbow.task': 'reacher', 'elbow.task-options': '{"time-limit":20}' });
    expect(store.runs.get(run)).toEqual(before);
  });

  it.each<[string, () => { run: string; step: number | null }, string, RegExp]>([
    ['a run that is not there', () => ({ run: 'nobody', step: null }), 'not-found', /no run/i],
    ['a run that keeps no policy', () => ({ run: without, step: null }), 'not-found', /has no policy snapshot yet/],
    ['a step without a policy', () => ({ run, step: 150 }), 'not-found', /keeps no policy at step 150\. The newest steps that have one: 200, 100/],
    ['a negative step', () => ({ run, step: -1 }), 'invalid-request', /at least 0/],
    ['a damaged policy', () => ({ run, step: 200 }), 'failed', /The export ended early \(exit code 1\); the run is as it was\. \S/],
  ])('of %s is refused', async (_, wishes, code, words) => {
    await expect(workstation.call('policies.export', wishes())).rejects.toMatchObject({ code, message: expect.stringMatching(words) as string });
  });

  it('waits for others: two at once, and then again', async () => {
    const answers = await Promise.allSettled([1, 2, 3].map(() => workstation.call('policies.export', { run, step: 100 })));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(answers[2]).toMatchObject({ reason: { code: 'conflict', message: '2 exports go on already. Ask again in a moment.' } });
    await expect(workstation.call('policies.export', { run, step: 100 })).resolves.toMatchObject({ step: 100 });
  });
});
