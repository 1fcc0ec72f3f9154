// Where a software Vulkan driver lies on Linux, and making ONNX Runtime use it. Such a driver computes on the processor:
// it is slow and meant for checking the `gpu` device where there is no card.
import { existsSync, readdirSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { DeviceUnavailableError } from './device-error.ts';

/** Chromium's and Chrome's SwiftShader, and folders in which distributions keep Mesa's llvmpipe. */
const swiftShader = ['/usr/lib/chromium', '/usr/lib/chromium-browser', '/opt/google/chrome', '/usr/lib64/chromium-browser'].map((folder) =>
  join(folder, 'vk_swiftshader_icd.json'),
);
const manifestFolders = ['/usr/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** The manifest of a software driver; null where none is found. VK_ICD_FILENAMES or VK_DRIVER_FILES, where set, decides. */
export function findSoftwareDriver(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['VK_DRIVER_FILES'] || env['VK_ICD_FILENAMES'];
  if (named) return named;
  const mesa = manifestFolders.flatMap((folder) =>
    existsSync(folder)
      ? readdirSync(folder)
          .filter((file) => file.startsWith('lvp_icd'))
          .map((file) => join(folder, file))
      : [],
  );
  return [...swiftShader, ...mesa].find((file) => existsSync(file)) ?? null;
}

/** glibc's flag for libraries that stay loaded: bits/dlfcn.h. */
const keepLoaded = 0x1000;

/** Is the library there for Dawn, which opens it by this name? Loads it; Node's refusal to take it for an addon is expected. */
function loadLibrary(path: string): boolean {
  try {
    process.dlopen({ exports: {} }, path, constants.dlopen.RTLD_NOW | keepLoaded);
    return true;
  } catch (error) {
    return /self-register/.test(error instanceof Error ? error.message : String(error));
  }
}

const loaderName = 'libvulkan.so.1';
let loader = loaderName;
let isPrepared = false;

/** The Vulkan loader that this process uses: a name that the system finds, or a path. */
export const findLoader = (): string => loader;

/**
 * Makes this process's Vulkan find the software driver and no other. Call it before the first session.
 * @throws DeviceUnavailableError where there is none
 */
export function prepareSoftwareDriver(): void {
  if (isPrepared) return;
  if (process.platform !== 'linux')
    throw new DeviceUnavailableError('gpu:software needs a software Vulkan driver, which is looked for on Linux only; use cpu');
  const manifest = findSoftwareDriver();
  if (manifest === null) {
    throw new DeviceUnavailableError(
      'no software Vulkan driver was found: install chromium (SwiftShader) or mesa-vulkan-drivers (llvmpipe), or name a driver’s manifest in VK_ICD_FILENAMES',
    );
  }
  // Both names: loaders before 1.3.207 know the first alone.
  process.env['VK_ICD_FILENAMES'] = manifest;
  process.env['VK_DRIVER_FILES'] = manifest;
  // Chromium brings a loader of its own, in a folder where nobody looks.
  const places = [loaderName, join(dirname(manifest), loaderName)];
  const found = places.find(loadLibrary);
  if (found === undefined) {
    throw new DeviceUnavailableError(
      `the Vulkan loader ${loaderName} was not found: install libvulkan1 (Debian, Ubuntu) or vulkan-loader (Fedora)`,
    );
  }
  loader = found;
  isPrepared = true;
}
