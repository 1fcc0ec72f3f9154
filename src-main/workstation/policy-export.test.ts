// Exports of stored policies through the service; what the file holds is tested with the command line's.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Message } from '../engine/onnx/protobuf-reader.ts';
import { makePolicyBench, type PolicyBench } from '../training/policy-testing.ts';
import { createWorkstation, type WorkstationService } from './workstation.ts';

let bench: PolicyBench;
let workstation: WorkstationService;
beforeAll(async () => {
  bench = await makePolicyBench();
  workstation = createWorkstation({ dataDirectory: bench.store.dataDirectory });
});
afterAll(async () => {
  await workstation.close();
  bench.close();
});

describe('an export', () => {
  it('is the policy of the step, with what it is', async () => {
    const before = bench.store.runs.get(bench.run);
    const { step, onnx } = await workstation.call('policies.export', { run: bench.run, step: 100 });
    expect(step).toBe(100);
    const metadata = Object.fromEntries(new Message(onnx).messages(14).map((entry) => [entry.text(1), entry.text(2)]));
    expect(metadata).toMatchObject({
      'elbow.run': bench.run,
      'elbow.step': '100',
      'elbow.task': 'reacher',
      'elbow.task-options': '{"time-limit":20}',
    });
    expect(bench.store.runs.get(bench.run)).toEqual(before);
  });

  it.each<[string, () => { run: string; step: number | null }, string, RegExp]>([
    ['a run that is not there', () => ({ run: 'nobody', step: null }), 'not-found', /no run/i],
    ['a run that keeps no policy', () => ({ run: bench.without, step: null }), 'not-found', /has no policy snapshot yet/],
    [
      'a step without a policy',
      () => ({ run: bench.run, step: 150 }),
      'not-found',
      /keeps no policy at step 150\. The nearest steps that have one: 100, 200/,
    ],
    ['a negative step', () => ({ run: bench.run, step: -1 }), 'invalid-request', /at least 0/],
    [
      'a damaged policy',
      () => ({ run: bench.run, step: 200 }),
      'failed',
      /The export ended early \(exit code 1\); the run is as it was\. \S/,
    ],
  ])('of %s is refused', async (_, wishes, code, words) => {
    await expect(workstation.call('policies.export', wishes())).rejects.toMatchObject({
      code,
      message: expect.stringMatching(words) as string,
    });
  });

  it('waits for others: two at once, and then again', async () => {
    const answers = await Promise.allSettled([1, 2, 3].map(() => workstation.call('policies.export', { run: bench.run, step: 100 })));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(answers[2]).toMatchObject({ reason: { code: 'conflict', message: '2 exports go on already. Ask again in a moment.' } });
    await expect(workstation.call('policies.export', { run: bench.run, step: 100 })).resolves.toMatchObject({ step: 100 });
  });
});
