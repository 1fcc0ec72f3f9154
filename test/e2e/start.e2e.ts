// `npm start` as a person runs it: what it prints, what it opens, how it closes.
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt, parts, root } from '../../scripts/build.ts';

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-start-'));
  for (const part of Object.values(parts)) await ensureBuilt(part, () => undefined);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Started {
  output: string;
  code: number | null;
}

/** Runs start.ts until `enough` matches what it has printed, does `then`, interrupts it (unless it ends by itself) and waits for its end. */
async function start(
  given: readonly string[],
  env: NodeJS.ProcessEnv,
  enough: RegExp,
  {
    then = async () => undefined,
    endsByItself = false,
  }: { then?: (output: string, pid: number) => Promise<void>; endsByItself?: boolean } = {},
): Promise<Started> {
  const none = { DISPLAY: undefined, WAYLAND_DISPLAY: undefined, ELECTRON_OVERRIDE_DIST_PATH: undefined };
  const child = spawn(
    process.execPath,
    [path.join(root, 'scripts/start.ts'), '--no-open', '--data-dir', path.join(folder, 'data'), ...given],
    {
      env: { ...process.env, ...none, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    await expect.poll(() => output, { timeout: 30_000, interval: 50 }).toMatch(enough);
    await then(output, child.pid ?? 0);
    if (!endsByItself) child.kill('SIGINT');
    return { code: await ended, output };
  } finally {
    child.kill('SIGKILL');
  }
}

const address = /Elbow is at (http:\/\/127\.0\.0\.1:(\d+)\/)#token=([\w-]{20,})\n/;

describe('npm start', () => {
  it('without a display explains itself in one line, prints the address, and closes in order', async () => {
    const { output, code } = await start(['--port', '0'], {}, address, {
      then: async (printed, pid) => {
        const [, url = '', , token = ''] = address.exec(printed) ?? [];
        const page = await fetch(url);
        expect(page.status).toBe(200);
        expect(await page.text()).toContain('<title>');
        if (process.platform === 'linux') expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(token);
      },
    });
    expect(output.split('\n')[0]).toMatch(/^Elbow opens in the browser shell: there is no display here/);
    expect(output).toMatch(/Elbow is closed\. Trainers go on/);
    expect(code).toBe(0);
  });

  it('--web says nothing of Electron', async () => {
    const { output } = await start(['--web', '--port', '0'], { DISPLAY: ':99' }, address);
    expect(output).toMatch(/^Elbow is at /);
  });

  it('opens the browser shell when Electron ends before its window is there', async () => {
    writeFileSync(path.join(folder, 'electron'), '#!/bin/sh\necho "cannot open display: :99" >&2\nexit 1\n');
    chmodSync(path.join(folder, 'electron'), 0o755);
    const { output, code } = await start([], { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: folder }, address);
    expect(output.split('\n')[0]).toBe(
      'Elbow opens in the browser shell: Electron ended before its window was ready (exit code 1: cannot open display: :99).',
    );
    expect(code).toBe(0);
  });

  it('says that a port is in use, and ends with code 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    try {
      const { output, code } = await start(['--web', '--port', String(port)], {}, /in use/, { endsByItself: true });
      expect(output).toMatch(new RegExp(`^port ${port} is in use by another program .*--port`, 'i'));
      expect(code).toBe(1);
    } finally {
      other.close();
    }
  });
});
