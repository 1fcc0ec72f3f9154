// Starting the web shell where something is in the way.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openStore } from '../../store/store.ts';
import { createWorkstation } from '../../workstation/workstation.ts';
import { hasDisplay, openBrowser } from './open-browser.ts';
import { startWebShell, usualPort, type WebShell, type WebShellOptions } from './start.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-start-'));
const shells: WebShell[] = [];
const servers: Server[] = [];

async function start(options: Partial<WebShellOptions> = {}): Promise<WebShell> {
  const shell = await startWebShell({ dataDirectory: path.join(folder, 'data'), port: 0, open: false, root: folder, ...options });
  shells.push(shell);
  return shell;
}

/** Takes a port as another program would; 0 takes any. Gives null where it is taken already. */
async function occupy(port: number): Promise<number | null> {
  const server = createServer();
  const isBound = await new Promise<boolean>((resolve) =>
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)),
  );
  if (!isBound) return null;
  servers.push(server);
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : null;
}

afterEach(async () => {
  for (const shell of shells.splice(0)) await shell.close();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('startWebShell', () => {
  it('gives an address with a token of 128 bits, on this machine only, and another one each time', async () => {
    const first = await start();
    expect(first.url).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${first.port}/#token=[\\w-]{22}$`));
    const second = await start();
    expect(second.url.split('token=')[1]).not.toBe(first.url.split('token=')[1]);
    expect((await fetch(first.url)).status).toBe(404); // there is no page in this folder, and the server answers
  });

  it('names a port that was asked for and is taken, and what to do', async () => {
    const port = await occupy(0);
    await expect(start({ port })).rejects.toThrow(new RegExp(`^port ${port} is in use by another program .*--port N`));
  });

  it('takes another port where none was asked for', async () => {
    await occupy(usualPort);
    const shell = await start({ port: null });
    expect(shell.port).not.toBe(usualPort);
    expect(shell.port).toBeGreaterThan(0);
  });

  it('leaves a newer version’s database as it is', async () => {
    const dataDirectory = path.join(folder, 'newer');
    openStore(dataDirectory).close();
    const file = path.join(dataDirectory, 'elbow.sqlite');
    const database = new Database(file);
    database.pragma('user_version = 9999');
    database.close();
    const before = readFileSync(file);
    await expect(start({ dataDirectory })).rejects.toMatchObject({
      code: 'newer-version',
      message: expect.stringMatching(/newer/i) as string,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('says where the data directory is a file, or the database is none', async () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, 'not a folder');
    await expect(start({ dataDirectory: file })).rejects.toThrow(file);
    const dataDirectory = path.join(folder, 'garbage');
    mkdirSync(dataDirectory);
    writeFileSync(path.join(dataDirectory, 'elbow.sqlite'), 'garbage '.repeat(100));
    await expect(start({ dataDirectory })).rejects.toMatchObject({ code: 'corrupt' });
    expect(readFileSync(path.join(dataDirectory, 'elbow.sqlite'), 'utf8')).toBe('garbage '.repeat(100));
  });
});

describe('openBrowser', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('keeps the token out of the argument list, in a file for its owner alone', () => {
    vi.stubEnv('DISPLAY', ':99');
    const given: string[] = [];
    const record = ((program: string, values: string[]) => {
      given.push(program, ...values);
      return { on: () => undefined, unref: () => undefined };
    }) as unknown as Parameters<typeof openBrowser>[1];
    const opened = openBrowser('http://127.0.0.1:4270/#token=secret', record);
    expect(given.join(' ')).not.toContain('secret');
    expect(given.at(-1)).toBe(opened?.file);
    expect(readFileSync(opened?.file ?? '', 'utf8')).toContain('url=http://127.0.0.1:4270/#token=secret"');
    expect(statSync(opened?.file ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(opened?.file ?? '')).mode & 0o777).toBe(0o700);
    opened?.dispose();
    expect(existsSync(opened?.file ?? '')).toBe(false);
  });

  it('does nothing without a display, and nothing bad without a browser', async () => {
    vi.stubEnv('DISPLAY', '');
    vi.stubEnv('WAYLAND_DISPLAY', '');
    expect(hasDisplay('linux')).toBe(false);
    expect(hasDisplay('linux', { WAYLAND_DISPLAY: 'wayland-0' })).toBe(true);
    if (process.platform === 'linux') expect(openBrowser('http://127.0.0.1/')).toBeNull();
    vi.stubEnv('DISPLAY', ':99');
    vi.stubEnv('PATH', folder);
    const opened = openBrowser('http://127.0.0.1/');
    await vi.waitFor(() => expect(existsSync(opened?.file ?? '')).toBe(false));
  });
});

describe('a data directory that cannot be written', () => {
  const mounted = path.join(folder, 'mounted');

  /** The folder such that it cannot be written: root needs a mount for that, which some machines do not allow. */
  function makeReadonly(source: string): string | null {
    if (process.getuid?.() !== 0) {
      if (existsSync(path.join(source, 'elbow.sqlite'))) chmodSync(path.join(source, 'elbow.sqlite'), 0o444);
      chmodSync(source, 0o555);
      return source;
    }
    mkdirSync(mounted, { recursive: true });
    try {
      execFileSync('mount', ['--bind', source, mounted], { stdio: 'ignore' });
      execFileSync('mount', ['-o', 'remount,bind,ro', mounted], { stdio: 'ignore' });
      return mounted;
    } catch {
      return null;
    }
  }
  const source = path.join(folder, 'written');
  afterEach(() => {
    if (process.getuid?.() === 0) spawnSync('umount', [mounted]);
    else chmodSync(source, 0o755);
  });

  it('without a database says that there is nothing to show', ({ skip }) => {
    mkdirSync(source, { recursive: true });
    const dataDirectory = makeReadonly(source) ?? skip('this machine allows no mount');
    const complain = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(() => createWorkstation({ dataDirectory })).toThrow(
      /cannot be written .*No run is stored there either, so that there is nothing to show/,
    );
    expect(complain).not.toHaveBeenCalled();
    complain.mockRestore();
  });

  it('shows its runs, refuses changes in words, and is not changed', async ({ skip }) => {
    const store = openStore(source);
    const configuration = { task: 'reacher', agent: 'sac', seed: 1, device: 'cpu', threads: 1, hyperparameters: { steps: 1000 } };
    const run = store.runs.create({ configuration, name: 'kept' });
    store.close();
    const dataDirectory = makeReadonly(source) ?? skip('this machine allows no mount');
    const complain = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const workstation = createWorkstation({ dataDirectory });
    expect(complain.mock.calls.join('\n')).toMatch(/Stored runs are shown/);
    complain.mockRestore();
    expect((await workstation.call('runs.list', {})).runs.map(({ name }) => name)).toEqual(['kept']);
    expect((await workstation.call('runs.get', { run })).configuration).toMatchObject(configuration);
    for (const [name, request] of [
      ['runs.rename', { run, name: 'x' }],
      ['runs.delete', { runs: [run] }],
      ['runs.continue', { run, steps: null, device: null, threads: null }],
      ['runs.create', { task: 'reacher', agent: 'sac', hyperparameters: {}, seeds: '1', device: 'cpu', threads: 1, name: null }],
    ] as const) {
      const answer = await workstation.answer(name, request);
      expect(answer).toMatchObject({ ok: false, error: { code: 'unavailable' } });
    }
    const { sections } = await workstation.call('system.doctor', {});
    expect(sections.flatMap(({ lines }) => lines).find(({ label }) => label === 'data directory')).toMatchObject({ state: 'warning' });
    await workstation.close();
  });
});
