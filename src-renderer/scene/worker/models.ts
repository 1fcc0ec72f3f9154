// Model files from this origin, with their hash; each is fetched once in a worker's life.

export interface ModelFile {
  xml: string;
  /** SHA-256 of the file, hexadecimal. */
  hash: string;
}

const files = new Map<string, Promise<ModelFile>>();

/** @throws Error naming the file and the status where it cannot be had */
export function fetchModel(url: string): Promise<ModelFile> {
  let file = files.get(url);
  if (file === undefined) {
    file = load(url);
    files.set(url, file);
    file.catch(() => files.delete(url));
  }
  return file;
}

async function load(url: string): Promise<ModelFile> {
  const response = await fetch(url).catch((error: unknown) => {
    throw new Error(`The model ${url} could not be fetched: ${error instanceof Error ? error.message : String(error)}. Is Elbow still running?`);
  });
  if (!response.ok) throw new Error(`The model ${url} could not be fetched: the answer was ${response.status}.`);
  const bytes = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return { xml: new TextDecoder().decode(bytes), hash: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('') };
}
