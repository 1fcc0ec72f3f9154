// The graphics adapters that Vulkan knows, by name, maker and driver: ONNX Runtime's binding does not tell them. Layouts:
// https://registry.khronos.org/vulkan/specs/latest/man/html/VkPhysicalDeviceProperties.html and …DriverProperties.html
import koffi from 'koffi';
import type { AdapterDescription } from '../../contract/declarations.ts';

const makers: Readonly<Record<number, string>> = {
  0x1002: 'AMD',
  0x1010: 'Imagination',
  0x106b: 'Apple',
  0x10de: 'NVIDIA',
  0x13b5: 'Arm',
  0x1414: 'Microsoft',
  0x14e4: 'Broadcom',
  0x1ae0: 'Google',
  0x5143: 'Qualcomm',
  0x8086: 'Intel',
  0x10005: 'Mesa',
};
/** VkPhysicalDeviceType, in the order in which Dawn prefers them when asked for performance. */
const kinds = { other: 0, integrated: 1, discrete: 2, virtual: 3, processor: 4 } as const;
const preference: readonly number[] = [kinds.discrete, kinds.integrated, kinds.virtual, kinds.other, kinds.processor];
const [applicationInfo, instanceInfo, properties2, driverProperties] = [0, 1, 1000059001, 1000196000];
const version12 = (1 << 22) | (2 << 12);

/** Memory that does not move, with its address. */
function block(bytes: number): { view: DataView; address: bigint } {
  const buffer = new ArrayBuffer(bytes);
  return { view: new DataView(buffer), address: koffi.address(buffer) };
}
function textAt({ view }: { view: DataView }, offset: number, length: number): string {
  const bytes = new Uint8Array(view.buffer, offset, length);
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end === -1 ? length : end)).trim();
}

/** @param file the Vulkan loader @returns the adapters, the one that ONNX Runtime takes first; none where Vulkan does not start */
export function listVulkanAdapters(file: string): AdapterDescription[] {
  const library = koffi.load(file);
  const createInstance = library.func('int vkCreateInstance(void *info, void *allocator, _Out_ void **instance)');
  const enumerate = library.func('int vkEnumeratePhysicalDevices(void *instance, void *count, void *devices)');
  const describe = library.func('void vkGetPhysicalDeviceProperties2(void *device, void *properties)');
  const destroy = library.func('void vkDestroyInstance(void *instance, void *allocator)');

  const application = block(48);
  application.view.setInt32(0, applicationInfo, true);
  application.view.setUint32(44, version12, true);
  const info = block(64);
  info.view.setInt32(0, instanceInfo, true);
  info.view.setBigUint64(24, application.address, true);
  const out: [bigint | null] = [null];
  if (createInstance(info.address, null, out) !== 0 || out[0] === null) return [];
  try {
    const count = block(4);
    enumerate(out[0], count.address, null);
    const handles = block(8 * Math.max(1, count.view.getUint32(0, true)));
    enumerate(out[0], count.address, handles.address);
    return Array.from({ length: count.view.getUint32(0, true) }, (_, i) => read(describe, handles.view.getBigUint64(8 * i, true)))
      .toSorted((a, b) => preference.indexOf(a.kind) - preference.indexOf(b.kind))
      .map(({ description }) => description);
  } finally {
    destroy(out[0], null);
  }
}

function read(describe: (...values: unknown[]) => unknown, device: bigint): { kind: number; description: AdapterDescription } {
  const driver = block(544);
  driver.view.setInt32(0, driverProperties, true);
  const properties = block(1024);
  properties.view.setInt32(0, properties2, true);
  properties.view.setBigUint64(8, driver.address, true);
  describe(device, properties.address);
  // After sType and pNext: apiVersion, driverVersion, vendorID, deviceID, deviceType, deviceName[256].
  const [vendor, kind] = [properties.view.getUint32(24, true), properties.view.getUint32(32, true)];
  // After sType and pNext: driverID, driverName[256], driverInfo[256].
  const driverName = [textAt(driver, 20, 256), textAt(driver, 276, 256)].filter((text) => text !== '').join(' ');
  return {
    kind,
    description: {
      name: textAt(properties, 36, 256) || 'an adapter without a name',
      vendor: makers[vendor] ?? `PCI vendor 0x${vendor.toString(16)}`,
      driver: driverName === '' ? null : driverName,
      kind: kind === kinds.processor ? 'software' : 'hardware',
    },
  };
}
