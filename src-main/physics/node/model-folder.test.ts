// A model's folder on a disk: what is listed, and links that lead out.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectModel } from '../own/model-files.ts';
import { ModelFileError } from '../own/model-file-error.ts';
import { arm, meshArm, tetrahedron } from '../own/testing.ts';
import { folderOnDisk } from './model-folder.ts';

let outside: string;
let root: string;
beforeEach(() => {
  outside = mkdtempSync(path.join(tmpdir(), 'elbow-model-'));
  root = path.join(outside, 'arm');
  mkdirSync(path.join(root, 'assets'), { recursive: true });
  writeFileSync(path.join(root, 'arm.xml'), meshArm);
});
afterEach(() => rmSync(outside, { recursive: true, force: true }));

describe('folderOnDisk', () => {
  it('lists and reads what lies below, without hidden files', () => {
    writeFileSync(path.join(root, 'assets', 'part.stl'), tetrahedron());
    mkdirSync(path.join(root, '.git'));
    writeFileSync(path.join(root, '.git', 'config'), '');
    const folder = folderOnDisk(root);
    expect(folder).toMatchObject({ name: 'arm', paths: ['arm.xml', 'assets/part.stl'] });
    expect(folder.size('assets/part.stl')).toBe(284);
    expect(collectModel(folder, 'arm.xml').collected.map((file) => file.path)).toEqual(['arm.xml', 'assets/part.stl']);
  });

  it('follows a link that stays inside, and no other', () => {
    writeFileSync(path.join(root, 'real.stl'), tetrahedron());
    symlinkSync(path.join(root, 'real.stl'), path.join(root, 'assets', 'part.stl'));
    expect(collectModel(folderOnDisk(root), 'arm.xml').collected).toHaveLength(2);
    rmSync(path.join(root, 'assets', 'part.stl'));
    writeFileSync(path.join(outside, 'secret.stl'), tetrahedron());
    symlinkSync(path.join(outside, 'secret.stl'), path.join(root, 'assets', 'part.stl'));
    expect(() => collectModel(folderOnDisk(root), 'arm.xml')).toThrow(
      /^assets\/part\.stl: it is a link that leads out of the model’s folder/,
    );
  });

  it('does not walk into a linked folder', () => {
    symlinkSync(tmpdir(), path.join(root, 'elsewhere'));
    expect(folderOnDisk(root).paths).toEqual(['arm.xml', 'elsewhere']);
    expect(() => folderOnDisk(root).read('elsewhere')).toThrow(/leads out/);
  });

  it.each([
    ['a file', () => path.join(root, 'arm.xml'), /is a file; give the folder/],
    ['nothing', () => path.join(root, 'no'), /cannot be read: ENOENT/],
  ])('refuses %s', (_what, given, message) => {
    expect(() => folderOnDisk(given())).toThrow(message);
    expect(() => folderOnDisk(given())).toThrow(ModelFileError);
  });

  it('refuses a broken link', () => {
    symlinkSync(path.join(root, 'gone'), path.join(root, 'assets', 'part.stl'));
    writeFileSync(path.join(root, 'other.xml'), arm());
    expect(() => collectModel(folderOnDisk(root), 'arm.xml')).toThrow(/^assets\/part\.stl: it cannot be read: ENOENT/);
  });
});
