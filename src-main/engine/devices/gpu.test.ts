// The `gpu` device on a software Vulkan driver: every kernel and every agent agree with `cpu`, at small sizes.
import type * as tf from '@tensorflow/tfjs';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { createStream } from '../../random/stream.ts';
import { createEngine } from '../devices.ts';
import { NonFiniteError } from '../non-finite.ts';
import type { NamedArrays } from '../program.ts';
import { inputsOf, kernelCases, programOf } from '../tracing/testing/kernel-cases.ts';
import { DeviceLostError } from './device-error.ts';
import { findSoftwareDriver } from './gpu-driver.ts';
import { GpuState } from './gpu-state.ts';

const driver = findSoftwareDriver();
if (driver === null) console.log('The gpu device is not tested here: no software Vulkan driver was found (install chromium).');

describe.skipIf(driver === null)('the gpu device', () => {
  it('keeps its state on the card between runs, hands out copies, and keeps it where an update is not finite', async () => {
    const engine = createEngine({ device: 'gpu:software', threads: 1, stateShapes: { total: [2], untouched: [1] } });
    const initial = { total: Float32Array.of(1, 2), untouched: Float32Array.of(7) };
    await engine.writeState(initial);
    const add = await engine.compile({
      name: 'add',
      signature: { batch: { x: [2] }, noise: {}, controls: {} },
      fn: ({ state, batch }) => {
        const total = (state['total'] as tf.Tensor).add(batch['x'] as tf.Tensor);
        return { state: { total }, diagnostics: { sum: total.sum(), largest: total.max() } };
      },
    });
    const run = async (...x: number[]): Promise<number[]> => {
      const { sum, largest } = await add.run({ batch: { x: Float32Array.from(x) }, noise: {}, controls: {} });
      return [...(sum as Float32Array), ...(largest as Float32Array)];
    };
    expect([await run(10, 20), await run(10, 20), await run(0, 1)]).toEqual([
      [33, 22],
      [63, 42],
      [64, 43],
    ]);
    await expect(run(Number.NaN, 1)).rejects.toThrow(NonFiniteError);
    const copy = await engine.readState();
    expect(copy).toEqual({ total: Float32Array.of(21, 43), untouched: Float32Array.of(7) });
    expect(await run(1, 1)).toEqual([66, 44]);
    expect(copy['total']).toEqual(Float32Array.of(21, 43));
    await engine.writeState(initial);
    expect(await run(0, 0)).toEqual([3, 2]);
    await engine.dispose();
  });

  const engines = ['cpu', 'gpu:software'].map((device) => createEngine({ device, threads: 1, stateShapes: {} }));
  afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

  it('is lost where it worked and then does not', async () => {
    const engine = createEngine({ device: 'gpu:software', threads: 1, stateShapes: { x: [1] } });
    const program = await engine.compile({
      name: 'double',
      signature: { batch: {}, noise: {}, controls: {} },
      fn: ({ state }) => ({ state: { x: (state['x'] as tf.Tensor).mul(2) }, diagnostics: {} }),
    });
    const nothing = { batch: {}, noise: {}, controls: {} };
    await program.run(nothing);
    const entry = GpuState.prototype.entry;
    const lose = vi.spyOn(GpuState.prototype, 'entry').mockImplementation(function (this: GpuState, name) {
      const buffers = entry.call(this, name);
      buffers.current.dispose();
      return buffers;
    });
    const failure: unknown = await program.run(nothing).catch((error: unknown) => error);
    lose.mockRestore();
    expect(failure).toBeInstanceOf(DeviceLostError);
    expect((failure as Error).message).toMatch(/^the device gpu:software was lost: the program double failed \(/);
    await engine.dispose();
  });

  it.each(kernelCases.map((entry) => ({ ...entry, label: entry.label ?? entry.kernel })))(
    '$label agrees with cpu, gradient included',
    async (entry) => {
      const stream = createStream(5, entry.label);
      const batch = inputsOf(entry, () => stream.normal());
      const results: NamedArrays[] = [];
      for (const engine of engines) results.push(await (await engine.compile(programOf(entry))).run({ batch, noise: {}, controls: {} }));
      const [cpu, gpu] = results as [NamedArrays, NamedArrays];
      expect(Object.keys(gpu)).toEqual(Object.keys(cpu));
      for (const [name, expected] of Object.entries(cpu)) {
        for (const [i, value] of expected.entries()) {
          const actual = gpu[name]?.[i] as number;
          expect(Math.abs(actual - value), `${name}[${i}]: ${actual} for ${value}`).toBeLessThanOrEqual(2e-6 + 2e-5 * Math.abs(value));
        }
      }
    },
  );
});
