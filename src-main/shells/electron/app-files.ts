// Answers app:// requests with the built renderer's files, under the same headers as the web shell.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { responseHeaders } from '../../contract/headers.ts';
import { resolveAppFile } from './security.ts';

/** @param root folder of the built renderer */
export async function answerAppRequest(root: string, request: { readonly url: string; readonly method: string }): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET is answered here.');
  const file = resolveAppFile(root, request.url);
  if (file === null) return plain(404, 'There is no such file.');
  try {
    const bytes = await readFile(file);
    const name = `/${path.relative(root, file).split(path.sep).join('/')}`;
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { status: 200, headers: responseHeaders(name) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    // A folder is no file; a name that is too long names none.
    const isMissing = code === 'ENOENT' || code === 'EISDIR' || code === 'ENOTDIR' || code === 'ENAMETOOLONG';
    return isMissing ? plain(404, 'There is no such file.') : plain(500, 'The file could not be read.');
  }
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: responseHeaders('/message.txt') });
}
