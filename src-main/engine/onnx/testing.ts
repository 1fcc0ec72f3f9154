// For tests: ONNX files in the two runtimes that Elbow comes with.
import * as node from 'onnxruntime-node';
import * as web from 'onnxruntime-web/wasm';
import type { NamedArrays } from '../program.ts';

web.env.wasm.numThreads = 1;

export const runtimes = ['onnxruntime-node', 'onnxruntime-web'] as const;

export interface RunningFile {
  /** All outputs. @param inputs row after row, the same number of rows each */
  run(rows: number, inputs: NamedArrays): Promise<NamedArrays>;
  close(): Promise<void>;
}

/** @param file one whose inputs are matrices */
export async function openFile(runtime: (typeof runtimes)[number], file: Uint8Array): Promise<RunningFile> {
  const ort = runtime === 'onnxruntime-node' ? node : web;
  const session = await ort.InferenceSession.create(file, { executionProviders: [runtime === 'onnxruntime-node' ? 'cpu' : 'wasm'] });
  return {
    async run(rows, inputs) {
      const feeds = Object.entries(inputs).map(
        ([name, data]) => [name, new ort.Tensor('float32', data, [rows, data.length / rows])] as const,
      );
      const results = await session.run(Object.fromEntries(feeds));
      return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, (data as Float32Array).slice()]));
    },
    close: () => session.release(),
  };
}

/** The largest |a − b|; NaN where one of them is, Infinity where the sizes differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  return Array.from(a).reduce((largest, value, index) => {
    const difference = Math.abs(value - (b[index] as number));
    return difference <= largest ? largest : difference;
  }, 0);
}
