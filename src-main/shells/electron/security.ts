// What Electron must be told before it is safe: plain data and functions over the few methods they use, so
// that tests can assert them without Electron (its npm package would download the binary when imported).
// The list is https://www.electronjs.org/docs/latest/tutorial/security; types alone come from electron.
import path from 'node:path';
import type { CustomScheme, WebPreferences } from 'electron';

export const appScheme = 'app';
/** The one origin that the window shows and that may call the workstation. */
export const appOrigin = `${appScheme}://elbow`;
export const startPage = `${appOrigin}/index.html`;

/**
 * Registered before Electron is ready. No `corsEnabled`: it would let other origins read ours
 * (electron#52908); no `bypassCSP`.
 */
export const privilegedSchemes: CustomScheme[] = [
  { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true, stream: true } },
];

/** Preferences of the window. The defaults that matter are written out, so that none can change unnoticed. */
export function windowPreferences(preload: string): WebPreferences {
  return {
    preload,
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
  };
}

/** Is this address one of ours? Compared by parsed scheme and host: `app://elbow.example` is not. */
export function isAppUrl(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === `${appScheme}:` && url.host === 'elbow' && url.username === '' && url.port === '';
}

/**
 * The file below `root` that an app:// address names, or null where it names none: another host, an
 * escape (`..`, `%2e%2e`, a backslash, a drive letter), a NUL, an address that cannot be decoded.
 */
export function resolveAppFile(root: string, address: string): string | null {
  if (!isAppUrl(address)) return null;
  let name: string;
  try {
    name = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (name.includes('\0') || name.includes('\\') || /[:%]/.test(name)) return null;
  const relative = name === '/' ? 'index.html' : name.slice(1);
  const file = path.resolve(root, relative);
  const below = path.relative(path.resolve(root), file);
  return below === '' || below.startsWith('..') || path.isAbsolute(below) ? null : file;
}

/** The part of a frame that is looked at when a message arrives. */
export interface SenderFrame {
  readonly url: string;
  readonly parent: unknown;
}

/** Messages count only from the main frame of our own page; a frame that is gone is null. */
export function isTrustedSender(frame: SenderFrame | null): boolean {
  return frame !== null && frame.parent === null && isAppUrl(frame.url);
}

/** Addresses that a link may open in the system's browser: documentation and the papers that are cited. */
const externalHosts = new Set(['arxiv.org', 'doi.org', 'mujoco.readthedocs.io', 'gymnasium.farama.org', 'nodejs.org']);

export function isAllowedExternal(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === 'https:' && externalHosts.has(url.hostname) && url.username === '' && url.port === '';
}

/** What is used of Electron's Session. */
export interface SecurableSession {
  setPermissionRequestHandler(
    handler: ((contents: unknown, permission: string, callback: (granted: boolean) => void) => void) | null,
  ): void;
  setPermissionCheckHandler(handler: (() => boolean) | null): void;
  setDevicePermissionHandler(handler: (() => boolean) | null): void;
}

/** Elbow needs no camera, place, clipboard, notification or device: all are refused, asked for or checked. */
export function secureSession(session: SecurableSession): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

interface Preventable {
  preventDefault(): void;
}

/** What is used of Electron's WebContents. */
export interface SecurableContents {
  on(
    event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect',
    listener: (event: Preventable & { readonly url: string }) => void,
  ): unknown;
  on(event: 'will-attach-webview', listener: (event: Preventable) => void): unknown;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void;
}

/** Keeps a page where it is: no navigation away from app://, no new window, no webview. */
export function secureContents(contents: SecurableContents, openExternal: (address: string) => unknown): void {
  const stay = (event: Preventable & { readonly url: string }): void => {
    if (!isAppUrl(event.url)) event.preventDefault();
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (isAllowedExternal(url)) openExternal(url);
    return { action: 'deny' };
  });
}
