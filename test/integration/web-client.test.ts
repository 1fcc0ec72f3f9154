// The window's connection through what happens to connections: a restart, a new token, silence.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { socketPath } from '../../src-main/contract/messages.ts';
import { encodeMessage } from '../../src-main/contract/wire.ts';
import { createToken } from '../../src-main/shells/web/guards.ts';
import { createWebServer, type WebServer } from '../../src-main/shells/web/server.ts';
import { createWorkstation, type WorkstationService } from '../../src-main/workstation/workstation.ts';
import type { Connection, ConnectionState } from '../../src-renderer/api/connection.ts';
import { createWebSocketClient, type WebSocketClientOptions } from '../../src-renderer/api/web-socket-client.ts';

const token = createToken();
let folder: string;
let workstation: WorkstationService;
let server: WebServer;
let port = 0;
const windows: Connection[] = [];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-client-'));
  workstation = createWorkstation({ dataDirectory: path.join(folder, 'data') });
});
afterEach(async () => {
  for (const window of windows.splice(0)) window.close();
  await server.close();
});
afterAll(async () => {
  await workstation.close();
  rmSync(folder, { recursive: true, force: true });
});

async function serve(options: { token?: string; port?: number; pingInterval?: number } = {}): Promise<void> {
  server = createWebServer({ workstation, root: folder, token: options.token ?? token, pingInterval: options.pingInterval ?? 30_000 });
  port = await server.listen(options.port ?? 0);
}

function openWindow(options: Partial<WebSocketClientOptions> = {}): Connection {
  const window = createWebSocketClient({
    url: `ws://127.0.0.1:${port}${socketPath}`,
    token,
    retryDelay: 20,
    openSocket: (url) =>
      new WebSocket(url, { headers: { Origin: new URL(url).origin.replace('ws', 'http') } }) as unknown as globalThis.WebSocket,
    ...options,
  });
  windows.push(window);
  return window;
}

function reached(window: Connection, isWanted: (state: ConnectionState) => boolean): Promise<ConnectionState> {
  return new Promise((resolve) => {
    const unsubscribe = window.state.subscribe((state) => {
      if (!isWanted(state)) return;
      resolve(state);
      queueMicrotask(() => unsubscribe());
    });
  });
}

it('comes back after Elbow restarts on the same port with the same token, and says that events may be missing', async () => {
  await serve();
  const window = openWindow();
  expect(await reached(window, ({ kind }) => kind === 'connected')).toEqual({ kind: 'connected', epoch: 1 });
  await server.close();
  expect(await reached(window, ({ kind }) => kind === 'reconnecting')).toMatchObject({ attempt: 1 });
  // Asked while the connection is down: waits for it.
  const list = window.call('runs.list', {});
  await serve({ port });
  expect(await reached(window, ({ kind }) => kind === 'connected')).toEqual({ kind: 'connected', epoch: 2 });
  expect(await list).toMatchObject({ runs: [] });
});

it('goes on hearing events after coming back, once each', async () => {
  await serve();
  const window = openWindow();
  let count = 0;
  const heard = (): Promise<void> =>
    new Promise((resolve) => {
      const unsubscribe = window.subscribe(({ kind }) => {
        if (kind !== 'machine') return;
        count += 1;
        unsubscribe();
        resolve();
      });
    });
  await heard();
  await server.close();
  await serve({ port });
  await reached(window, (state) => state.kind === 'connected' && state.epoch === 2);
  await heard();
  expect(count).toBe(2);
});

it('is refused by an Elbow with another token, and says what to do', async () => {
  await serve();
  const window = openWindow();
  await reached(window, ({ kind }) => kind === 'connected');
  await server.close();
  await serve({ port, token: createToken() });
  const state = await reached(window, ({ kind }) => kind === 'refused');
  expect(state).toMatchObject({ message: expect.stringMatching(/Open the address that Elbow printed/) as string });
  await expect(window.call('runs.list', {})).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/Open the address/) as string,
  });
});

it('slows guessing down after ten wrong tokens, and lets the right one in meanwhile', async () => {
  await serve();
  const guess = async (): Promise<ConnectionState> => reached(openWindow({ token: createToken() }), ({ kind }) => kind === 'refused');
  await Promise.all(Array.from({ length: 10 }, guess));
  const start = performance.now();
  const late = guess();
  expect(await openWindow().call('runs.list', {})).toMatchObject({ runs: [] });
  expect(await late).toMatchObject({ message: expect.stringMatching(/^Too many wrong tokens/) as string });
  expect(performance.now() - start).toBeGreaterThan(1900);
});

it('gives up a call when Elbow stays away', async () => {
  await serve();
  const window = openWindow({ callPatience: 100 });
  await reached(window, ({ kind }) => kind === 'connected');
  await server.close();
  await reached(window, ({ kind }) => kind === 'reconnecting');
  await expect(window.call('runs.list', {})).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/nothing was changed/) as string,
  });
});

it('says of a call whose answer was lost that it may have been carried out', async () => {
  await serve();
  const window = openWindow();
  await reached(window, ({ kind }) => kind === 'connected');
  const lost = expect(window.call('runs.list', {})).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/look whether/) as string,
  });
  await server.close();
  await lost;
});

it('fails what is under way and what comes later once it is closed', async () => {
  await serve();
  const window = openWindow();
  const early = window.call('runs.list', {});
  window.close();
  await expect(early).rejects.toMatchObject({ code: 'unavailable' });
  await expect(window.call('runs.list', {})).rejects.toMatchObject({ code: 'unavailable' });
  expect(window.state.get()).toEqual({ kind: 'closed' });
});

it('takes silence for a lost connection', async () => {
  // Accepts and never says a word, as a machine that was suspended behind an SSH tunnel.
  const silent = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise((resolve) => silent.once('listening', resolve));
  const address = silent.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  const window = openWindow({ silenceLimit: 100 });
  expect(await reached(window, ({ kind }) => kind === 'reconnecting')).toMatchObject({ attempt: 1 });
  window.close();
  for (const socket of silent.clients) socket.terminate();
  await new Promise((resolve) => silent.close(resolve));
});

it('keeps a window that is quiet, and lets go of one that is gone without a word', async () => {
  await serve({ pingInterval: 50 });
  const window = openWindow();
  await reached(window, ({ kind }) => kind === 'connected');
  const gone = new WebSocket(`ws://127.0.0.1:${port}${socketPath}`, { headers: { Origin: `http://127.0.0.1:${port}` }, autoPong: false });
  await new Promise((resolve) => gone.once('open', resolve));
  gone.send(encodeMessage({ kind: 'hello', token }));
  expect(await new Promise((resolve) => gone.once('close', resolve))).toBe(1006);
  expect(window.state.get()).toEqual({ kind: 'connected', epoch: 1 });
});
