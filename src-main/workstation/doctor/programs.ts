// Versions, packages, the browser and Electron.
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release } from 'node:os';
import path from 'node:path';
import type { DoctorLine } from '../../contract/requests.ts';
import { findNodeBinary } from '../../training/launch.ts';
import { findApplication } from '../application.ts';
import { line } from './line.ts';

const require = createRequire(import.meta.url);
const packages = ['@mujoco/mujoco', '@tensorflow/tfjs', 'onnxruntime-node', 'better-sqlite3', 'zod', 'ws'];
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

export function describePrograms(): DoctorLine[] {
  const { version, root } = findApplication();
  return [
    line('version', version, 'ok'),
    line('folder', root),
    line('system', `${process.platform} ${release()}, ${process.arch}`),
    describeNode(),
    ...packages.map(describePackage),
    describeOnnxRuntime(),
    describeElectron(root),
    describeDisplay(),
    describeBrowser(),
  ];
}

function describeNode(): DoctorLine {
  const here =
    process.versions['electron'] === undefined
      ? process.versions.node
      : `${process.versions.node} (in Electron ${process.versions['electron']})`;
  try {
    return line('node', `${here}; trainers run ${findNodeBinary()}`, 'ok');
  } catch (error) {
    return line('node', here, 'missing', error instanceof Error ? error.message : String(error));
  }
}

/** The version of an installed package; null where it is not installed. Looks, loads nothing. */
function findVersion(name: string): string | null {
  for (const folder of require.resolve.paths(name) ?? []) {
    const manifest = path.join(folder, name, 'package.json');
    if (!existsSync(manifest)) continue;
    const parsed: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'version' in parsed) return String(parsed.version);
  }
  return null;
}

function describePackage(name: string): DoctorLine {
  const version = findVersion(name);
  return version === null ? line(name, 'not installed', 'missing', 'Run "npm ci" in Elbow’s folder.') : line(name, version, 'ok');
}

function describeOnnxRuntime(): DoctorLine {
  const label = 'ONNX Runtime’s library';
  const place = path.join('bin', 'napi-v6', process.platform, process.arch, 'onnxruntime_binding.node');
  const isThere = (require.resolve.paths('onnxruntime-node') ?? []).some((folder) =>
    existsSync(path.join(folder, 'onnxruntime-node', place)),
  );
  return isThere
    ? line(label, `for ${process.platform}, ${process.arch}`, 'ok')
    : line(
        label,
        `none for ${process.platform}, ${process.arch}`,
        'missing',
        'Nothing can be trained on this kind of machine with the cpu device; the reference device works.',
      );
}

function describeElectron(root: string): DoctorLine {
  const running = process.versions['electron'];
  if (running !== undefined) return line('Electron', running, 'ok');
  const folder = path.join(root, 'node_modules', 'electron');
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  const pathFile = path.join(folder, 'path.txt');
  const binary = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron';
  if (existsSync(path.join(given ?? path.join(folder, 'dist'), binary)))
    return line('Electron', `${findVersion('electron') ?? ''} ${given ?? ''}`.trim(), 'ok');
  return line(
    'Electron',
    'its program is not downloaded',
    'info',
    'Nothing is lost: Elbow opens in the browser. For a window of its own, run "npx install-electron" with a connection to github.com.',
  );
}

function describeDisplay(): DoctorLine {
  if (process.platform !== 'linux') return line('display', 'the system’s', 'ok');
  const display = process.env['WAYLAND_DISPLAY'] ?? process.env['DISPLAY'];
  if (display) return line('display', display, 'ok');
  return line(
    'display',
    'none',
    'info',
    'Elbow prints an address. From another machine, open an SSH tunnel (ssh -L PORT:127.0.0.1:PORT this-machine) and the address there.',
  );
}

function describeBrowser(): DoctorLine {
  const label = 'Chromium for the end-to-end tests';
  const given = process.env['CHROMIUM_PATH'];
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const candidates = given ? [given] : browsers.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return line(label, found, 'ok');
  return line(
    label,
    'not found',
    'info',
    'Only "npm test" needs it: "sudo apt-get install chromium" on Debian, or name one in CHROMIUM_PATH.',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
