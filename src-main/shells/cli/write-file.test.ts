import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CommandError, UsageError } from './failure.ts';
import { checkTarget, writeWholeFile } from './write-file.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-write-'));
  mkdirSync(path.join(folder, 'taken'));
  writeFileSync(path.join(folder, 'mine'), 'mine');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('where a file may be written', () => {
  it.each<[string, string, RegExp]>([
    ['no name', '', /--out needs a file; an empty name was given/],
    ['spaces', '  ', /--out needs a file/],
    ['a folder', 'taken', /is a folder; name a file in it, such as .*taken.policy\.onnx/],
    ['a folder that is not there', 'none/x', /there is no folder .*none; create it/],
    ['a file below a file', 'mine/x', /there is no folder .*mine; create it/],
    ['a file that is there', 'mine', /exists already and was kept; .*--force/],
  ])('refuses %s', (_, name, message) => {
    const given = name.trim() === '' ? name : path.join(folder, name);
    expect(() => checkTarget('--out', given, false)).toThrow(UsageError);
    expect(() => checkTarget('--out', given, false)).toThrow(message);
  });

  it('takes a new name, and with force one that is there', () => {
    expect(checkTarget('--out', path.join(folder, 'new'), false)).toBe(path.join(folder, 'new'));
    expect(checkTarget('--out', path.join(folder, 'mine'), true)).toBe(path.join(folder, 'mine'));
    expect(checkTarget('--out', 'policy.onnx', true)).toBe(path.resolve('policy.onnx'));
  });

  it('names a name that the system cannot look up', () => {
    symlinkSync('loop', path.join(folder, 'loop'));
    expect(() => checkTarget('--out', path.join(folder, 'loop', 'x'), false)).toThrow(
      /loop.x cannot be written: ELOOP.*Nothing was changed/,
    );
  });
});

describe('writing', () => {
  it('leaves the whole file and nothing else, in place of a former one', () => {
    const target = path.join(folder, 'whole');
    for (const bytes of [new Uint8Array(100_000).fill(7), Uint8Array.of(1, 2)]) {
      writeWholeFile(target, bytes);
      expect(new Uint8Array(readFileSync(target))).toEqual(bytes);
    }
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a folder that has gone', 'gone/x', /gone.x cannot be written: ENOENT/],
    ['a folder in its place', 'taken', /taken cannot be written: /],
    ['a name that is too long', 'x'.repeat(300), /cannot be written: ENAMETOOLONG/],
  ])('into %s changes nothing', (_, name, message) => {
    const before = readdirSync(folder);
    expect(() => writeWholeFile(path.join(folder, name), Uint8Array.of(1))).toThrow(CommandError);
    expect(() => writeWholeFile(path.join(folder, name), Uint8Array.of(1))).toThrow(message);
    expect(readdirSync(folder)).toEqual(before);
  });
});
