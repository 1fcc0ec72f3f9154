// The end of a log.
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTail } from './log-tail.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'elbow-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'log.txt');

describe('readTail', () => {
  it.each<[string, string | Buffer, number, string, boolean]>([
    ['a short log whole', 'one\ntwo\n', 100, 'one\ntwo\n', false],
    ['a log of just the size whole', 'one\ntwo\n', 8, 'one\ntwo\n', false],
    ['a long log from a line’s beginning', 'one\ntwo\nthree\n', 10, 'three\n', true],
    ['a long line without its beginning', 'x'.repeat(100), 10, 'x'.repeat(10), true],
    ['no half character', 'é'.repeat(10), 5, 'éé', true],
    ['an empty log', '', 10, '', false],
    ['bytes that are no text', Buffer.from([0, 255, 10, 254]), 100, '\u0000\ufffd\n\ufffd', false],
  ])('gives %s', async (_name, content, maxBytes, text, isTruncated) => {
    writeFileSync(file, content);
    expect(await readTail(file, maxBytes)).toEqual({ text, isTruncated });
  });

  it('gives nothing where there is no log yet', async () => {
    expect(await readTail(path.join(folder, 'none.txt'), 10)).toEqual({ text: '', isTruncated: false });
  });

  it('follows no link and reads no folder', async () => {
    writeFileSync(file, 'secret');
    symlinkSync(file, path.join(folder, 'link.txt'));
    await expect(readTail(path.join(folder, 'link.txt'), 10)).rejects.toThrow(/ELOOP/);
    await expect(readTail(folder, 10)).rejects.toThrow(/EISDIR/);
  });
});
