// Runs a policy file with ONNX Runtime's WebAssembly build, on one thread, from this origin.
import * as ort from 'onnxruntime-web/wasm';
import ortWasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { policyFileProblem, unopenedPolicy } from '../../../src-main/contract/policy-file.ts';
import { policyFile } from '../../../src-main/contract/series.ts';
import type { Policy } from './live-session.ts';

ort.env.wasm.wasmPaths = { wasm: ortWasmUrl };
ort.env.wasm.numThreads = 1;
ort.env.wasm.proxy = false;
ort.env.logLevel = 'error';

/**
 * @param step environment steps that the policy had learned from
 * @throws Error when the file is damaged, no ONNX file, or no policy for this many observations and actions
 */
export async function loadPolicy(onnx: Uint8Array, step: number, observations: number, actions: number): Promise<Policy> {
  const session = await ort.InferenceSession.create(onnx, { executionProviders: ['wasm'] }).catch((error: unknown) => {
    throw new Error(unopenedPolicy(error), { cause: error });
  });
  const problem = policyFileProblem(session, { observations, actions });
  if (problem !== null) {
    await session.release();
    throw new Error(problem);
  }
  const { input, outputs } = policyFile;
  const values = new Float32Array(observations);
  const feeds = { [input]: new ort.Tensor('float32', values, [1, observations]) };
  let isBusy = false;
  let isReleased = false;

  const policy: Policy = {
    step,
    async act(observation) {
      values.set(observation);
      isBusy = true;
      try {
        const { [outputs.meanAction]: result } = await session.run(feeds, [outputs.meanAction]);
        const action = result?.data;
        if (!(action instanceof Float32Array) || action.length !== actions || !action.every(Number.isFinite)) {
          throw new Error(`the policy of step ${step} gives no ${actions} finite numbers as its action`);
        }
        return action;
      } finally {
        isBusy = false;
        if (isReleased) await session.release();
      }
    },
    async dispose() {
      if (isReleased) return;
      isReleased = true;
      if (!isBusy) await session.release();
    },
  };
  return policy;
}
