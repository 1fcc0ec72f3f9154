// What a test of the window's controllers needs beside them: the little of a browser that they touch, fake time, and an
// AppState on a fake workstation.
import { flushSync } from 'svelte';
import { afterEach, beforeEach, vi } from 'vitest';
import { AppState } from '../app-state.svelte.ts';
import { FakeService } from './fake-service.ts';

/** For each test of a file: fake time and the globals of a page. */
export function useWindow(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    const stored = new Map<string, string>();
    vi.stubGlobal('location', { hash: '' });
    vi.stubGlobal('addEventListener', () => undefined);
    vi.stubGlobal('requestAnimationFrame', (callback: (time: number) => void) => setTimeout(() => callback(performance.now()), 16));
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => stored.get(key) ?? null,
      setItem: (key: string, value: string) => void stored.set(key, value),
    });
    vi.stubGlobal('document', { hidden: false, addEventListener: () => undefined, removeEventListener: () => undefined });
  });
  afterEach(() => {
    for (const end of roots.splice(0)) end();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
}

const roots: (() => void)[] = [];

/** An AppState whose connection is there; its lists wait for their answers unless the service replies. */
export function connectedApp(): { app: AppState; service: FakeService } {
  const service = new FakeService();
  const app = inRoot(() => new AppState(service));
  service.connect();
  return { app, service };
}

/** Makes something with derived values and effects, which end with the test. */
export function inRoot<T>(make: () => T): T {
  const made: T[] = [];
  roots.push($effect.root(() => void made.push(make())));
  flushSync();
  return made[0] as T;
}
