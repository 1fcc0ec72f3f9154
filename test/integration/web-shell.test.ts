// The web shell as windows and intruders meet it: a real store, a real server, real sockets.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { closeCodes, socketPath, type ServerMessage } from '../../src-main/contract/messages.ts';
import type { WorkstationEvent } from '../../src-main/contract/requests.ts';
import { decodeMessage, encodeMessage } from '../../src-main/contract/wire.ts';
import { createToken } from '../../src-main/shells/web/guards.ts';
import { createWebServer, type WebServer } from '../../src-main/shells/web/server.ts';
import { openStore } from '../../src-main/store/store.ts';
import { planRuns } from '../../src-main/workstation/plan.ts';
import { findPossibilities } from '../../src-main/workstation/possibilities.ts';
import { createWorkstation, type WorkstationService } from '../../src-main/workstation/workstation.ts';
import type { Connection } from '../../src-renderer/api/connection.ts';
import { createWebSocketClient } from '../../src-renderer/api/web-socket-client.ts';

const token = createToken();
let folder: string;
let workstation: WorkstationService;
let server: WebServer;
let port: number;
let run: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-web-'));
  const root = path.join(folder, 'renderer');
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  writeFileSync(path.join(root, 'index.html'), '<!doctype html><title>Elbow</title>');
  writeFileSync(path.join(root, 'assets', 'scene-worker-B1c2D3e4.js'), 'postMessage(1)');
  writeFileSync(path.join(root, '.hidden'), 'hidden');
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
  symlinkSync(path.join(folder, 'secret.txt'), path.join(root, 'link.txt'));
  const dataDirectory = path.join(folder, 'data');
  run = makeRun(dataDirectory);
  workstation = createWorkstation({ dataDirectory });
  server = createWebServer({ workstation, root, token, helloTimeout: 300 });
  port = await server.listen(0);
});
afterAll(async () => {
  await server.close();
  await workstation.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A stored run that nobody trains. */
function makeRun(dataDirectory: string): string {
  const store = openStore(dataDirectory);
  const {
    configurations: [configuration],
  } = planRuns(
    { task: 'inverted-pendulum', agent: 'sac', hyperparameters: {}, seeds: '1', device: 'cpu', threads: 1, name: null },
    findPossibilities(),
  );
  if (!configuration) throw new Error('one seed gives one configuration');
  const id = store.runs.create({ configuration, name: 'first' });
  store.close();
  return id;
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

function get(target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: '127.0.0.1', port, path: target, method, headers: { Host: `127.0.0.1:${port}`, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    sent.on('error', reject).end();
  });
}

/** A socket opened as a page of this host and origin would. */
function openSocket(options: { host?: string; origin?: string | null; path?: string } = {}): WebSocket {
  const { host = `127.0.0.1:${port}`, origin = `http://${host}`, path: target = socketPath } = options;
  return new WebSocket(`ws://127.0.0.1:${port}${target}`, { headers: { Host: host, ...(origin === null ? {} : { Origin: origin }) } });
}
const opened = (socket: WebSocket): Promise<void> => new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
const closed = (socket: WebSocket): Promise<number> => new Promise((resolve) => socket.once('close', resolve));
const refusedWith = (socket: WebSocket): Promise<number> =>
  new Promise((resolve, reject) => {
    socket
      .once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0))
      .once('open', () => reject(new Error('was let in')));
    socket.on('error', () => undefined);
  });
const nextMessage = (socket: WebSocket, wanted: ServerMessage['kind']): Promise<ServerMessage> =>
  new Promise((resolve, reject) => {
    const listen = (data: Buffer): void => {
      const message = decodeMessage(data) as ServerMessage;
      if (message.kind === wanted) {
        socket.off('message', listen);
        resolve(message);
      }
    };
    socket.on('message', listen).once('close', (code) => reject(new Error(`closed with ${code}`)));
  });
const send = (socket: WebSocket, message: unknown): void => socket.send(encodeMessage(message));

/** A socket that has given its token. */
async function greeted(): Promise<WebSocket> {
  const socket = openSocket();
  await opened(socket);
  const welcome = nextMessage(socket, 'welcome');
  send(socket, { kind: 'hello', token });
  await welcome;
  return socket;
}

/** The renderer's own client, with the Origin that a browser would send. */
function openWindow(): Connection {
  return createWebSocketClient({
    url: `ws://127.0.0.1:${port}${socketPath}`,
    token,
    openSocket: (url) => new WebSocket(url, { headers: { Origin: `http://127.0.0.1:${port}` } }) as unknown as globalThis.WebSocket,
  });
}

describe('files', () => {
  it('serves the page under the strict policy, and asks again by ETag', async () => {
    const page = await get('/');
    expect([page.status, page.text]).toEqual([200, '<!doctype html><title>Elbow</title>']);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).not.toContain("'unsafe-eval'");
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    const again = await get('/index.html', { 'If-None-Match': page.headers.etag ?? '' });
    expect([again.status, again.text]).toEqual([304, '']);
    expect((await get('/', {}, 'HEAD')).text).toBe('');
  });

  it('lets the scene worker alone evaluate strings', async () => {
    const worker = await get('/assets/scene-worker-B1c2D3e4.js');
    expect(worker.headers['content-security-policy']).toContain("'unsafe-eval'");
  });

  it.each([
    '/..%2fsecret.txt',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '//proc/self/environ',
    '/index.html%00.js',
    '/link.txt',
    '/.hidden',
    '/assets',
    '/assets/',
    '/..%5csecret.txt',
    '/%252e%252e/secret.txt',
    '/nothing.js',
    '/data/elbow.db',
    '/%',
  ])('finds no file at %s', async (target) => {
    const answer = await get(target);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toContain('secret');
    expect(answer.headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('refuses what is no reading', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) expect((await get('/', {}, method)).status).toBe(405);
  });

  it.each(['evil.example', 'localhost.evil.example', '192.168.1.5'])('refuses Host %j', async (host) => {
    expect((await get('/', { Host: host })).status).toBe(403);
  });

  it('answers under any name and port of the loopback, as behind an SSH tunnel', async () => {
    for (const host of ['localhost:9999', '127.0.0.1', '[::1]:8080']) expect((await get('/', { Host: host })).status).toBe(200);
  });

  /** What the server answers to these bytes. */
  const raw = (bytes: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const stream = connectTcp(port, '127.0.0.1', () => stream.end(bytes));
      let text = '';
      stream.setEncoding('utf8').on('data', (part: string) => (text += part));
      stream.on('close', () => resolve(text)).on('error', reject);
    });

  it.each<[string, string, RegExp]>([
    ['without a Host', 'GET / HTTP/1.0\r\n\r\n', /^HTTP\/1\.1 403 /],
    ['with an empty Host', 'GET / HTTP/1.1\r\nHost: \r\n\r\n', /^HTTP\/1\.1 403 /],
    ['with two Hosts', 'GET / HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\n\r\n', /^HTTP\/1\.1 40[03] /],
    ['as to a proxy', `GET http://evil.example/index.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`, /^HTTP\/1\.1 404 /],
    ['in no HTTP', '\u0000\u0001 nonsense\r\n\r\n', /^HTTP\/1\.1 400 /],
  ])('survives a request %s', async (_name, bytes, answer) => {
    expect(await raw(bytes)).toMatch(answer);
    expect((await get('/')).status).toBe(200);
  });
});

describe('a socket is refused', () => {
  it.each<[string, Parameters<typeof openSocket>[0]]>([
    ['with another Host', { host: 'evil.example' }],
    ['with another Origin', { origin: 'http://evil.example' }],
    ['with another port’s Origin', { origin: 'http://127.0.0.1:1' }],
    ['with an Origin of another scheme', { origin: 'https://127.0.0.1' }],
    ['with no Origin', { origin: null }],
    ['with the Origin "null"', { origin: 'null' }],
    ['at another path', { path: '/' }],
    ['at a path with a query', { path: `${socketPath}?token=x` }],
  ])('%s', async (_name, options) => expect(await refusedWith(openSocket(options))).toBe(403));

  it('without a token in time', async () => {
    const socket = openSocket();
    await opened(socket);
    expect(await closed(socket)).toBe(closeCodes.noToken);
  });

  it.each<[string, unknown]>([
    ['a wrong token', { kind: 'hello', token: createToken() }],
    ['an empty token', { kind: 'hello', token: '' }],
    ['a token of another kind', { kind: 'hello', token: null }],
    ['a call first', { kind: 'call', id: 1, name: 'runs.list', request: {} }],
    ['nothing', null],
  ])('with %s, and tells nothing', async (_name, message) => {
    const socket = openSocket();
    let heard = 0;
    socket.on('message', () => (heard += 1));
    await opened(socket);
    send(socket, message);
    send(socket, { kind: 'call', id: 2, name: 'runs.list', request: {} });
    expect([await closed(socket), heard]).toEqual([closeCodes.wrongToken, 0]);
  });

  it.each<[string, (socket: WebSocket) => void, number]>([
    ['a text message', (socket) => socket.send('{"kind":"call"}'), closeCodes.badMessage],
    ['a broken frame', (socket) => socket.send(new Uint8Array([255, 255, 255, 255])), closeCodes.badMessage],
    ['a message of no kind', (socket) => send(socket, { kind: 'other' }), closeCodes.badMessage],
    ['a call without a number', (socket) => send(socket, { kind: 'call', id: 'x', name: 'runs.list', request: {} }), closeCodes.badMessage],
    ['a huge message', (socket) => socket.send(new Uint8Array(2 ** 20 + 1)), 1009],
  ])('after %s', async (_name, act, code) => {
    const socket = await greeted();
    act(socket);
    expect(await closed(socket)).toBe(code);
  });
});

describe('calls', () => {
  it.each<[string, string, unknown, string, string | null, RegExp]>([
    ['an unknown request', 'runs.lst', {}, 'invalid-request', null, /nearest: runs\.list/],
    ['a request of the prototype', '__proto__', {}, 'invalid-request', null, /no request named/],
    ['a missing field', 'runs.get', {}, 'invalid-request', 'run', /^run: a text is needed, and nothing was given\./],
    ['no request at all', 'runs.list', null, 'invalid-request', null, /^the request: must be an object/],
    ['a field of another kind', 'runs.star', { run: 'x', starred: 'yes' }, 'invalid-request', 'starred', /must be true or false/],
    ['a field too many', 'runs.get', { run: 'x', extra: 1 }, 'invalid-request', null, /"extra" is not known/],
    ['an empty name', 'runs.rename', { run: 'x', name: '   ' }, 'invalid-request', 'name', /at least one character/],
    [
      'a note without end',
      'runs.annotate',
      { run: 'x', note: 'x'.repeat(20_001) },
      'invalid-request',
      'note',
      /room for 20,000 characters/,
    ],
    ['an unknown action', 'runs.control', { run: 'x', action: 'explode' }, 'invalid-request', 'action', /pause, resume, checkpoint, stop/],
    ['a position below the first', 'queue.move', { run: 'x', position: 0 }, 'invalid-request', 'position', /at least 1/],
    ['an unknown run', 'runs.get', { run: 'nobody' }, 'not-found', null, /nobody/],
    ['a run that is a path', 'runs.log', { run: '../../etc', maxBytes: 100 }, 'not-found', null, /\.\./],
    ['an unknown rollout', 'rollouts.get', { rollout: 123456 }, 'not-found', null, /123,?456/],
    [
      'an unknown task',
      'runs.create',
      { task: 'half-cheeta', agent: 'sac', hyperparameters: {}, seeds: '1', device: 'cpu', threads: null, name: null },
      'invalid-request',
      'task',
      /half-cheetah/,
    ],
    [
      'a hyper-parameter out of range',
      'runs.create',
      { task: 'half-cheetah', agent: 'sac', hyperparameters: { 'batch-size': -1 }, seeds: '1', device: 'cpu', threads: null, name: null },
      'invalid-request',
      'hyperparameters.batch-size',
      /from 1 to/,
    ],
  ])('refuse %s', async (_name, name, request, code, field, message) => {
    const socket = await greeted();
    const failure = nextMessage(socket, 'failure');
    send(socket, { kind: 'call', id: 7, name, request });
    expect(await failure).toMatchObject({ id: 7, error: { code, field, message: expect.stringMatching(message) as string } });
    socket.close();
  });

  it('are answered each by its number, columns as typed arrays', async () => {
    const window = openWindow();
    const [list, description, metrics] = await Promise.all([
      window.call('runs.list', {}),
      window.call('system.describe', {}),
      window.call('metrics.query', { run, metrics: ['entropy'], fromStep: null, toStep: null, maxPoints: 10, includeSuperseded: false }),
    ]);
    expect(list.runs.map(({ id }) => id)).toEqual([run]);
    expect(list.runs[0]?.sparkline).toBeInstanceOf(Float32Array);
    expect(description.tasks.map(({ id }) => id)).toContain('half-cheetah');
    expect(metrics.series[0]?.step).toEqual(new Float64Array(0));
    window.close();
  });

  it('are refused in words on the window’s side too', async () => {
    const window = openWindow();
    await expect(window.call('runs.get', { run: 'nobody' })).rejects.toMatchObject({ name: 'WorkstationError', code: 'not-found' });
    window.close();
  });
});

it('shows a change of one window in the other within a second', async () => {
  const [first, second] = [openWindow(), openWindow()];
  const seen = [first, second].map(
    (window) =>
      new Promise<number>((resolve) => {
        window.subscribe((event: WorkstationEvent) => {
          if (event.kind === 'runs-changed' && event.runs.some(({ name }) => name === 'renamed')) resolve(performance.now());
        });
      }),
  );
  await second.call('runs.list', {});
  const start = performance.now();
  await first.call('runs.rename', { run, name: 'renamed' });
  for (const time of await Promise.all(seen)) expect(time - start).toBeLessThan(1000);
  first.close();
  second.close();
});

it('shows what another process changed within a second', async () => {
  const window = openWindow();
  await window.call('runs.list', {});
  const seen = new Promise<number>((resolve) => {
    window.subscribe((event) => {
      if (event.kind === 'runs-changed' && event.runs.some(({ starred }) => starred)) resolve(performance.now());
    });
  });
  const other = openStore(path.join(folder, 'data'));
  const start = performance.now();
  other.runs.star(run, true);
  other.close();
  expect((await seen) - start).toBeLessThan(1000);
  window.close();
});
