// Folders on their way from windows, piece by piece, in memory. A folder that was not touched for a while is forgotten.
import { WorkstationError } from '../contract/requests.ts';
import type { ModelFile } from '../contract/models.ts';

/** Bytes of all folders together, and files of one. */
const limits = { bytes: 512 * 2 ** 20, files: 2000, keptMs: 30 * 60_000 };

interface Upload {
  folder: string;
  files: Map<string, Uint8Array[]>;
  bytes: number;
  touchedAt: number;
}

export class ModelUploads {
  readonly #uploads = new Map<string, Upload>();

  /** @throws WorkstationError where a piece does not follow the one before it, or the folder is too large */
  add(id: string, { folder, path, offset, bytes }: { folder: string; path: string; offset: number; bytes: Uint8Array }): void {
    this.#forgetOld();
    const upload = this.#uploads.get(id) ?? { folder, files: new Map<string, Uint8Array[]>(), bytes: 0, touchedAt: 0 };
    const pieces = offset === 0 ? [] : upload.files.get(path);
    const have = pieces?.reduce((sum, piece) => sum + piece.byteLength, 0);
    if (pieces === undefined || have !== offset) throw refuse(`${path}: byte ${have ?? 0} is next, not ${offset}`);
    if (this.#total() + bytes.byteLength > limits.bytes)
      throw refuse(`the folder is larger than the ${limits.bytes / 2 ** 20} MB that models may have`);
    if (!upload.files.has(path) && upload.files.size >= limits.files)
      throw refuse(`the folder has more than the ${limits.files} files that a model may have`);
    if (offset === 0) upload.bytes -= (upload.files.get(path) ?? []).reduce((sum, piece) => sum + piece.byteLength, 0);
    upload.files.set(path, [...pieces, bytes]);
    upload.bytes += bytes.byteLength;
    upload.touchedAt = performance.now();
    this.#uploads.set(id, upload);
  }

  /** The folder as far as it has come; it stays, for a second look. @throws WorkstationError where it is not known */
  take(id: string): { name: string; files: ModelFile[] } {
    const upload = this.#uploads.get(id);
    if (!upload)
      throw new WorkstationError({
        code: 'not-found',
        message: 'The folder is not here any more: drop it again. Nothing was changed.',
        field: 'upload',
      });
    upload.touchedAt = performance.now();
    return { name: upload.folder, files: [...upload.files].map(([path, pieces]) => ({ path, bytes: joined(pieces) })) };
  }

  #total(): number {
    let sum = 0;
    for (const { bytes } of this.#uploads.values()) sum += bytes;
    return sum;
  }

  /** Two folders are kept: the one that is worked on and the one that comes. */
  #forgetOld(): void {
    const old = [...this.#uploads].filter(([, { touchedAt }]) => performance.now() - touchedAt > limits.keptMs);
    for (const [id] of [...old, ...[...this.#uploads].slice(0, -2)]) this.#uploads.delete(id);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return bytes;
}

const refuse = (reason: string): WorkstationError =>
  new WorkstationError({ code: 'invalid-request', message: `${reason}. Nothing was imported.`, field: 'bytes' });
