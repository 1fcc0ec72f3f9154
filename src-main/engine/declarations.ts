// The devices, as data: importable without loading an engine. To add one: an entry here, a case in devices.ts, and, where
// it may be missing, an entry in probe/looks.ts; how it is tried (probe/child.ts) is the same for all.
import type { DeviceDeclaration } from '../contract/declarations.ts';

const always = { available: true, advice: null, adapters: [] } as const;
const unseen = {
  available: false,
  reason: 'it has not been looked for',
  advice: 'npm run doctor looks for every device.',
  adapters: [],
} as const;

/** As they are known without looking. probe/probe.ts looks. */
export const deviceDeclarations: readonly DeviceDeclaration[] = [
  { ...always, id: 'cpu', title: 'CPU (ONNX Runtime)', reason: 'compiled programs, on every machine' },
  { ...unseen, id: 'gpu', title: 'Graphics card (WebGPU)' },
  { ...unseen, id: 'cuda', title: 'NVIDIA card (CUDA)' },
  { ...unseen, id: 'tensorflow', title: 'TensorFlow (eager)' },
  {
    ...always,
    id: 'auto',
    title: 'The fastest found',
    reason: 'times an update on each device found, for a second in all, and keeps the fastest',
  },
  {
    ...always,
    id: 'reference',
    title: 'Reference (tfjs, eager)',
    reason: 'computes op by op in JavaScript; about a hundred times slower, meant for checking the others',
  },
  { ...unseen, id: 'gpu:software', title: 'Software Vulkan driver (WebGPU)' },
];
