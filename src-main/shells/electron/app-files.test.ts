// app:// answers, from real files.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { responseHeaders } from '../../contract/headers.ts';
import { answerAppRequest } from './app-files.ts';

let folder = '';
let root = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-app-'));
  root = path.join(folder, 'renderer');
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  writeFileSync(path.join(root, 'index.html'), '<!doctype html>page');
  writeFileSync(path.join(root, 'assets', 'scene-worker-abc12345.js'), 'worker');
  writeFileSync(path.join(folder, 'secret.txt'), 'secret');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ask = (url: string, method = 'GET') => answerAppRequest(root, { url, method });

describe('answerAppRequest', () => {
  it('gives the page under the strict policy', async () => {
    const response = await ask('app://elbow/');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('<!doctype html>page');
    for (const [name, value] of Object.entries(responseHeaders('/index.html'))) expect(response.headers.get(name)).toBe(value);
    expect(response.headers.get('content-security-policy')).not.toContain("'unsafe-eval'");
  });

  it('lets the scene worker alone evaluate strings', async () => {
    const response = await ask('app://elbow/assets/scene-worker-abc12345.js');
    expect(response.headers.get('content-security-policy')).toContain("'unsafe-eval'");
  });

  it('gives no body to HEAD', async () => {
    expect(await (await ask('app://elbow/index.html', 'HEAD')).text()).toBe('');
  });

  it.each([
    'app://elbow/missing.js',
    'app://elbow/assets',
    'app://elbow/..%2fsecret.txt',
    'app://elbow/../secret.txt',
    'app://evil/index.html',
    `app://elbow/${'a'.repeat(5000)}`,
  ])('has no file at %s', async (url) => {
    const response = await ask(url);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('secret');
  });

  it.each(['POST', 'PUT', 'DELETE'])('does not answer %s', async (method) => {
    expect((await ask('app://elbow/index.html', method)).status).toBe(405);
  });
});
