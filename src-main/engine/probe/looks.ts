// What can be told of a device from files alone: why it cannot be there. Nothing is loaded, so this is safe anywhere.
import { existsSync, readdirSync } from 'node:fs';
import { missingCuda } from '../devices/cuda-files.ts';
import { findSoftwareDriver } from '../devices/gpu-driver.ts';
import { findTensorflow } from '../devices/tensorflow-package.ts';

export interface Absence {
  reason: string;
  /** What to do about it; null where nothing can be done. */
  advice: string | null;
}

/** Device files of graphics cards on Linux: of kernel drivers, of NVIDIA's, of Windows below. */
const isCard = (name: string): boolean => /^nvidia\d+$|^dxg$/.test(name);

/** @param dev Linux's folder of devices */
export function missingCard(dev = '/dev', platform: NodeJS.Platform = process.platform): Absence | null {
  if (platform !== 'linux') return null;
  const render = existsSync(`${dev}/dri`) && readdirSync(`${dev}/dri`).some((name) => name.startsWith('render'));
  if (render || (existsSync(dev) && readdirSync(dev).some(isCard))) return null;
  return {
    reason: 'no graphics card was found: there is no render node in /dev/dri and no /dev/nvidia0',
    advice: 'Install the card’s driver, or give the container access to it (--gpus all, --device /dev/dri).',
  };
}

function missingBinding(): Absence | null {
  const system = `${process.platform}-${process.arch}`;
  return system === 'linux-arm64' ? { reason: 'onnxruntime-node has no WebGPU provider for linux-arm64', advice: null } : null;
}

function missingSoftwareDriver(): Absence | null {
  if (process.platform !== 'linux') return { reason: 'a software Vulkan driver is looked for on Linux only', advice: null };
  return findSoftwareDriver() === null
    ? { reason: 'no software Vulkan driver was found', advice: 'It is for checking alone: install chromium or mesa-vulkan-drivers.' }
    : null;
}

function missingTensorflow(): Absence | null {
  const search = findTensorflow();
  return 'found' in search ? null : search;
}

/** Of each device that may be missing: why it is; null where it has to be tried. */
export const looks: Readonly<Record<string, () => Absence | null>> = {
  gpu: () => missingBinding() ?? missingCard(),
  cuda: () => missingCuda(),
  tensorflow: missingTensorflow,
  'gpu:software': () => missingBinding() ?? missingSoftwareDriver(),
};
