// The end of a log that another process is writing.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';

/**
 * The last `maxBytes` of a file as text, from a line's beginning where the file is longer. A file that is not
 * there is empty. A link is refused: the log is the trainer's own file.
 */
export async function readTail(file: string, maxBytes: number): Promise<{ text: string; isTruncated: boolean }> {
  const handle = await open(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (handle === null) return { text: '', isTruncated: false };
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - maxBytes);
    const buffer = Buffer.alloc(size - start);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    const text = buffer.toString('utf8', 0, bytesRead);
    if (start === 0) return { text, isTruncated: false };
    const newline = text.indexOf('\n');
    return { text: newline < 0 ? text.replace(/^\ufffd+/, '') : text.slice(newline + 1), isTruncated: true };
  } finally {
    await handle.close();
  }
}
