// The token's way from the address to the tab.
import { describe, expect, it } from 'vitest';
import { takeToken } from './token.ts';

/** A tab's places, as a browser has them. */
function places(
  hash: string,
  stored: string | null = null,
): Parameters<typeof takeToken>[0] & { shown: string[]; store: Map<string, string> } {
  const store = new Map(stored === null ? [] : [['elbow-token', stored]]);
  const shown: string[] = [];
  return {
    shown,
    store,
    location: { hash, pathname: '/', search: '' },
    history: { state: null, replaceState: (_state, _title, url) => void shown.push(String(url)) },
    storage: { getItem: (key) => store.get(key) ?? null, setItem: (key, value) => void store.set(key, value) },
  };
}

describe('takeToken', () => {
  it.each<[string, string | null, string | null, string[]]>([
    ['#token=abc_-1', null, 'abc_-1', ['/']],
    ['#token=new', 'old', 'new', ['/']],
    ['#token=abc&run=x', null, 'abc', ['/#run=x']],
    ['', 'old', 'old', []],
    ['#/runs', 'old', 'old', []],
    ['', null, null, []],
    ['#tokens=abc', null, null, []],
  ])('from %j with %j stored takes %j', (hash, stored, token, shown) => {
    const tab = places(hash, stored);
    expect(takeToken(tab)).toBe(token);
    expect(tab.shown).toEqual(shown);
    expect(tab.store.get('elbow-token') ?? null).toBe(token);
  });
});
