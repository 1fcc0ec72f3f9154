// Which devices can be used here, and why the others cannot. Light: devices are tried in processes of their own.
import { spawn } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeviceDeclaration } from '../../contract/declarations.ts';
import { deviceDeclarations } from '../declarations.ts';
import type { Finding } from './child.ts';
import { looks } from './looks.ts';

export interface ProbeOptions {
  /** The Node that tries devices: trainers' own. */
  node: string;
  /** Milliseconds that one device may take. */
  timeout?: number;
}

const found = new Map<string, Promise<DeviceDeclaration>>();

/** Every device, those of this machine's hardware tried once in this process's life; the software driver only if asked for. */
export function findDevices({ withSoftware = false, ...options }: ProbeOptions & { withSoftware?: boolean }): Promise<DeviceDeclaration[]> {
  return Promise.all(deviceDeclarations.filter(({ id }) => withSoftware || id !== 'gpu:software').map(({ id }) => findDevice(id, options)));
}

/** @throws RangeError for a device that Elbow does not have */
export function findDevice(id: string, options: ProbeOptions): Promise<DeviceDeclaration> {
  const known = found.get(id);
  if (known) return known;
  const finding = look(id, options);
  found.set(id, finding);
  return finding;
}

async function look(id: string, options: ProbeOptions): Promise<DeviceDeclaration> {
  const declaration = deviceDeclarations.find((device) => device.id === id);
  if (!declaration) throw new RangeError(`there is no device ${id}; there are ${deviceDeclarations.map((device) => device.id).join(', ')}`);
  const missing = looks[id];
  if (!missing) return declaration;
  const absence = missing();
  if (absence) return { ...declaration, available: false, ...absence };
  const finding = await tryInChild(id, options);
  return {
    ...declaration,
    ...finding,
    advice: finding.available ? null : 'Updating the driver may help; docs/devices.md says what the device needs. Meanwhile use cpu.',
  };
}

const patience = 15_000;

/** Runs a program on the device in a process of its own. Never rejects. */
export function tryInChild(id: string, { node, timeout = patience }: ProbeOptions): Promise<Finding> {
  const path = fileURLToPath(new URL(`child${extname(new URL(import.meta.url).pathname)}`, import.meta.url)).replace(
    /app\.asar(?=[\\/])/,
    'app.asar.unpacked',
  );
  return new Promise((resolve) => {
    const fail = (reason: string): void => resolve({ available: false, reason, adapters: [] });
    const child = spawn(node, [path, id], { stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
    let text = '';
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeout);
    child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
    child.on('error', (error) => fail(`it could not be tried: ${error.message}`));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (isLate) return fail(`it did not answer within ${timeout / 1000} s`);
      try {
        resolve(JSON.parse(text) as Finding);
      } catch {
        fail(`its driver ended the process that tried it (${signal ?? `code ${code}`})`);
      }
    });
  });
}
