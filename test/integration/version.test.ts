// One version, wherever it is told.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findApplication } from '../../src-main/workstation/application.ts';

const root = path.resolve(import.meta.dirname, '../..');
const versionOf = (file: string): string => (JSON.parse(readFileSync(path.join(root, file), 'utf8')) as { version: string }).version;

it('is the same in the manifest, the lock file, the program and the newest heading of the changelog', () => {
  const [, newest] = /^## (\d+\.\d+\.\d+)/m.exec(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8')) ?? [];
  expect([versionOf('package-lock.json'), findApplication().version, newest]).toEqual(
    Array.from({ length: 3 }, () => versionOf('package.json')),
  );
});
