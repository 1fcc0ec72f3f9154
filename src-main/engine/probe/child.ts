// Tries one device in a process of its own, since a driver that fails can take its process with it:
//   node child.ts DEVICE
// It runs a small program there and prints what it found as one line of JSON.
import type * as tf from '@tensorflow/tfjs';
import type { AdapterDescription } from '../../contract/declarations.ts';
import { createEngine } from '../devices.ts';
import { listAdapters } from './adapters.ts';

export interface Finding {
  available: boolean;
  reason: string;
  adapters: AdapterDescription[];
}

/** @throws whatever the device throws, or Error where it computes something wrong */
async function tryDevice(device: string): Promise<void> {
  const engine = createEngine({ device, threads: 1, stateShapes: { x: [4] } });
  await engine.writeState({ x: Float32Array.of(1, 2, 3, 4) });
  const program = await engine.compile({
    name: 'trial',
    signature: { batch: { y: [4] }, noise: {}, controls: {} },
    fn: ({ state, batch }) => {
      const x = (state['x'] as tf.Tensor).mul(batch['y'] as tf.Tensor);
      return { state: { x }, diagnostics: { sum: x.sum() } };
    },
  });
  const sums: (number | undefined)[] = [];
  for (let i = 0; i < 2; i += 1)
    sums.push((await program.run({ batch: { y: Float32Array.of(1, 2, 1, 2) }, noise: {}, controls: {} }))['sum']?.[0]);
  if (sums.join() !== '16,28') throw new Error(`it computed ${sums.join(' and ')} where 16 and 28 are right`);
}

async function find(device: string): Promise<Finding> {
  try {
    await tryDevice(device);
  } catch (error) {
    return {
      available: false,
      reason: (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '',
      adapters: listAdapters(device),
    };
  }
  const adapters = listAdapters(device);
  const [taken] = adapters;
  if (device === 'gpu' && taken?.kind === 'software') {
    return {
      available: false,
      reason: `the only adapter is ${taken.name}, which computes on the processor; gpu:software asks for it`,
      adapters,
    };
  }
  return {
    available: true,
    reason: taken ? `${[taken.name, taken.driver].filter(Boolean).join(', ')}` : 'it computes rightly; its name is not known here',
    adapters,
  };
}

process.stdout.write(`${JSON.stringify(await find(process.argv[2] ?? ''))}\n`, () => process.exit(0));
