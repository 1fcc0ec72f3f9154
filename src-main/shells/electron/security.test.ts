// The security list of https://www.electronjs.org/docs/latest/tutorial/security, asserted on the data and functions that main.ts uses.
import { describe, expect, it } from 'vitest';
import {
  appOrigin,
  isAllowedExternal,
  isAppUrl,
  isTrustedSender,
  privilegedSchemes,
  resolveAppFile,
  secureContents,
  secureSession,
  type SecurableContents,
  type SecurableSession,
  startPage,
  windowPreferences,
} from './security.ts';

describe('window preferences', () => {
  it('isolate and sandbox the page', () => {
    expect(windowPreferences('/x/preload.cjs')).toEqual({
      preload: '/x/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    });
  });

  it('register app:// as a secure standard scheme that no other origin may read and no policy is bypassed for', () => {
    expect(privilegedSchemes).toEqual([
      { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true, stream: true } },
    ]);
    expect(new URL(startPage).host).toBe(new URL(appOrigin).host);
  });
});

describe('isAppUrl', () => {
  it.each(['app://elbow/', 'app://elbow/index.html#runs', 'app://elbow/assets/a.js?x=1'])('accepts %s', (address) => {
    expect(isAppUrl(address)).toBe(true);
  });
  it.each([
    'https://elbow/',
    'app://elbow.example/',
    'app://elbow@evil/',
    'app://evil@elbow/',
    'app://elbow:80/',
    'app:elbow',
    'file:///etc/passwd',
    'about:blank',
    'data:text/html,x',
    'javascript:alert(1)',
    'blob:app://elbow/1',
    'APPX://elbow/',
    '',
    'elbow',
  ])('refuses %s', (address) => {
    expect(isAppUrl(address)).toBe(false);
  });
});

describe('resolveAppFile', () => {
  it.each([
    ['app://elbow/', '/r/index.html'],
    ['app://elbow/index.html#place=runs', '/r/index.html'],
    ['app://elbow/assets/main-1a2b.js?v=1', '/r/assets/main-1a2b.js'],
    ['app://elbow/a%20b.txt', '/r/a b.txt'],
  ])('maps %s', (address, file) => {
    expect(resolveAppFile('/r', address)).toBe(file);
  });
  it.each([
    'app://elbow/../etc/passwd',
    'app://elbow/%2e%2e/%2e%2e/etc/passwd',
    'app://elbow/..%2f..%2fetc/passwd',
    'app://elbow/a/..%5c..%5cx',
    'app://elbow/%252e%252e/x',
    'app://elbow/C:%5cwindows',
    'app://elbow/C:/windows',
    'app://elbow/a%00.js',
    'app://elbow/%ff',
    'app://elbow//etc/passwd',
    'app://evil/index.html',
    'file:///r/index.html',
    'http://elbow/index.html',
    '',
  ])('never leaves the root for %s', (address) => {
    const file = resolveAppFile('/r', address);
    expect(file === null || file.startsWith('/r/')).toBe(true);
  });
  it.each([
    'app://elbow/..%2fx',
    'app://elbow/%2e%2e%2f%2e%2e%2fetc/passwd',
    'app://elbow/a%5cb',
    'app://elbow/a%00',
    'app://elbow/%ff',
    'app://elbow/%252e',
    'app://evil/',
  ])('refuses %s', (address) => {
    expect(resolveAppFile('/r', address)).toBeNull();
  });
});

describe('isTrustedSender', () => {
  it.each([
    ['the main frame of our page', { url: 'app://elbow/index.html', parent: null }, true],
    ['a frame inside it', { url: 'app://elbow/index.html', parent: {} }, false],
    ['another origin', { url: 'https://example.org/', parent: null }, false],
    ['a look-alike host', { url: 'app://elbow.example/', parent: null }, false],
    ['a blank page', { url: 'about:blank', parent: null }, false],
    ['a frame that is gone', null, false],
  ])('%s', (_, frame, trusted) => {
    expect(isTrustedSender(frame)).toBe(trusted);
  });
});

describe('isAllowedExternal', () => {
  it.each([
    ['https://arxiv.org/abs/1812.05905', true],
    ['http://arxiv.org/abs/1812.05905', false],
    ['https://arxiv.org.example.com/', false],
    ['https://x@arxiv.org/', false],
    ['https://arxiv.org:8443/', false],
    ['file:///etc/passwd', false],
    ['javascript:alert(1)', false],
    ['smb://server/share', false],
    ['', false],
  ])('%s: %s', (address, allowed) => {
    expect(isAllowedExternal(address)).toBe(allowed);
  });
});

describe('secureSession', () => {
  it('refuses every permission, asked for or checked, and every device', () => {
    const handlers: Partial<Record<keyof SecurableSession, (...values: never[]) => unknown>> = {};
    secureSession({
      setPermissionRequestHandler: (handler) => void (handlers.setPermissionRequestHandler = handler as never),
      setPermissionCheckHandler: (handler) => void (handlers.setPermissionCheckHandler = handler as never),
      setDevicePermissionHandler: (handler) => void (handlers.setDevicePermissionHandler = handler as never),
    });
    for (const permission of ['media', 'geolocation', 'notifications', 'clipboard-read', 'openExternal', 'fileSystem', 'hid', 'unknown']) {
      let granted: boolean | null = null;
      const ask = handlers.setPermissionRequestHandler as unknown as (
        contents: null,
        permission: string,
        callback: (value: boolean) => void,
      ) => void;
      ask(null, permission, (value) => (granted = value));
      expect(granted).toBe(false);
    }
    expect(handlers.setPermissionCheckHandler?.()).toBe(false);
    expect(handlers.setDevicePermissionHandler?.()).toBe(false);
  });
});

describe('secureContents', () => {
  function secured() {
    const listeners = new Map<string, (event: { url: string; preventDefault(): void }) => void>();
    const opened: string[] = [];
    let onOpen: ((details: { url: string }) => { action: 'deny' }) | null = null;
    const contents: SecurableContents = {
      on: (event: string, listener: (event: { url: string; preventDefault(): void }) => void) => listeners.set(event, listener),
      setWindowOpenHandler: (handler) => void (onOpen = handler),
    };
    secureContents(contents, (address) => opened.push(address));
    const isPrevented = (event: string, url: string): boolean => {
      let prevented = false;
      listeners.get(event)?.({ url, preventDefault: () => void (prevented = true) });
      return prevented;
    };
    return { listeners, opened, isPrevented, open: (url: string) => onOpen?.({ url }) };
  }

  it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s leaves our origin never', (event) => {
    const { isPrevented } = secured();
    expect(isPrevented(event, 'app://elbow/index.html#train')).toBe(false);
    for (const url of ['https://example.org/', 'file:///etc/passwd', 'app://elbow.example/', 'about:blank'])
      expect(isPrevented(event, url)).toBe(true);
  });

  it('attaches no webview', () => {
    expect(secured().isPrevented('will-attach-webview', '')).toBe(true);
  });

  it('opens no window, and a browser only for the cited sites', () => {
    const { open, opened } = secured();
    expect(open('https://arxiv.org/abs/1812.05905')).toEqual({ action: 'deny' });
    expect(open('https://example.org/')).toEqual({ action: 'deny' });
    expect(open('file:///etc/passwd')).toEqual({ action: 'deny' });
    expect(opened).toEqual(['https://arxiv.org/abs/1812.05905']);
  });
});
