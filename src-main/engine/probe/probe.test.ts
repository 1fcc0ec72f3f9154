// Looking for devices: what is told where one is missing, slow, or takes its process down.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { missingCuda } from '../devices/cuda-files.ts';
import { findSoftwareDriver } from '../devices/gpu-driver.ts';
import { missingCard } from './looks.ts';
import { findDevice, findDevices, tryInChild } from './probe.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-probe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = process.execPath;
function program(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe.skipIf(process.platform === 'win32')('a device whose driver misbehaves', () => {
  it.each([
    ['never answers', 'exec sleep 60', /did not answer within 0\.3 s/],
    ['takes its process down', 'kill -SEGV $$', /its driver ended the process that tried it \(SIGSEGV\)/],
    ['ends without an answer', 'exit 3', /\(code 3\)/],
    ['answers nonsense', 'echo hello', /\(code 0\)/],
  ])('%s', async (what, text, reason) => {
    const finding = await tryInChild('gpu', { node: program(what.replaceAll(' ', '-'), text), timeout: 300 });
    expect(finding).toEqual({ available: false, reason: expect.stringMatching(reason) as string, adapters: [] });
  });

  it('cannot be tried where Node is missing', async () => {
    expect(await tryInChild('gpu', { node: path.join(folder, 'nothing') })).toMatchObject({
      available: false,
      reason: expect.stringMatching(/could not be tried/) as string,
    });
  });
});

describe('what files tell', () => {
  it('finds a card by its device files', () => {
    const dev = path.join(folder, 'dev');
    expect(missingCard(dev, 'linux')).toMatchObject({
      reason: expect.stringContaining('no graphics card') as string,
      advice: expect.stringContaining('driver') as string,
    });
    mkdirSync(path.join(dev, 'dri'), { recursive: true });
    writeFileSync(path.join(dev, 'dri', 'card0'), '');
    expect(missingCard(dev, 'linux')).not.toBeNull();
    writeFileSync(path.join(dev, 'dri', 'renderD128'), '');
    expect(missingCard(dev, 'linux')).toBeNull();
    expect(missingCard(path.join(folder, 'none'), 'darwin')).toBeNull();
  });

  it('says how CUDA’s libraries are installed, where they could be', () => {
    expect(missingCuda(folder, 'darwin-arm64')).toEqual({
      reason: expect.stringMatching(/Linux x64 only.*darwin-arm64/) as string,
      advice: null,
    });
    writeFileSync(path.join(folder, 'libonnxruntime_providers_shared.so'), '');
    expect(missingCuda(folder, 'linux-x64')).toEqual({
      reason: expect.stringMatching(/not installed \(libonnxruntime_providers_cuda\.so missing/) as string,
      advice: expect.stringContaining('install=cuda12') as string,
    });
    writeFileSync(path.join(folder, 'libonnxruntime_providers_cuda.so'), '');
    expect(missingCuda(folder, 'linux-x64')).toBeNull();
  });
});

it('lists every device with a reason, and what to do where one is missing by its own fault', async () => {
  expect((await findDevices({ node })).map(({ id }) => id)).not.toContain('gpu:software');
  const devices = await findDevices({ node, withSoftware: true });
  expect(devices.map(({ id }) => id)).toEqual(['cpu', 'gpu', 'cuda', 'tensorflow', 'auto', 'reference', 'gpu:software']);
  for (const { id, available, reason } of devices) {
    expect(reason.length, id).toBeGreaterThan(10);
    if (['cpu', 'auto', 'reference'].includes(id)) expect(available, id).toBe(true);
  }
  await expect(findDevice('abacus', { node })).rejects.toThrow(/no device abacus; there are cpu, gpu/);
});

it.skipIf(findSoftwareDriver() === null)('tries a software driver, and tells whose it is', async () => {
  const device = await findDevice('gpu:software', { node });
  expect(device).toMatchObject({
    available: true,
    adapters: [{ kind: 'software', name: expect.stringMatching(/SwiftShader|llvmpipe/) as string }],
  });
});
