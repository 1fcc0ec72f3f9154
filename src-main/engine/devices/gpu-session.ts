// How Elbow opens ONNX files on a graphics card: ONNX Runtime's WebGPU provider (Vulkan, Metal or Direct3D 12 through Dawn).
import * as ort from 'onnxruntime-node';
import { prepareSoftwareDriver } from './gpu-driver.ts';

/**
 * @param file an ONNX file's bytes
 * @param options.device `gpu`, or `gpu:software` for a driver that computes on the processor
 * @param options.keepsOutputs leave all outputs on the card? Tensors given as outputs are then not used: ONNX Runtime
 *   1.30 takes them into account only where no preferred place is named.
 */
export function createGpuSession(
  file: Uint8Array,
  { device, keepsOutputs = false }: { device: string; keepsOutputs?: boolean },
): Promise<ort.InferenceSession> {
  if (device === 'gpu:software') prepareSoftwareDriver();
  return ort.InferenceSession.create(file, {
    executionProviders: ['webgpu'],
    ...(keepsOutputs ? { preferredOutputLocation: 'gpu-buffer' } : {}),
    // What the provider has no kernel for runs on the processor, on small vectors.
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    // Warnings are about nodes that ONNX Runtime puts on the processor on purpose.
    logSeverityLevel: 3,
  });
}
