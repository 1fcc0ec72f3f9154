// Folders that come in pieces: joined in order, bounded, forgotten.
import { describe, expect, it } from 'vitest';
import { ModelUploads } from './model-uploads.ts';

const piece = (path: string, offset: number, ...bytes: number[]) => ({ folder: 'arm', path, offset, bytes: Uint8Array.from(bytes) });

describe('ModelUploads', () => {
  it('joins the pieces of each file, and begins a file anew at 0', () => {
    const uploads = new ModelUploads();
    uploads.add('a', piece('arm.xml', 0, 1, 2));
    uploads.add('a', piece('part.stl', 0, 9));
    uploads.add('a', piece('arm.xml', 2, 3));
    const expected = {
      name: 'arm',
      files: [
        { path: 'arm.xml', bytes: Uint8Array.of(1, 2, 3) },
        { path: 'part.stl', bytes: Uint8Array.of(9) },
      ],
    };
    expect(uploads.take('a')).toEqual(expected);
    expect(uploads.take('a'), 'it stays for a second look').toEqual(expected);
    uploads.add('a', piece('part.stl', 0));
    expect(uploads.take('a').files[1]).toEqual({ path: 'part.stl', bytes: new Uint8Array(0) });
  });

  it.each([
    ['a piece before its beginning', 'new.xml', 5, /byte 0 is next, not 5/],
    ['a gap', 'arm.xml', 3, /byte 2 is next, not 3/],
    ['a piece twice', 'arm.xml', 1, /byte 2 is next, not 1/],
  ])('refuses %s, and keeps what was there', (_what, path, offset, message) => {
    const uploads = new ModelUploads();
    uploads.add('a', piece('arm.xml', 0, 1, 2));
    expect(() => uploads.add('a', piece(path, offset, 7))).toThrow(message);
    expect(uploads.take('a').files).toEqual([{ path: 'arm.xml', bytes: Uint8Array.of(1, 2) }]);
  });

  it('refuses too many files and too many bytes', () => {
    const uploads = new ModelUploads();
    for (let k = 0; k < 2000; k += 1) uploads.add('a', piece(`${k}.xml`, 0));
    expect(() => uploads.add('a', piece('one-more.xml', 0))).toThrow(/more than the 2000 files/);
    const large = new Uint8Array(2 ** 28);
    uploads.add('a', { ...piece('0.xml', 0), bytes: large });
    expect(() => uploads.add('a', { ...piece('1.xml', 0), bytes: new Uint8Array(2 ** 28 + 1) })).toThrow(/larger than the 512 MB/);
  });

  it('forgets all but the newest folders, and says so', () => {
    const uploads = new ModelUploads();
    for (const id of ['a', 'b', 'c', 'd']) uploads.add(id, piece('arm.xml', 0, 1));
    expect(() => uploads.take('a')).toThrow(/drop it again/);
    expect(uploads.take('d').files).toHaveLength(1);
    expect(() => uploads.take('nobody')).toThrow(/not here any more/);
  });
});
