// main.ts itself, with a fake of the few Electron functions it calls, the real workstation and a real database.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bridgeChannels } from '../../contract/bridge.ts';
import { appScheme, privilegedSchemes, windowPreferences } from './security.ts';

const fake = await vi.hoisted(async () => {
  const { existsSync } = await import('node:fs');
  type Listener = (...values: never[]) => unknown;
  const log: string[] = [];
  const appListeners = new Map<string, Listener>();
  const ipcHandlers = new Map<string, Listener>();
  const schemes: unknown[] = [];
  const protocols = new Map<string, Listener>();
  const permissions: string[] = [];
  class Contents {
    readonly listeners = new Map<string, Listener>();
    readonly sent: unknown[] = [];
    openHandler: Listener | null = null;
    on(event: string, listener: Listener): this {
      this.listeners.set(event, listener);
      return this;
    }
    setWindowOpenHandler(handler: Listener): void {
      this.openHandler = handler;
    }
    send(...values: unknown[]): void {
      this.sent.push(values);
    }
    isDestroyed(): boolean {
      return false;
    }
  }
  class BrowserWindow {
    static readonly all: BrowserWindow[] = [];
    readonly webContents = new Contents();
    readonly listeners = new Map<string, Listener>();
    readonly options: { webPreferences: unknown };
    loaded = '';
    isGone = false;
    constructor(options: { webPreferences: unknown }) {
      this.options = options;
      BrowserWindow.all.push(this);
      // As Electron does, between making the contents and giving the window to its maker.
      (appListeners.get('web-contents-created') as ((event: null, contents: Contents) => void) | undefined)?.(null, this.webContents);
    }
    once(event: string, listener: Listener): this {
      this.listeners.set(event, listener);
      return this;
    }
    async loadURL(address: string): Promise<void> {
      this.loaded = address;
    }
    show(): void {
      log.push('show');
    }
    destroy(): void {
      this.isGone = true;
    }
    isDestroyed(): boolean {
      return this.isGone;
    }
    isMinimized(): boolean {
      return false;
    }
    focus(): void {
      log.push('focus');
    }
  }
  const electron = {
    app: {
      setPath: (name: string, folder: string) => {
        // As Electron: a folder that does not exist is an error.
        if (!existsSync(folder)) throw new Error(`setPath ${folder}`);
        log.push(`setPath ${name}`);
      },
      setName: () => undefined,
      enableSandbox: () => log.push('enableSandbox'),
      requestSingleInstanceLock: () => {
        log.push('lock');
        return true;
      },
      whenReady: async () => {
        log.push('whenReady');
      },
      on: (event: string, listener: Listener) => appListeners.set(event, listener),
      quit: () => log.push('quit'),
      exit: (code: number) => log.push(`exit ${code}`),
    },
    BrowserWindow,
    dialog: { showErrorBox: (title: string) => log.push(`error box: ${title}`) },
    ipcMain: {
      handle: (channel: string, handler: Listener) => ipcHandlers.set(channel, handler),
      removeHandler: (channel: string) => ipcHandlers.delete(channel),
    },
    nativeTheme: { shouldUseDarkColors: true },
    protocol: {
      registerSchemesAsPrivileged: (list: unknown[]) => {
        log.push('registerSchemes');
        schemes.push(...list);
      },
      handle: (scheme: string, handler: Listener) => protocols.set(scheme, handler),
    },
    session: {
      defaultSession: {
        setPermissionRequestHandler: () => permissions.push('request'),
        setPermissionCheckHandler: () => permissions.push('check'),
        setDevicePermissionHandler: () => permissions.push('device'),
      },
    },
    shell: { openExternal: async () => undefined },
  };
  return { log, appListeners, ipcHandlers, schemes, protocols, permissions, BrowserWindow, electron };
});
vi.mock('electron', () => fake.electron);

let folder = '';
const words: string[] = [];
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-electron-'));
  vi.stubEnv('ELBOW_DATA_DIR', folder);
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    words.push(String(text));
    return true;
  });
  vi.spyOn(console, 'error').mockImplementation((text) => void words.push(String(text)));
  await import('./main.ts');
  await vi.waitFor(() => expect(fake.BrowserWindow.all).toHaveLength(1));
});
afterAll(() => {
  (fake.appListeners.get('will-quit') as () => void)();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (frame: object | null, ...values: unknown[]) =>
  (fake.ipcHandlers.get(bridgeChannels.call) as (event: object, ...values: unknown[]) => Promise<unknown>)(
    { senderFrame: frame },
    ...values,
  );

describe("Electron's main process", () => {
  it('sandboxes, locks and registers app:// before Electron is ready', () => {
    const before = fake.log.slice(0, fake.log.indexOf('whenReady'));
    expect(before).toEqual(['setPath userData', 'enableSandbox', 'registerSchemes', 'lock']);
    expect(fake.schemes).toEqual(privilegedSchemes);
    expect([...fake.protocols.keys()]).toEqual([appScheme]);
  });

  it('refuses permissions before the window is made, and gives it the preferences that are asserted elsewhere', () => {
    expect(fake.permissions).toEqual(['request', 'check', 'device']);
    const [window] = fake.BrowserWindow.all;
    expect(window?.options.webPreferences).toEqual(windowPreferences(path.join(import.meta.dirname, 'preload.cjs')));
    expect(window?.loaded).toBe('app://elbow/index.html');
    expect([...(window?.webContents.listeners.keys() ?? [])]).toEqual(
      expect.arrayContaining(['will-navigate', 'will-frame-navigate', 'will-attach-webview']),
    );
    expect(window?.webContents.openHandler).not.toBeNull();
  });

  it("answers the page from the workstation's database, and nobody else", async () => {
    const page = { url: 'app://elbow/index.html', parent: null };
    expect(await ask(page, 'runs.list', {})).toEqual({ ok: true, value: { revision: 0, runs: [] } });
    expect(await ask(page, 'runs.get', { run: 'nothing' })).toMatchObject({ ok: false, error: { code: 'not-found' } });
    expect(await ask(page, 'runs.get', { run: 7 })).toMatchObject({ ok: false, error: { code: 'invalid-request' } });
    expect(await ask({ url: 'https://example.org', parent: null }, 'runs.list', {})).toMatchObject({ ok: false });
  });

  it('says that it is ready once the page is drawn', () => {
    (fake.BrowserWindow.all[0]?.listeners.get('ready-to-show') as () => void)();
    expect(words).toContain('elbow-window-ready\n');
    expect(fake.log).toContain('show');
  });

  it('brings its window to the front for a second start', () => {
    (fake.appListeners.get('second-instance') as () => void)();
    expect(fake.log).toContain('focus');
  });

  it('makes the window again when its renderer dies, once; then it says so', () => {
    const die = (window: (typeof fake.BrowserWindow.all)[number] | undefined) =>
      (window?.webContents.listeners.get('render-process-gone') as unknown as (event: null, details: { reason: string }) => void)(null, {
        reason: 'crashed',
      });
    die(fake.BrowserWindow.all[0]);
    expect(fake.BrowserWindow.all).toHaveLength(2);
    expect(fake.BrowserWindow.all[0]?.isGone).toBe(true);
    expect(fake.log.join()).not.toContain('error box');
    die(fake.BrowserWindow.all[1]);
    expect(fake.BrowserWindow.all).toHaveLength(2);
    expect(fake.log.join()).toContain('error box');
  });
});
