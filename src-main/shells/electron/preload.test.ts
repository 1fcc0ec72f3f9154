// The preload as it is built: one CommonJS file that needs nothing but Electron, run in a context of its own
// with a fake bridge.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import vm from 'node:vm';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import electronViteConfig from '../../../electron.vite.config.ts';
import { bridgeChannels, type ElbowBridge } from '../../contract/bridge.ts';
import { requestSchemas, type WorkstationEvent } from '../../contract/requests.ts';

let folder = '';
let code = '';
beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-preload-'));
  const { preload } = electronViteConfig as {
    preload: { define: Record<string, string>; build: { rollupOptions: Record<string, unknown> } };
  };
  await build({
    configFile: false,
    logLevel: 'error',
    define: preload.define,
    // What electron-vite adds for a preload: a build for Node with Electron left outside.
    ssr: { noExternal: true },
    build: { ssr: true, outDir: folder, rollupOptions: { ...preload.build.rollupOptions, external: ['electron'] } },
  });
  expect(readdirSync(folder)).toEqual(['preload.cjs']);
  code = readFileSync(path.join(folder, 'preload.cjs'), 'utf8');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run() {
  const exposed = new Map<string, unknown>();
  const required: string[] = [];
  const invoked: unknown[][] = [];
  const listeners = new Map<string, Set<(...values: unknown[]) => void>>();
  const electron = {
    contextBridge: { exposeInMainWorld: (name: string, value: unknown) => exposed.set(name, value) },
    ipcRenderer: {
      invoke: async (...values: unknown[]) => {
        invoked.push(values);
        return { ok: true, value: 42 };
      },
      on: (channel: string, listener: (...values: unknown[]) => void) => {
        listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
      },
      removeListener: (channel: string, listener: (...values: unknown[]) => void) => listeners.get(channel)?.delete(listener),
    },
  };
  const require = (name: string): unknown => {
    required.push(name);
    if (name !== 'electron') throw new Error(`a sandboxed preload cannot require ${name}`);
    return electron;
  };
  vm.runInNewContext(code, { require, module: { exports: {} }, exports: {} });
  return { exposed, required, invoked, listeners, bridge: exposed.get('elbow') as ElbowBridge };
}

describe('the built preload', () => {
  it('requires Electron alone and exposes one frozen object with two functions', () => {
    const { exposed, required, bridge } = run();
    expect(required).toEqual(['electron']);
    expect([...exposed.keys()]).toEqual(['elbow']);
    expect(Object.keys(bridge).sort()).toEqual(['call', 'subscribe']);
    expect(Object.isFrozen(bridge)).toBe(true);
  });

  it('carries no schema library', () => {
    expect(code.length).toBeLessThan(5000);
    expect(code).not.toContain('zod');
  });

  it('passes every request of the contract, on one channel', async () => {
    const { bridge, invoked } = run();
    const names = Object.keys(requestSchemas) as (keyof typeof requestSchemas)[];
    for (const name of names) expect(await bridge.call(name, {})).toEqual({ ok: true, value: 42 });
    expect(invoked).toEqual(names.map((name) => [bridgeChannels.call, name, {}]));
  });

  it.each(['elbow:call', 'runs.steal', '__proto__', 'constructor', '', 7, null, {}])('passes nothing named %j', async (name) => {
    const { bridge, invoked } = run();
    const answer = await bridge.call(name as never, {});
    expect(answer).toMatchObject({ ok: false, error: { code: 'invalid-request' } });
    expect(invoked).toEqual([]);
  });

  it("gives events without Electron's own object, until the subscription ends", () => {
    const { bridge, listeners } = run();
    const got: unknown[][] = [];
    const end = bridge.subscribe((...values: WorkstationEvent[]) => got.push(values));
    const registered = listeners.get(bridgeChannels.event) ?? new Set();
    const payload = { kind: 'queue-changed', revision: 1, entries: [] };
    for (const listener of registered) listener({ sender: 'ipcRenderer' }, payload);
    expect(got).toEqual([[payload]]);
    end();
    expect(registered.size).toBe(0);
  });
});
