// What computes: the devices of this version, and why the others are not among them.
import { cpus } from 'node:os';
import type { DoctorLine } from '../../contract/requests.ts';
import { deviceDeclarations } from '../../engine/declarations.ts';
import { line } from './line.ts';

/** Devices that Elbow is designed for and this version does not have. */
const laterDevices = [
  ['gpu', 'WebGPU through ONNX Runtime (Vulkan, Metal, D3D12)'],
  ['cuda', 'ONNX Runtime’s CUDA provider'],
  ['tensorflow', '@tensorflow/tfjs-node-gpu'],
] as const;

export function describeDevices(): DoctorLine[] {
  const processors = cpus();
  const known = new Set(deviceDeclarations.map(({ id }) => id));
  return [
    line('processors', `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}`),
    ...deviceDeclarations.map((device) =>
      device.available
        ? line(device.id, `${device.title}: ${device.reason}`, 'ok')
        : line(device.id, `${device.title}: not available`, 'missing', device.reason),
    ),
    ...laterDevices
      .filter(([id]) => !known.has(id))
      .map(([id, title]) => line(id, `${title}: not in this version`, 'info', 'Use cpu, which is what every result in docs/evidence was made with.')),
  ];
}
