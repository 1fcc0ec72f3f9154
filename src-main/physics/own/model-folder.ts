// A folder with a model's files, from wherever they come: a disk, or what somebody dropped into the window.
import { distance } from 'fastest-levenshtein';
import { ModelFileError } from './model-file-error.ts';
import { modelLimits } from './limits.ts';
import { baseName, extensionOf, folderOf, joinPath, pathProblem } from './paths.ts';
import { readXml } from './xml.ts';

export interface ModelFolder {
  /** The folder's own name. */
  readonly name: string;
  /** Paths of the files below it, with forward slashes; at most `modelLimits.files` more than a model may have. */
  readonly paths: readonly string[];
  /** Bytes of a file. */
  size(path: string): number;
  /** @throws ModelFileError where it cannot be read or leads out of the folder */
  read(path: string): Uint8Array;
}

/**
 * A folder whose files are all in memory.
 * @throws ModelFileError for a path that is absolute or leads out, for one given twice, for too many files or bytes
 */
export function folderInMemory(name: string, files: readonly { path: string; bytes: Uint8Array }[]): ModelFolder {
  if (files.length > modelLimits.files)
    throw new ModelFileError({}, `the folder has ${files.length} files; a model may have ${modelLimits.files}`);
  const known = new Map<string, Uint8Array>();
  let total = 0;
  for (const { path, bytes } of files) {
    const problem = pathProblem(path);
    if (problem !== null) throw new ModelFileError({ file: path.slice(0, 100) }, problem);
    const plain = joinPath(path);
    if (known.has(plain)) throw new ModelFileError({ file: plain }, 'the folder has this file twice');
    known.set(plain, bytes);
    total += bytes.byteLength;
  }
  if (total > modelLimits.totalBytes)
    throw new ModelFileError({}, `the folder has ${total} bytes; a model may have ${modelLimits.totalBytes}`);
  return {
    name,
    paths: [...known.keys()],
    size: (path) => known.get(path)?.byteLength ?? 0,
    read(path) {
      const bytes = known.get(path);
      if (bytes === undefined) throw new ModelFileError({ file: path }, 'there is no such file in the folder');
      return bytes;
    },
  };
}

/**
 * Which file is the model: the one asked for, else the only .xml or .urdf at the folder's top, else scene.xml, else the
 * only one that has the folder's name, else the only one that no other includes.
 * @throws ModelFileError listing the candidates
 */
export function findMainFile(folder: ModelFolder, wanted: string | null): string {
  const models = folder.paths.filter((path) => ['xml', 'urdf', 'mjcf'].includes(extensionOf(path)));
  if (wanted !== null) {
    const problem = pathProblem(wanted);
    if (problem !== null) throw new ModelFileError({}, problem);
    const plain = joinPath(wanted);
    if (folder.paths.includes(plain)) return plain;
    throw new ModelFileError({}, `the folder has no file ${plain}${nearestFile(plain, models)}`);
  }
  if (models.length === 0) throw new ModelFileError({}, 'the folder has no model: a file whose name ends with .xml (MJCF) or .urdf');
  const top = models.filter((path) => folderOf(path) === '');
  const candidates = top.length > 0 ? top : models;
  if (candidates.length === 1) return candidates[0] as string;
  const scene = candidates.find((path) => baseName(path) === 'scene.xml');
  if (scene !== undefined) return scene;
  const same = candidates.filter((path) => baseName(path).replace(/\.[^.]+$/, '') === folder.name);
  if (same.length === 1) return same[0] as string;
  const parts = new Set(candidates.flatMap((path) => partsOf(folder, path)));
  const whole = candidates.filter((path) => !parts.has(path));
  if (whole.length === 1) return whole[0] as string;
  throw new ModelFileError(
    {},
    `the folder has several models: ${candidates.slice(0, 12).join(', ')}. Say which one is meant, in the task file’s "model" or with --model`,
  );
}

/** What a model includes or attaches, other than itself; nothing where it cannot be read: that is said once it is the model. */
function partsOf(folder: ModelFolder, path: string): string[] {
  try {
    return readXml(path, folder.read(path))
      .filter(({ name }) => name === 'include' || name === 'model')
      .flatMap(({ attributes }) => attributes.get('file') ?? [])
      .filter((file) => pathProblem(file) === null)
      .map((file) => joinPath(folderOf(path), file))
      .filter((file) => file !== path);
  } catch (error) {
    if (error instanceof ModelFileError) return [];
    throw error;
  }
}

/** "; did you mean assets/leg.stl?", or nothing where no file is near. */
export function nearestFile(path: string, among: readonly string[]): string {
  let best: { path: string; away: number } | null = null;
  for (const candidate of among.slice(0, modelLimits.files)) {
    const away = Math.min(
      distance(candidate.toLowerCase(), path.toLowerCase()),
      baseName(candidate).toLowerCase() === baseName(path).toLowerCase() ? 0 : Infinity,
    );
    if (best === null || away < best.away) best = { path: candidate, away };
  }
  return best !== null && best.away <= Math.max(2, path.length / 3) ? `; did you mean ${best.path}?` : '';
}
