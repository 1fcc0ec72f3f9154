// A folder as a browser gives it: dropped, or chosen in its dialog. Hidden files are left out.
import type { ModelFile } from '../../../src-main/contract/models.ts';

export interface PickedFolder {
  name: string;
  files: ModelFile[];
}

/** As many as a model may have, and what all of them may weigh. */
const limits = { files: 2000, bytes: 512 * 2 ** 20, depth: 32 };

/** @throws Error in words for the person who dropped it */
export async function readDropped(items: DataTransferItemList): Promise<PickedFolder> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const [folder] = entries.filter((entry) => entry.isDirectory) as FileSystemDirectoryEntry[];
  if (!folder) throw new Error('Drop the folder that holds the model with its meshes and textures, not a file of it.');
  const found: { path: string; file: File }[] = [];
  await walk(folder, '', 0, found);
  return read(folder.name, found);
}

/** @throws Error where nothing was chosen */
export async function readChosen(list: FileList): Promise<PickedFolder> {
  const files = Array.from(list, (file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/'), file }));
  const name = list[0]?.webkitRelativePath.split('/')[0];
  if (name === undefined) throw new Error('The folder is empty.');
  return read(name, files);
}

async function walk(folder: FileSystemDirectoryEntry, path: string, depth: number, found: { path: string; file: File }[]): Promise<void> {
  if (depth > limits.depth) throw new Error(`Folders lie within one another more than ${limits.depth} deep. Nothing was read.`);
  const reader = folder.createReader();
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (entries.length === 0) return;
    for (const entry of entries) {
      const name = `${path}${entry.name}`;
      if (entry.isDirectory) {
        if (!isHidden(entry.name)) await walk(entry as FileSystemDirectoryEntry, `${name}/`, depth + 1, found);
      } else
        found.push({
          path: name,
          file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
        });
    }
  }
}

async function read(name: string, found: readonly { path: string; file: File }[]): Promise<PickedFolder> {
  const wanted = found.filter(({ path }) => !path.split('/').some(isHidden));
  const bytes = wanted.reduce((sum, { file }) => sum + file.size, 0);
  if (wanted.length > limits.files)
    throw new Error(`The folder holds ${wanted.length} files; a model may have ${limits.files}. Drop the model’s own folder.`);
  if (bytes > limits.bytes)
    throw new Error(
      `The folder holds ${Math.round(bytes / 2 ** 20)} MB; a model may have ${limits.bytes / 2 ** 20} MB. Drop the model’s own folder.`,
    );
  return {
    name,
    files: await Promise.all(wanted.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) }))),
  };
}

const isHidden = (name: string): boolean => name.startsWith('.') || name === 'node_modules' || name === '__pycache__';
