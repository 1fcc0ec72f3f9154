// Sessions on an NVIDIA card, by ONNX Runtime's CUDA provider.
import * as ort from 'onnxruntime-node';

/** @param file an ONNX file's bytes @throws Error where CUDA, cuDNN or a card is missing, with ONNX Runtime's words */
export function createCudaSession(file: Uint8Array): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(file, {
    executionProviders: ['cuda'],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
}
