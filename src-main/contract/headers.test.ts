// What a window may do, by file.
import { describe, expect, it } from 'vitest';
import { responseHeaders } from './headers.ts';

const policyOf = (path: string): string => responseHeaders(path)['Content-Security-Policy'] ?? '';

describe('response headers', () => {
  it.each([
    '/index.html',
    '/assets/index-B1c2D3e4.js',
    '/message.txt',
    '/assets/other-worker-B1c2D3e4.js',
    '/scene-worker.js.map',
    '/assets/scene-worker-x.js/y.js',
    '/x-scene-worker.js',
  ])('lets %s evaluate no string', (path) => expect(policyOf(path)).not.toContain("'unsafe-eval'"));
  it.each(['/scene-worker.js', '/assets/scene-worker-B1c2D3e4.js', '/assets/scene-worker.entry-B_-2D3e4.js'])(
    'lets %s evaluate strings and reach its own origin only',
    (path) => {
      expect(policyOf(path)).toContain("script-src 'self' 'unsafe-eval'");
      expect(policyOf(path)).toContain("connect-src 'self';");
      expect(policyOf(path)).toContain("default-src 'none'");
    },
  );
  it('gives the page the strict policy', () => {
    expect(policyOf('/index.html')).toBe(
      "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; " +
        "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
  });
  it.each([
    ['/index.html', 'text/html; charset=utf-8'],
    ['/assets/a.js', 'text/javascript; charset=utf-8'],
    ['/assets/ort.mjs', 'text/javascript; charset=utf-8'],
    ['/mujoco.wasm', 'application/wasm'],
    ['/models/half-cheetah.XML', 'text/xml; charset=utf-8'],
    ['/a.constructor', 'application/octet-stream'],
    ['/noextension', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('types %s as %s, not to be guessed', (path, type) => {
    expect(responseHeaders(path)['Content-Type']).toBe(type);
    expect(responseHeaders(path)['X-Content-Type-Options']).toBe('nosniff');
    expect(responseHeaders(path)['Referrer-Policy']).toBe('no-referrer');
  });
  it('lets only hashed files be kept without asking', () => {
    expect(responseHeaders('/assets/index-B1c2D3e4.js')['Cache-Control']).toContain('immutable');
    for (const path of ['/index.html', '/assets/index.js', '/models/half-cheetah.xml']) {
      expect(responseHeaders(path)['Cache-Control']).toBe('no-cache');
    }
  });
});
