// Exported policies against Python's ONNX Runtime: test/reference/export-policy/, whose README says how it ran.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeReferencePolicy, type ReferencePolicy } from '../../../test/reference/export-policy/parameters.ts';
import type { NamedArrays } from '../program.ts';
import { largestDifference, openFile, runtimes } from './testing.ts';

const folder = new URL('../../../test/reference/export-policy/', import.meta.url);
const outputNames = ['mean-action', 'mean', 'sigma', 'sampled-action', 'mean-control', 'sampled-control'];
type Results = { rows: number; versions: Record<string, string> } & Record<string, number[]>;

describe.each(['sac', 'td3'] as const)('%s', (id) => {
  const { rows, versions, ...python } = JSON.parse(readFileSync(new URL(`${id}.json`, folder), 'utf8')) as Results;
  const inputs: NamedArrays = {
    observation: Float32Array.from(python['observation'] ?? []),
    noise: Float32Array.from(python['noise'] ?? []),
  };
  const stored = readFileSync(new URL(`${id}.onnx`, folder));
  let ours: ReferencePolicy;
  beforeAll(async () => {
    ours = await makeReferencePolicy(id);
  });
  afterAll(() => ours.engine.dispose());

  it('was made by the versions that requirements.txt names', () => {
    const required = readFileSync(new URL('requirements.txt', folder), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('=='));
    expect(versions).toEqual(Object.fromEntries(required));
    expect(rows).toBe(16);
  });

  it.each(
    runtimes.flatMap(
      (runtime) =>
        [
          [runtime, 'the stored file'],
          [runtime, 'a fresh export'],
        ] as const,
    ),
  )('%s gives for %s what Python does, to 1e-5', async (runtime, which) => {
    const file = await openFile(runtime, which === 'the stored file' ? stored : ours.exported);
    const outputs = await file.run(rows, inputs);
    await file.close();
    expect(Object.keys(outputs).toSorted()).toEqual(outputNames.toSorted());
    for (const name of outputNames)
      expect(largestDifference(outputs[name] as Float32Array, python[name] as number[]), name).toBeLessThanOrEqual(1e-5);
  });

  it('the trainer’s own programs give what Python does, to 1e-5', async () => {
    const { agent, engine, sizes, values } = ours;
    const { exploration = [] } = agent.act.signature.noise;
    expect(exploration).toEqual([1, sizes.action]);
    const allControls = agent.controls(values, 0);
    const controls = Object.fromEntries(Object.keys(agent.act.signature.controls).map((name) => [name, allControls[name] as Float32Array]));
    const act = await engine.compile(agent.act);
    const policy = await engine.compile(agent.policy(1));
    const got: Record<string, number[]> = { 'sampled-action': [], 'mean-action': [], mean: [], sigma: [] };
    for (let row = 0; row < rows; row += 1) {
      const batch = { observation: (inputs['observation'] as Float32Array).slice(row * sizes.observation, (row + 1) * sizes.observation) };
      const noise = { exploration: (inputs['noise'] as Float32Array).slice(row * sizes.action, (row + 1) * sizes.action) };
      got['sampled-action']?.push(...((await act.run({ batch, noise, controls }))['action'] as Float32Array));
      const distribution = await policy.run({ batch, noise: {}, controls: {} });
      for (const name of ['mean-action', 'mean', 'sigma']) got[name]?.push(...(distribution[name] as Float32Array));
    }
    for (const [name, numbers] of Object.entries(got))
      expect(largestDifference(numbers, python[name] as number[]), name).toBeLessThanOrEqual(1e-5);
  });
});
