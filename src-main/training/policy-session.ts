// Stored policies on the processor, for whoever acts with one apart from training.
import * as ort from 'onnxruntime-node';
import { policyFileProblem, type PolicySizes, unopenedPolicy } from '../contract/policy-file.ts';
import { policyFile } from '../contract/series.ts';
import { createCpuSession } from '../engine/devices/cpu-session.ts';
import type { EvaluationPolicy } from './evaluation.ts';

/** @throws Error when the bytes are damaged, no ONNX file, or no policy for a task of these sizes */
export async function openPolicy(onnx: Uint8Array, sizes: PolicySizes): Promise<EvaluationPolicy> {
  const session = await createCpuSession(onnx, 1).catch((error: unknown) => {
    throw new Error(unopenedPolicy(error), { cause: error });
  });
  const problem = policyFileProblem(session, sizes);
  if (problem !== null) {
    await session.release();
    throw new Error(problem);
  }
  const { meanAction, mean, sigma } = policyFile.outputs;
  return async (observation) => {
    const outputs = await session.run({ [policyFile.input]: new ort.Tensor('float32', observation, [1, sizes.observations]) });
    const read = (name: string): Float32Array => outputs[name]?.data as Float32Array;
    return { meanAction: read(meanAction), mean: read(mean), sigma: read(sigma) };
  };
}
