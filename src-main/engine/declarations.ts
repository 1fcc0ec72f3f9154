// The devices, as data: importable without loading an engine.
import type { DeviceDeclaration } from '../contract/declarations.ts';

export const deviceDeclarations: readonly DeviceDeclaration[] = [
  {
    id: 'cpu',
    title: 'CPU (ONNX Runtime)',
    available: true,
    reason: 'compiled programs, on every machine',
  },
  {
    id: 'reference',
    title: 'Reference (tfjs, eager)',
    available: true,
    reason: 'computes op by op in JavaScript; about a hundred times slower, meant for checking the others',
  },
];
