// The graphics adapters of this machine, the one that a device takes first.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { AdapterDescription } from '../../contract/declarations.ts';
import { findLoader } from '../devices/gpu-driver.ts';
import { describeTensorflow } from '../devices/tensorflow.ts';
import { listVulkanAdapters } from './vulkan.ts';

/** Empty where the device has none, or where nobody tells. Call it after the device was opened. */
export function listAdapters(device: string): AdapterDescription[] {
  try {
    if (device === 'cuda') return nvidiaCards();
    if (device === 'tensorflow') return [describeTensorflow()].filter((adapter) => adapter !== null);
    if (!device.startsWith('gpu')) return [];
    if (process.platform === 'darwin') return appleCards();
    const adapters = listVulkanAdapters(process.platform === 'win32' ? 'vulkan-1.dll' : findLoader());
    return device === 'gpu:software' ? adapters.filter(({ kind }) => kind === 'software') : adapters;
  } catch {
    // Nobody tells.
    return [];
  }
}

/** As NVIDIA's Linux driver tells. */
function nvidiaCards(): AdapterDescription[] {
  const folder = '/proc/driver/nvidia/gpus';
  const driver =
    /Kernel Module\s+(\S+(?: for \S+)?\s+[\d.]+|[\d.]+)/.exec(readFileSync('/proc/driver/nvidia/version', 'utf8'))?.[1] ?? null;
  return readdirSync(folder).map((card) => ({
    name: /^Model:\s*(.+)$/m.exec(readFileSync(`${folder}/${card}/information`, 'utf8'))?.[1]?.trim() ?? 'NVIDIA card',
    vendor: 'NVIDIA',
    driver: driver === null ? null : `NVIDIA ${driver}`,
    kind: 'hardware',
  }));
}

function appleCards(): AdapterDescription[] {
  const text = execFileSync('system_profiler', ['SPDisplaysDataType', '-json'], {
    encoding: 'utf8',
    timeout: 5000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const { SPDisplaysDataType: cards = [] } = JSON.parse(text) as { SPDisplaysDataType?: { sppci_model?: string }[] };
  return cards.map(({ sppci_model: name }) => ({ name: name ?? 'Apple GPU', vendor: 'Apple', driver: 'Metal', kind: 'hardware' }));
}
