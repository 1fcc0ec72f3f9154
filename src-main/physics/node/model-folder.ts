// A model's folder on a disk. Files are read when they are asked for, each after its real place was found to be below the
// folder: a link that leads out is refused.
import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorText } from '../errors.ts';
import { modelLimits } from '../own/limits.ts';
import { ModelFileError } from '../own/model-file-error.ts';
import type { ModelFolder } from '../own/model-folder.ts';

/** Folders that hold no model's files, and files that nobody means. */
const isSkipped = (name: string): boolean => name.startsWith('.') || name === 'node_modules' || name === '__pycache__';

/** @throws ModelFileError where it is no folder, cannot be read, or holds more than a model may */
export function folderOnDisk(given: string): ModelFolder {
  const root = tryTo(given, () => realpathSync(given));
  if (!tryTo(given, () => statSync(root)).isDirectory())
    throw new ModelFileError({}, `${given} is a file; give the folder that holds the model with its meshes and textures`);
  const paths: string[] = [];
  list(root, '', 0, paths);
  const realFile = (file: string): string => {
    const real = tryTo(file, () => realpathSync(path.join(root, file)));
    if (!real.startsWith(root + path.sep))
      throw new ModelFileError({ file }, 'it is a link that leads out of the model’s folder; only files under that folder are read');
    if (!tryTo(file, () => statSync(real)).isFile()) throw new ModelFileError({ file }, 'it is no plain file');
    return real;
  };
  return {
    name: path.basename(root),
    paths,
    size: (file) => statSync(realFile(file)).size,
    read(file) {
      const real = realFile(file);
      const { size } = statSync(real);
      if (size > modelLimits.totalBytes)
        throw new ModelFileError({ file }, `it has ${size} bytes; a whole model may have ${modelLimits.totalBytes}`);
      return new Uint8Array(tryTo(file, () => readFileSync(real)));
    },
  };
}

function list(root: string, folder: string, depth: number, paths: string[]): void {
  if (depth > modelLimits.depth)
    throw new ModelFileError({ file: folder }, `folders lie within one another more than ${modelLimits.depth} deep`);
  const entries: Dirent[] = tryTo(folder, () => readdirSync(path.join(root, folder), { withFileTypes: true }));
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isSkipped(entry.name)) continue;
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    // A link to a folder is not followed; one to a file is looked at when it is read.
    if (entry.isDirectory()) list(root, file, depth + 1, paths);
    else if (entry.isFile() || entry.isSymbolicLink()) paths.push(file);
    if (paths.length > 10 * modelLimits.files)
      throw new ModelFileError({}, `the folder holds more than ${10 * modelLimits.files} files; give the model’s own folder`);
  }
}

function tryTo<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new ModelFileError({ file: file === '' ? null : file }, `it cannot be read: ${errorText(error)}`);
  }
}
