// The built renderer over HTTP: files below one directory, never above it. They hold no run data, so they need
// no token.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { responseHeaders } from '../../contract/headers.ts';

/** What an address names below the root, with a leading slash; null for anything that is not a plain path. */
export function parseTarget(target: string | undefined): string | null {
  const raw = target?.split(/[?#]/, 1)[0] ?? '';
  if (!raw.startsWith('/')) return null;
  let decoded: string;
  try {
    decoded = decodeURIComponent(raw);
  } catch {
    return null;
  }
  // One decoding only: what still looks encoded, a control character, a backslash or a drive is no file of ours.
  if (/[%\\:\p{Cc}]/u.test(decoded)) return null;
  const segments = decoded.split('/').slice(1);
  if (segments.some((segment, k) => segment.startsWith('.') || (segment === '' && k < segments.length - 1))) return null;
  return decoded.endsWith('/') ? `${decoded}index.html` : decoded;
}

/** The file's real place, or null where there is none, it is not a plain file, or a link leads out of the root. */
async function findFile(root: string, target: string): Promise<{ file: string; size: number; etag: string } | null> {
  try {
    const realRoot = await realpath(root);
    const file = await realpath(path.join(realRoot, target));
    if (!file.startsWith(realRoot + path.sep)) return null;
    const { size, mtimeMs, ino } = await stat(file).then((found) => (found.isFile() ? found : Promise.reject(new Error('no file'))));
    const etag = `"${createHash('sha256').update(`${ino}-${size}-${mtimeMs}`).digest('base64url').slice(0, 22)}"`;
    return { file, size, etag };
  } catch {
    return null;
  }
}

/** Answers GET and HEAD for a file below `root`. */
export async function serveFile(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return sendText(response, 405, 'Elbow serves its files to GET and HEAD only.');
  }
  const target = parseTarget(request.url);
  const found = target === null ? null : await findFile(root, target);
  if (target === null || found === null) return sendText(response, 404, 'Elbow has no file of this name.');
  const headers = { ...responseHeaders(target), ETag: found.etag };
  if (request.headers['if-none-match'] === found.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Length': found.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A browser that leaves in the middle ends the pipeline with an error that concerns nobody.
  await pipeline(createReadStream(found.file), response).catch(() => response.destroy());
}

export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, responseHeaders('/message.txt')).end(`${text}\n`);
}
