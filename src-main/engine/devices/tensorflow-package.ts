// Where TensorFlow's binding for Node is, if somebody has installed it. It is an optional peer, which npm ci does not fetch: its
// install script fails where its download host is out of reach, and npm then gives up the whole installation. Nothing is loaded here.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Names a folder whose node_modules holds the binding. */
export const folderVariable = 'ELBOW_TENSORFLOW';
/** The first one found is taken. */
const packageNames = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

export interface TensorflowPackage {
  name: string;
  version: string;
  /** Absolute. */
  folder: string;
}

/** Why there is no binding, and what to do about it. One line each. */
export interface TensorflowMissing {
  reason: string;
  advice: string;
}

const versionIn = (folder: string): string =>
  (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version: string }).version;

/** @returns a package's folder as Node would resolve it from `start`; null where there is none or its description is damaged */
function folderOf(name: string, start: string): string | null {
  try {
    return path.dirname(createRequire(path.join(start, 'index.js')).resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}

function hasNativePart(folder: string): boolean {
  const lib = path.join(folder, 'lib');
  return existsSync(lib) && readdirSync(lib).some((entry) => existsSync(path.join(lib, entry, 'tfjs_binding.node')));
}

/** @param named what the environment's ELBOW_TENSORFLOW holds; without it, Elbow's own node_modules is searched */
export function findTensorflow(named = process.env[folderVariable]): { found: TensorflowPackage } | TensorflowMissing {
  const start = named ? path.resolve(named) : import.meta.dirname;
  const wanted = versionIn(folderOf('@tensorflow/tfjs', import.meta.dirname) as string);
  const advice = `npm install --prefix FOLDER @tensorflow/tfjs-node@${wanted}, on an NVIDIA card @tensorflow/tfjs-node-gpu@${wanted}, then set ${folderVariable}=FOLDER (docs/devices.md: cards, what it costs, building it).`;
  if (named && !statSync(start, { throwIfNoEntry: false })?.isDirectory())
    return { reason: `${folderVariable} names ${named}, which is not a folder`, advice };
  for (const name of packageNames) {
    const folder = folderOf(name, start);
    if (folder === null) continue;
    const version = versionIn(folder);
    if (version !== wanted) return { reason: `${name} ${version} in ${folder} does not fit tfjs ${wanted}, which Elbow uses`, advice };
    if (!hasNativePart(folder))
      return {
        reason: `${name} in ${folder} lacks its native part, lib/napi-v…/tfjs_binding.node: its install script did not run or failed`,
        advice: 'docs/devices.md says how to build it.',
      };
    return { found: { name, version, folder } };
  }
  return { reason: `neither ${packageNames.join(' nor ')} is installed${named ? ` in ${named}` : ''}`, advice };
}
