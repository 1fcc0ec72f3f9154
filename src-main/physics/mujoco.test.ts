import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { PhysicsError } from './errors.ts';
import { loadMuJoCo } from './mujoco.ts';
import type { MuJoCoOptions } from './mujoco.ts';
import { Simulator } from './simulator.ts';

const wasmPath = createRequire(import.meta.url).resolve('@mujoco/mujoco/mujoco.wasm');
const bytes = new Uint8Array(readFileSync(wasmPath));
const FALLING_BALL = '<mujoco><worldbody><body><freejoint/><geom size="1"/></body></worldbody></mujoco>';

describe('loadMuJoCo', () => {
  it.each<{ what: string; options: () => MuJoCoOptions | Promise<MuJoCoOptions> }>([
    { what: 'by itself', options: () => ({}) },
    { what: 'from bytes', options: () => ({ wasmBinary: bytes }) },
    { what: 'from a compiled module', options: async () => ({ wasmModule: await WebAssembly.compile(bytes) }) },
    { what: 'from an address', options: () => ({ locateFile: () => wasmPath }) },
  ])('loads $what', async ({ options }) => {
    const simulator = new Simulator(await loadMuJoCo(await options()), FALLING_BALL);
    simulator.step(10);
    expect(simulator.qvel[2]).toBeCloseTo(-9.81 * 0.02, 12);
    simulator.dispose();
  });

  it.each<{ what: string; options: () => MuJoCoOptions | Promise<MuJoCoOptions> }>([
    { what: 'bytes that are no WebAssembly', options: () => ({ wasmBinary: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]) }) },
    { what: 'a truncated file', options: () => ({ wasmBinary: bytes.slice(0, 100_000) }) },
    { what: 'a file that is not there', options: () => ({ locateFile: () => '/nowhere/mujoco.wasm' }) },
    {
      what: 'another module',
      options: async () => ({
        // One import that MuJoCo's script does not give.
        wasmModule: await WebAssembly.compile(
          new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 7, 1, 1, 120, 1, 121, 0, 0]),
        ),
      }),
    },
  ])('refuses $what', async ({ options }) => {
    const error = await loadMuJoCo(await options()).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PhysicsError);
    expect((error as PhysicsError).code).toBe('load');
    expect((error as PhysicsError).message).toMatch(/^MuJoCo could not be loaded: ./);
  });
});
