// Paths that a model's files use for one another. All are relative, with forward slashes, and stay below the folder.

/** Why a path cannot be followed, or null where it is a plain relative one. */
export function pathProblem(path: string): string | null {
  if (path.trim() === '') return 'the path is empty';
  if (path.length > 500) return 'the path is longer than 500 characters';
  if (/\p{Cc}/u.test(path)) return 'the path holds a control character';
  if (/^([a-z]:|[\\/])/i.test(path)) return `“${path}” is an absolute path; files are named relative to the model’s own folder`;
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return `“${path}” is an address; files are named relative to the model’s own folder`;
  if (path.split(/[\\/]/).includes('..'))
    return `“${path}” leads to a parent folder (..); only files under the model’s own folder are read`;
  return null;
}

/** Joins plain relative paths: no empty parts, no `.`, forward slashes only. */
export function joinPath(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split(/[\\/]/))
    .filter((part) => part !== '' && part !== '.')
    .join('/');
}

export function folderOf(path: string): string {
  return path.split('/').slice(0, -1).join('/');
}

export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

/** In lower case, without the dot; empty where there is none. */
export function extensionOf(path: string): string {
  return /\.([^./\\]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
}
