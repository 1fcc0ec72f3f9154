// Who is let in.
import { describe, expect, it } from 'vitest';
import { createGuessLimit, createToken, isSameToken, refuseHeaders } from './guards.ts';

describe('refuseHeaders', () => {
  it.each(['127.0.0.1', '127.0.0.1:4270', 'localhost', 'localhost:9', 'LOCALHOST:80', '[::1]', '[::1]:65535'])(
    'lets %s in, any port',
    (host) => {
      expect(refuseHeaders({ host }, false)).toBeNull();
      expect(refuseHeaders({ host, origin: `http://${host}` }, true)).toBeNull();
    },
  );
  it.each([
    undefined,
    '',
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:4270',
    '127.0.0.1@evil.example',
    '127.0.0.2',
    '0.0.0.0',
    '127.1',
    '2130706433',
    '::1',
    '[::]',
    '[::1',
    '127.0.0.1:',
    '127.0.0.1:x',
    '127.0.0.1:123456',
    '127.0.0.1 ',
    'localhost\n',
    '127.0.0.1,localhost',
    'localhost.',
  ])('refuses Host %j', (host) => {
    expect(refuseHeaders(host === undefined ? {} : { host }, false)).toMatch(/127\.0\.0\.1/);
  });
  it.each([
    'https://127.0.0.1:4270',
    'http://127.0.0.1',
    'http://127.0.0.1:4271',
    'http://localhost:4270',
    'http://evil.example',
    'null',
    '',
    'http://127.0.0.1:4270/',
    'http://127.0.0.1:4270.evil.example',
    'app://elbow',
    'file://',
  ])('refuses Origin %j for 127.0.0.1:4270', (origin) => {
    expect(refuseHeaders({ host: '127.0.0.1:4270', origin }, false)).toMatch(/origin/);
    expect(refuseHeaders({ host: '127.0.0.1:4270', origin }, true)).toMatch(/origin/);
  });
  it('lets a file be asked for without an Origin, a WebSocket not', () => {
    expect(refuseHeaders({ host: 'localhost' }, false)).toBeNull();
    expect(refuseHeaders({ host: 'localhost' }, true)).toMatch(/needs an Origin/);
  });
});

describe('token', () => {
  it('has 128 bits and needs no escaping', () => {
    const tokens = new Set(Array.from({ length: 1000 }, createToken));
    expect(tokens.size).toBe(1000);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{22}$/);
  });
  it('is the same only whole', () => {
    const token = createToken();
    expect(isSameToken(token, token)).toBe(true);
    for (const other of ['', token.slice(1), `${token} `, token.toLowerCase() + 'x', createToken()])
      expect(isSameToken(other, token)).toBe(false);
  });
});

it('stops guessing after ten tries, for a minute', () => {
  let now = 0;
  const guesses = createGuessLimit(10, 60_000, () => now);
  for (let k = 0; k < 10; k += 1) {
    expect(guesses.isExceeded()).toBe(false);
    guesses.count();
  }
  expect(guesses.isExceeded()).toBe(true);
  now = 59_999;
  expect(guesses.isExceeded()).toBe(true);
  now = 60_000;
  expect(guesses.isExceeded()).toBe(false);
});
