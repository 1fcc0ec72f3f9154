// What a run ran on: versions, processor, graphics card, device. Stored with each attempt.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { arch, cpus, hostname, platform, release } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AdapterDescription } from '../contract/declarations.ts';
import type { RunConfiguration, RunEnvironment } from '../contract/runs.ts';
import { findTensorflow } from '../engine/devices/tensorflow-package.ts';

/** The packages that a run's numbers depend on. */
const recordedPackages = ['@mujoco/mujoco', '@tensorflow/tfjs', 'better-sqlite3', 'onnxruntime-node', 'pure-rand'];

/** @param adapter the card that the run computes on; null where it is none, or not known */
export function describeEnvironment(
  configuration: RunConfiguration,
  modelHash: string,
  adapter: AdapterDescription | null = null,
): RunEnvironment {
  const root = findElbow();
  const processors = cpus();
  return {
    elbowVersion: elbowVersion(),
    gitState: root === null ? null : readGitState(root),
    packages: Object.fromEntries(recordedPackages.map((name) => [name, packageVersion(name) ?? 'unknown'])),
    node: process.versions.node,
    platform: `${platform()}-${arch()} ${release()}`,
    cpu: processors[0]?.model.trim() || arch(),
    cpuCount: processors.length,
    gpu: adapter === null ? readGpu() : describeAdapter(adapter),
    device: configuration.device,
    threads: configuration.threads,
    modelHash,
    host: hostname(),
  };
}

const describeAdapter = ({ name, vendor, driver, kind }: AdapterDescription): string =>
  [
    name,
    vendor ?? 'maker unknown',
    driver === null ? 'driver unknown' : `driver ${driver}`,
    ...(kind === 'hardware' ? [] : [`${kind} adapter`]),
  ].join(', ');

/** Name and version of what computes on a device. */
export function runtimeOf(device: string): string {
  if (device === 'tensorflow') {
    const search = findTensorflow();
    return 'found' in search ? `${search.found.name} ${search.found.version}` : 'unknown';
  }
  const name = device === 'reference' ? '@tensorflow/tfjs' : 'onnxruntime-node';
  return `${name} ${packageVersion(name) ?? 'of unknown version'}`;
}

/** Of this Elbow. */
export function elbowVersion(): string {
  const root = findElbow();
  return (root === null ? null : readVersion(root)) ?? 'unknown';
}

const findElbow = (): string | null => findPackageFolder('elbow', dirname(fileURLToPath(import.meta.url)));

function packageVersion(name: string): string | null {
  try {
    const manifest = findPackageJSON(name, import.meta.url);
    return manifest === undefined ? null : readVersion(dirname(manifest));
  } catch {
    return null;
  }
}

/** The nearest folder at or above `from` whose package.json has this name. */
function findPackageFolder(name: string, from: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    if (readManifest(folder)?.name === name) return folder;
    if (folder === dirname(folder)) return null;
  }
}

function readVersion(folder: string): string | null {
  return readManifest(folder)?.version ?? null;
}

function readManifest(folder: string): { name?: string; version?: string } | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: string; version?: string };
  } catch {
    return null;
  }
}

/** The checkout's commit, with `-dirty` where tracked files had changes; null outside a checkout or without git. */
function readGitState(root: string): string | null {
  if (!existsSync(join(root, '.git'))) return null;
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', root, '--no-optional-locks', ...words], {
      encoding: 'utf8',
      timeout: 3000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const commit = git('rev-parse', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}-dirty`;
  } catch {
    return null;
  }
}

/** The first NVIDIA card's name, as its Linux driver tells; null where there is none (nothing is started to find out). */
function readGpu(): string | null {
  const folder = '/proc/driver/nvidia/gpus';
  try {
    for (const card of readdirSync(folder)) {
      const model = /^Model:\s*(.+)$/m.exec(readFileSync(join(folder, card, 'information'), 'utf8'));
      if (model?.[1] !== undefined) return model[1].trim();
    }
  } catch {
    // No such driver.
  }
  return null;
}
