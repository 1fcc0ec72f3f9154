// Model files from this origin, with their hash; each is fetched once in a worker's life. Imported models have no address:
// the window brings them.
import { importedPrefix } from '../../../src-main/contract/models.ts';
import type { GivenModel } from '../messages.ts';

export interface ModelFile {
  xml: string;
  /** SHA-256 of the file, hexadecimal. */
  hash: string;
  /** An imported model with all its files; null for one that ships with Elbow. */
  own: GivenModel | null;
}

const files = new Map<string, Promise<ModelFile>>();
/** Imported models that were asked for and have not come yet. */
const awaited = new Map<string, { resolve: (file: ModelFile) => void; reject: (error: Error) => void }>();

/** Why a model could not be had, for whoever asks until the window tries again. */
const failures = new Map<string, string>();

/** Takes in what the window brings: null says that it comes, a text why it cannot. */
export function takeModel(url: string, model: GivenModel | string | null): void {
  failures.delete(url);
  if (model === null) return;
  const waiting = awaited.get(url);
  awaited.delete(url);
  if (typeof model === 'string') {
    files.delete(url);
    failures.set(url, model);
    return waiting?.reject(new Error(model));
  }
  const file: ModelFile = { xml: '', hash: model.hash, own: model };
  files.set(url, Promise.resolve(file));
  waiting?.resolve(file);
}

function awaitModel(url: string): Promise<ModelFile> {
  const failure = failures.get(url);
  if (failure !== undefined) return Promise.reject(new Error(failure));
  return new Promise((resolve, reject) => awaited.set(url, { resolve, reject }));
}

/** @throws Error naming the file and the status where it cannot be had */
export function fetchModel(url: string): Promise<ModelFile> {
  let file = files.get(url);
  if (file === undefined) {
    file = url.startsWith(importedPrefix) ? awaitModel(url) : load(url);
    files.set(url, file);
    file.catch(() => files.delete(url));
  }
  return file;
}

async function load(url: string): Promise<ModelFile> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(
      `The model ${url} could not be fetched: ${error instanceof Error ? error.message : String(error)}. Is Elbow still running?`,
    );
  });
  if (!response.ok) throw new Error(`The model ${url} could not be fetched: the answer was ${response.status}.`);
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return {
    xml: new TextDecoder().decode(bytes),
    hash: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    own: null,
  };
}
