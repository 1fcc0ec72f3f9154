// The report where something is missing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { DoctorLine, DoctorReport } from '../../contract/requests.ts';
import { openStore, processIdentity } from '../../store/store.ts';
import { examine } from './doctor.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-doctor-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

const lineOf = ({ sections }: DoctorReport, label: string): DoctorLine | undefined =>
  sections.flatMap(({ lines }) => lines).find((line) => line.label === label);

describe('examine', () => {
  it('says why there is no data, and reports the rest', async () => {
    const report = await examine(null, '/nowhere', 'The disk is gone.');
    expect(report.sections.map(({ title }) => title)).toEqual(['Elbow', 'Devices', 'Data']);
    expect(lineOf(report, 'data directory')).toEqual({
      label: 'data directory',
      value: '/nowhere',
      state: 'missing',
      advice: 'The disk is gone.',
    });
  });

  it('lists every device with its reason, and what to do about a missing one', async () => {
    const report = await examine(null, folder);
    expect(lineOf(report, 'cpu')).toMatchObject({ state: 'ok' });
    for (const id of ['gpu', 'cuda', 'tensorflow', 'gpu:software', 'reference', 'auto']) {
      const found = lineOf(report, id);
      expect(found, id).toMatchObject({ value: expect.stringMatching(/.{20}/) as string });
      if (found?.state !== 'ok')
        expect(found, id).toMatchObject({ state: 'info', value: expect.stringContaining('cannot be used, since') as string });
    }
  });

  it('advises where there is no display, no browser and no Electron, none of which is an error', async () => {
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    vi.stubEnv('PATH', folder);
    vi.stubEnv('CHROMIUM_PATH', '');
    vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', folder);
    const report = await examine(null, folder);
    for (const label of ['display', 'Electron', 'Chromium for the end-to-end tests']) {
      if (label === 'display' && process.platform !== 'linux') continue;
      expect(lineOf(report, label), label).toMatchObject({ state: 'info', advice: expect.stringMatching(/.{20}/) as string });
    }
  });

  it('names a share that is no number, and goes on', async () => {
    vi.stubEnv('ELBOW_TRAINERS', 'many');
    const store = openStore(path.join(folder, 'data'));
    const report = await examine(store, store.dataDirectory);
    expect(lineOf(report, 'trainers at once')).toMatchObject({ state: 'missing', advice: expect.stringContaining('many') as string });
    expect(lineOf(report, 'data directory')).toMatchObject({ value: path.join(folder, 'data'), state: 'ok' });
    store.close();
  });

  it('names what a trainer was asked for and has not done, and warns when it takes long', async () => {
    const store = openStore(path.join(folder, 'asked'));
    const run = store.runs.create({
      configuration: { task: 'reacher', agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters: { steps: 1000 } },
      name: 'held',
    });
    store.attempts.open(run, {
      startStep: 0,
      ...processIdentity(),
      environment: {
        elbowVersion: '0.1.0',
        gitState: null,
        packages: {},
        node: 'v24',
        platform: 'linux',
        cpu: 'a processor',
        cpuCount: 2,
        gpu: null,
        device: 'cpu',
        threads: 1,
        modelHash: '0'.repeat(64),
        host: 'here',
      },
    });
    expect(lineOf(await examine(store, store.dataDirectory), 'asked of a trainer')).toBeUndefined();
    store.commands.request(run, 'pause', 'command line');
    expect(lineOf(await examine(store, store.dataDirectory), 'asked of a trainer')).toMatchObject({
      value: expect.stringMatching(`^pause of run ${run}, asked by command line at [\\d/]+, [\\d:]+$`) as string,
      state: 'info',
    });
    vi.useFakeTimers({ now: Date.now() + 180_000, toFake: ['Date'] });
    expect(lineOf(await examine(store, store.dataDirectory), 'asked of a trainer')).toMatchObject({
      state: 'warning',
      advice: expect.stringContaining('log') as string,
    });
    vi.useRealTimers();
    store.close();
  });

  it('lists the twenty largest runs and sums up the others', async () => {
    const store = openStore(path.join(folder, 'many'));
    const configuration = { task: 'reacher', agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters: { steps: 1000 } };
    for (let k = 0; k < 23; k += 1) store.runs.create({ configuration, name: `run ${k}` });
    const storage = (await examine(store, store.dataDirectory)).sections.find(({ title }) => title === 'Storage by run');
    expect(storage?.lines).toHaveLength(21);
    expect(storage?.lines.at(-1)?.label).toBe('3 more');
    store.close();
  });
});
