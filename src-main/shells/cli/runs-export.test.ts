// `runs export-policy` and `runs evaluate` on stored policies, whole and damaged, through the real command line.
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ParameterValues } from '../../contract/parameters.ts';
import { writeOnnxFile } from '../../engine/onnx/file.ts';
import { Message } from '../../engine/onnx/protobuf-reader.ts';
import { openFile } from '../../engine/onnx/testing.ts';
import { createStream } from '../../random/stream.ts';
import { openStore, processIdentity, type Store } from '../../store/store.ts';
import { environment } from '../../store/testing/temporary-store.ts';
import { findTaskDeclaration } from '../../tasks/declarations.ts';
import { makePolicy, smallValues } from '../../training/policy-testing.ts';
import { parseLines, runCli } from './testing.ts';

const reacher = findTaskDeclaration('reacher');
if (!reacher) throw new Error('reacher is a task');
const [observations, actions] = [reacher.observation.length, reacher.action.length];

let folder = '';
let data = '';
/** Stored policy files by the seed of their parameters. */
const policies: Record<string, Uint8Array> = {};

/** A run that this process holds; the policies as its evaluations, by step. */
function storeRun(
  store: Store,
  name: string,
  agent: string,
  evaluations: Record<number, Uint8Array>,
  live: Uint8Array | null = null,
  taskOptions: ParameterValues | null = null,
): { run: string; attempt: number } {
  const run = store.runs.create({
    name,
    configuration: {
      task: 'reacher',
      agent,
      seed: 1,
      device: 'cpu',
      threads: 1,
      hyperparameters: smallValues(agent),
      ...(taskOptions === null ? {} : { taskOptions }),
    },
  });
  const attempt = store.attempts.open(run, { startStep: 0, environment, ...processIdentity() });
  for (const [step, policyOnnx] of Object.entries(evaluations)) {
    store.evaluations.add(run, attempt, {
      step: Number(step),
      returns: Float64Array.of(1),
      lengths: Int32Array.of(50),
      policyOnnx,
      criticsOnnx: null,
      rollouts: [],
    });
  }
  if (live) store.snapshots.setLive(run, attempt, 250, live);
  return { run, attempt };
}

/** A file that ONNX Runtime runs, of these shapes. */
const otherFile = (input: string, columns: number, output: string): Uint8Array =>
  writeOnnxFile({
    name: 'something',
    nodes: [{ op: 'Neg', inputs: [input], outputs: [output], attributes: {} }],
    tensors: new Map(),
    inputs: new Map([[input, { type: 'float32', shape: [1, columns] }]]),
    outputs: new Map([[output, { type: 'float32', shape: [1, columns] }]]),
  });

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-export-'));
  data = path.join(folder, 'data');
  for (const seed of [1, 2, 3]) policies[`sac ${seed}`] = await makePolicy('sac', seed);
  policies['td3'] = await makePolicy('td3', 1);
  policies['nan'] = await makePolicy('sac', 1, (array) => array.map(() => NaN));
  const [first, second, third] = [1, 2, 3].map((seed) => policies[`sac ${seed}`] as Uint8Array) as [Uint8Array, Uint8Array, Uint8Array];
  const store = openStore(data);
  storeRun(store, 'sac', 'sac', { 100: first, 200: second }, third);
  storeRun(store, 'a variant', 'sac', { 100: first }, null, { 'gravity-scale': 0.8, 'frame-skip': 4 });
  storeRun(store, 'no live policy', 'sac', { 100: first, 200: second });
  storeRun(store, 'nothing yet', 'sac', {});
  const td3 = storeRun(store, 'td3', 'td3', { 100: policies['td3'] as Uint8Array, 200: policies['td3'] as Uint8Array });
  const id = store.edits.request(td3.run, { changes: { 'exploration-noise': 0.4 }, requester: 'test' });
  store.edits.applied(td3.run, td3.attempt, {
    step: 150,
    values: { ...smallValues('td3'), 'exploration-noise': 0.4 },
    edits: [{ id, previous: { 'exploration-noise': 0.1 } }],
  });
  storeRun(store, 'cut', 'sac', {}, first.slice(0, Math.floor(first.length / 2)));
  storeRun(store, 'a text', 'sac', {}, new TextEncoder().encode('This is a text, not a policy.'));
  storeRun(
    store,
    'overwritten',
    'sac',
    {},
    first.map((byte, index) => (index % 7 === 3 ? byte ^ 0xff : byte)),
  );
  storeRun(store, 'another model', 'sac', {}, otherFile('pixels', 3, 'labels'));
  storeRun(store, 'another input', 'sac', {}, otherFile('observation', observations, 'values'));
  storeRun(store, 'another task', 'sac', {}, otherFile('observation', observations + 1, 'mean-action'));
  storeRun(store, 'not finite', 'sac', {}, policies['nan']);
  store.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const exportPolicy = (run: string, out: string, ...options: string[]) =>
  runCli(['runs', 'export-policy', run, '--data-dir', data, '--out', path.join(folder, out), ...options]);
const metadataOf = (file: Uint8Array): Record<string, string> =>
  Object.fromEntries(new Message(file).messages(14).map((entry) => [entry.text(1), entry.text(2)]));

/** What a stored policy gives, and what an exported one, for the same observation. */
async function meanActions(...files: Uint8Array[]): Promise<number[][]> {
  const stream = createStream(1, 'test');
  const observation = Float32Array.from({ length: observations }, () => stream.normal());
  const noise = Float32Array.from({ length: actions }, () => stream.normal());
  const results: number[][] = [];
  for (const file of files) {
    const opened = await openFile('onnxruntime-node', file);
    const isExported = new Message(file).has(14);
    results.push(
      [...((await opened.run(1, { observation, ...(isExported ? { noise } : {}) }))['mean-action'] as Float32Array)].map((value) =>
        Number(value.toFixed(5)),
      ),
    );
    await opened.close();
  }
  return results;
}

describe.concurrent('an export', () => {
  it.each([
    ['the live policy', 'sac', [], 'sac 3', '250'],
    ['the policy of a step', 'sac', ['--step', '100'], 'sac 1', '100'],
    ['the newest evaluation’s where there is no live one', 'no live policy', [], 'sac 2', '200'],
  ])('is %s', async (_, run, options, policy, step) => {
    const name = `${run} ${step}.onnx`;
    const { code, stderr, stdout } = await exportPolicy(run, name, ...options);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain(`the policy of step ${step}`);
    const file = readFileSync(path.join(folder, name));
    const [exported, stored, other] = await meanActions(
      file,
      policies[policy] as Uint8Array,
      policies[policy === 'sac 1' ? 'sac 2' : 'sac 1'] as Uint8Array,
    );
    expect(exported).toEqual(stored);
    expect(exported).not.toEqual(other);
  });

  it('says what it is, in the file and with --json', async () => {
    const { stdout } = await exportPolicy('sac', 'described.onnx', '--json');
    const file = readFileSync(path.join(folder, 'described.onnx'));
    const [line] = parseLines(stdout);
    expect(line).toEqual({
      kind: 'exported',
      run: expect.stringMatching(/^[a-z0-9]{8}$/) as string,
      task: 'reacher',
      agent: 'sac',
      step: 250,
      explorationNoise: null,
      file: path.join(folder, 'described.onnx'),
      bytes: file.byteLength,
    });
    const { 'elbow.observation': observation = '', 'elbow.action': action = '', ...rest } = metadataOf(file);
    expect(rest).toEqual({
      'elbow.format': '1',
      'elbow.version': (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
      'elbow.run': line?.['run'],
      'elbow.run-name': 'sac',
      'elbow.step': '250',
      'elbow.agent': 'sac',
      'elbow.task': 'reacher',
      'elbow.task-options': '{}',
      'elbow.step-seconds': String(reacher.stepSeconds),
      'elbow.control': 'control = low + (action + 1) / 2 * (high - low)',
      'elbow.sampling': 'tanh(mean + sigma * noise)',
    });
    expect(JSON.parse(observation)).toEqual(reacher.observation.map(({ name, unit }) => ({ name, unit, low: null, high: null })));
    expect(JSON.parse(action)).toEqual(reacher.action.map(({ name, unit, low, high }) => ({ name, unit, low, high })));
    // Other exports may be writing theirs.
    expect(readdirSync(folder).filter((name) => name.startsWith('described.onnx'))).toEqual(['described.onnx']);
  });

  it('says which options the task had, and keeps to them', async () => {
    await exportPolicy('a variant', 'variant.onnx');
    const metadata = metadataOf(readFileSync(path.join(folder, 'variant.onnx')));
    expect(JSON.parse(metadata['elbow.task-options'] ?? '')).toEqual({ 'gravity-scale': 0.8, 'frame-skip': 4 });
    expect(Number(metadata['elbow.step-seconds'])).toBeCloseTo(2 * reacher.stepSeconds, 12);
  });

  it.each([
    ['100', 0.1],
    ['200', 0.4],
  ])('of a deterministic agent at step %s explores with the noise in force there, %d', async (step, noise) => {
    const { stdout } = await exportPolicy('td3', `td3 ${step}.onnx`, '--step', step, '--json');
    expect(parseLines(stdout)).toMatchObject([{ kind: 'exported', explorationNoise: noise }]);
    expect(metadataOf(readFileSync(path.join(folder, `td3 ${step}.onnx`)))).toMatchObject({
      'elbow.exploration-noise': String(noise),
      'elbow.sampling': `clip(mean-action + ${noise} * noise, -1, 1)`,
    });
  });

  it('replaces a file only with --force', async () => {
    const file = path.join(folder, 'mine.onnx');
    writeFileSync(file, 'mine');
    expect(await exportPolicy('sac', 'mine.onnx')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/--out .*mine\.onnx exists already and was kept;.*--force/) as string,
    });
    expect(readFileSync(file, 'utf8')).toBe('mine');
    expect(await exportPolicy('sac', 'mine.onnx', '--force')).toMatchObject({ code: 0, stderr: '' });
    expect(metadataOf(readFileSync(file))).toMatchObject({ 'elbow.step': '250' });
  });

  it('works on a run of an earlier version: the demo', async () => {
    const demo = path.join(folder, 'demo');
    mkdirSync(demo);
    copyFileSync('assets/demo/elbow.sqlite', path.join(demo, 'elbow.sqlite'));
    const [run] = parseLines((await runCli(['runs', 'list', '--json', '--data-dir', demo])).stdout);
    for (const step of [15_000, 60_000]) {
      const out = path.join(folder, `demo-${step}.onnx`);
      expect(
        await runCli(['runs', 'export-policy', String(run?.['id']), '--step', String(step), '--out', out, '--data-dir', demo]),
      ).toMatchObject({ code: 0, stderr: '' });
      expect(metadataOf(readFileSync(out))).toMatchObject({ 'elbow.task': 'half-cheetah', 'elbow.step': String(step) });
    }
  });
});

describe.concurrent('a wrong wish', () => {
  it.each<[string, string, string[], number, RegExp]>([
    ['a step without a policy', 'sac', ['--step', '150'], 2, /keeps no policy at step 150\. The nearest steps that have one: 100, 200\./],
    ['a step that is none', 'sac', ['--step', 'newest'], 2, /--step must be a whole number from 0/],
    ['a run that learned nothing yet', 'nothing yet', [], 2, /has no policy snapshot yet/],
    ['a run that is not there', 'sacc', [], 2, /no run "sacc"/i],
  ])('%s writes nothing', async (name, run, options, code, message) => {
    const result = await exportPolicy(run, `${name}.onnx`, ...options);
    expect(result).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) as string });
    expect(existsSync(path.join(folder, `${name}.onnx`))).toBe(false);
  });

  it.each<[string, string, RegExp]>([
    ['no folder', 'nowhere/policy.onnx', /--out .* there is no folder .*nowhere; create it, or choose another/],
    ['a file in place of the folder', 'data/elbow.sqlite/policy.onnx', /there is no folder .*elbow\.sqlite/],
    ['a folder in place of the file', 'data', /--out .* is a folder; name a file in it, such as .*data.policy\.onnx/],
    ['a name that ends as folders’ do', 'data/', /is a folder/],
  ])('%s is refused', async (_, out, message) => {
    const result = await runCli(['runs', 'export-policy', 'sac', '--data-dir', data, '--out', `${folder}/${out}`]);
    expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string });
  });

  it.each([
    [['--out', ''], /--out needs a file/],
    [[], /Required option '--out <file>' not specified/i],
  ])('%j is refused', async (options, message) => {
    expect(await runCli(['runs', 'export-policy', 'sac', '--data-dir', data, ...options])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(message) as string,
    });
  });

  it('a folder that may not be written to is named, with what to do', async () => {
    const [locked, open] = [path.join(folder, 'locked'), path.join(folder, 'open')];
    mkdirSync(locked, { mode: 0o555 });
    mkdirSync(open);
    chmodSync(folder, 0o755);
    const store = openStore(open);
    storeRun(store, 'sac', 'sac', { 100: policies['sac 1'] as Uint8Array });
    store.close();
    chmodSync(open, 0o555);
    const result = await runCli(['runs', 'export-policy', 'sac', '--data-dir', open, '--out', path.join(locked, 'policy.onnx')], {
      unprivileged: true,
    });
    expect(result).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /locked.policy\.onnx cannot be written: you are not allowed to write there\. Nothing was changed; choose/,
      ) as string,
    });
    expect(readdirSync(locked)).toEqual([]);
  });
});

describe.concurrent('a stored policy that is none', () => {
  const unusable: [string, RegExp][] = [
    ['cut', /cannot be opened; it is damaged, or no ONNX file\. ONNX Runtime says: .*protobuf/],
    ['a text', /cannot be opened; it is damaged, or no ONNX file/],
    ['overwritten', /cannot be opened; it is damaged, or no ONNX file/],
    ['another model', /the ONNX file is no policy: it has no input "observation", but "pixels"/],
    ['another input', /the ONNX file is no policy: it has no output "mean-action", but "values"/],
    ['another task', /the policy is for another task: its input "observation" has \d+ observations, but the task has \d+/],
  ];
  it.each(unusable)('%s: it is not exported', async (run, message) => {
    const result = await exportPolicy(run, `${run}.onnx`);
    expect(result).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(message) as string });
    expect(result.stderr).toMatch(/the run is as it was/);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(existsSync(path.join(folder, `${run}.onnx`))).toBe(false);
  });

  it('not finite: it is not exported', async () => {
    const result = await exportPolicy('not finite', 'nan.onnx');
    expect(result).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/gives numbers that are not finite .*take that of another step/) as string,
    });
    expect(existsSync(path.join(folder, 'nan.onnx'))).toBe(false);
  });

  it.each(unusable)('%s: it is not evaluated', async (run, message) => {
    const result = await runCli(['runs', 'evaluate', run, '--data-dir', data, '--episodes', '1']);
    expect(result).toMatchObject({ code: 1, stderr: expect.stringMatching(message) as string });
    expect(result.stderr).toMatch(/the run is as it was/);
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(result.stdout).not.toMatch(/episode/);
  });
});
