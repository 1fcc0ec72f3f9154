// Reads the models that ship with Elbow, from a checkout as from a packaged application.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText, PhysicsError } from '../errors.ts';
import { expandIncludes } from '../includes.ts';

export interface ModelSource {
  xml: string;
  /** SHA-256 of the text as UTF-8, in hexadecimal. Runs and rollouts store it. */
  hash: string;
}

/**
 * The nearest folder `assets` that holds `models`, looking beside this module and in every folder above it:
 * above src-main/physics/node/ in a checkout, above the bundle in a built application.
 * @throws PhysicsError `model` when there is none.
 */
export function assetsDirectory(from: string = fileURLToPath(import.meta.url)): string {
  for (let folder = dirname(from); ; folder = dirname(folder)) {
    const candidate = join(folder, 'assets');
    if (existsSync(join(candidate, 'models'))) return candidate;
    if (folder === dirname(folder)) {
      throw new PhysicsError('model', `no folder assets/models above ${from}: the installation is incomplete`);
    }
  }
}

/**
 * Reads a model of assets/models.
 * @param file a bare file name, as declarations give it: `half-cheetah.xml`
 * @throws PhysicsError `model` when the name is not that of a model file, or the file cannot be read.
 */
export async function readModel(file: string): Promise<ModelSource> {
  if (!/^[a-z0-9-]+\.xml$/.test(file)) {
    throw new PhysicsError('model', `“${file}” is not a model's file name (lower-case letters, digits, dashes, then .xml)`);
  }
  const xml = await expandIncludes(await readText(file), readText);
  return { xml, hash: createHash('sha256').update(xml).digest('hex') };
}

/** @param name below assets/models */
async function readText(name: string): Promise<string> {
  const path = join(assetsDirectory(), 'models', name);
  return await readFile(path, 'utf8').catch((error: unknown) => {
    throw new PhysicsError('model', `the model ${path} cannot be read: ${errorText(error)}`, { cause: error });
  });
}
