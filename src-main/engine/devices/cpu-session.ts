// How Elbow opens ONNX files on the processor: one set of options for training and for evaluating stored policies.
import * as ort from 'onnxruntime-node';

/**
 * @param file an ONNX file's bytes
 * @param threads threads of one operation, 1 or more
 */
export function createCpuSession(file: Uint8Array, threads: number): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Adam's second moments decay into subnormal numbers, on which a processor is many times slower. The flag is the
    // calling thread's own: from the first session on, MuJoCo and JavaScript in this process flush them to zero as well.
    // Threads that spin while they wait fight each other for the processors as soon as anything else runs: see the lab log.
    extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
  });
}
