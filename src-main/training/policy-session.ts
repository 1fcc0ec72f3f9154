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
  return async (observations) => {
    const rows = observations.length / sizes.observations;
    const results = [meanAction, mean, sigma].map(() => new Float32Array(rows * sizes.actions)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    // The file is made for one row.
    for (let row = 0; row < rows; row += 1) {
      const observation = observations.slice(row * sizes.observations, (row + 1) * sizes.observations);
      const outputs = await session.run({ [policyFile.input]: new ort.Tensor('float32', observation, [1, sizes.observations]) });
      [meanAction, mean, sigma].forEach((name, i) => results[i]?.set(outputs[name]?.data as Float32Array, row * sizes.actions));
    }
    return { meanAction: results[0], mean: results[1], sigma: results[2] };
  };
}
