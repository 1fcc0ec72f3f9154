// Finding TensorFlow's binding: every way in which it can be absent is one line that says what to do.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { TensorflowEngine } from './tensorflow.ts';
import { findTensorflow, folderVariable } from './tensorflow-package.ts';

const root = mkdtempSync(path.join(tmpdir(), 'elbow-tensorflow-'));
afterAll(() => rmSync(root, { recursive: true }));
const { version: ours } = createRequire(import.meta.url)('@tensorflow/tfjs/package.json') as { version: string };

/** A folder as npm leaves it, with or without what the install script adds. */
function folderWith(name: string, packages: Record<string, { version: string; native: boolean }>): string {
  const folder = path.join(root, name);
  mkdirSync(folder);
  for (const [id, { version, native }] of Object.entries(packages)) {
    const inside = path.join(folder, 'node_modules', id);
    mkdirSync(path.join(inside, 'lib', 'napi-v8'), { recursive: true });
    writeFileSync(path.join(inside, 'package.json'), JSON.stringify({ name: id, version, main: 'index.js' }));
    writeFileSync(path.join(inside, 'index.js'), '');
    if (native) writeFileSync(path.join(inside, 'lib', 'napi-v8', 'tfjs_binding.node'), '');
  }
  return folder;
}
const [plain, gpu] = ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'];

it('finds a complete package, the one for GPUs first', () => {
  const both = folderWith('both', { [plain]: { version: ours, native: true }, [gpu]: { version: ours, native: true } });
  expect(findTensorflow(both)).toEqual({ found: { name: gpu, version: ours, folder: path.join(both, 'node_modules', gpu) } });
  const one = folderWith('one', { [plain]: { version: ours, native: true } });
  expect(findTensorflow(one)).toEqual({ found: { name: plain, version: ours, folder: path.join(one, 'node_modules', plain) } });
});

it.each<[string, () => string, RegExp]>([
  [
    'a folder that is not there',
    () => path.join(root, 'nowhere'),
    /^ELBOW_TENSORFLOW names .*nowhere, which is not a folder\. npm install/,
  ],
  [
    'a file',
    () => {
      const file = path.join(root, 'file');
      writeFileSync(file, '');
      return file;
    },
    /which is not a folder\. npm install/,
  ],
  [
    'a folder without it',
    () => folderWith('empty', {}),
    /^neither @tensorflow\/tfjs-node-gpu nor @tensorflow\/tfjs-node is installed in .*empty\. npm install --prefix FOLDER @tensorflow\/tfjs-node@\d/,
  ],
  [
    'another version',
    () => folderWith('old', { [plain]: { version: '3.21.0', native: true } }),
    /tfjs-node 3\.21\.0 in .* does not fit tfjs \d.*npm install --prefix/,
  ],
  [
    'a damaged package',
    () => {
      const folder = folderWith('damaged', { [plain]: { version: ours, native: true } });
      writeFileSync(path.join(folder, 'node_modules', plain, 'package.json'), '{');
      return folder;
    },
    /is installed in .*damaged\. npm install --prefix/,
  ],
  [
    'a package whose install script failed',
    () => folderWith('bare', { [plain]: { version: ours, native: false } }),
    /lacks its native part, lib\/napi-v….*docs\/devices\.md says how to build it\.$/,
  ],
])('says in one line what is wrong with %s', (_, make, message) => {
  const search = findTensorflow(make());
  expect(search).toEqual({ reason: expect.any(String) as string, advice: expect.any(String) as string });
  if ('found' in search) return;
  const whole = `${search.reason}. ${search.advice}`;
  expect(whole).toMatch(message);
  expect(whole).not.toContain('\n');
});

it.each([
  ['a native part that is none', 'native', "require('./lib/napi-v8/tfjs_binding.node');", /could not be loaded \(.+\)/],
  [
    'a backend that does not start',
    'still',
    "require('@tensorflow/tfjs').registerBackend('tensorflow', () => { throw new Error(); });",
    /could not be loaded \(TensorFlow did not start\)/,
  ],
])('says in one line why it cannot be loaded: %s', (_, name, source, message) => {
  const folder = folderWith(name, { [plain]: { version: ours, native: true } });
  symlinkSync(
    path.dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs/package.json')),
    path.join(folder, 'node_modules', '@tensorflow', 'tfjs'),
    'junction',
  );
  writeFileSync(path.join(folder, 'node_modules', plain, 'index.js'), source);
  vi.stubEnv(folderVariable, folder);
  const open = (): TensorflowEngine => new TensorflowEngine({}, 1);
  expect(open).toThrow(message);
  expect(open).toThrow(
    /^the device tensorflow cannot be used: @tensorflow\/tfjs-node in .+\. Install it again, or build it as docs\/devices\.md says\.$/,
  );
  vi.unstubAllEnvs();
});

it('is an optional peer of the version that the advice names', () => {
  const manifest = createRequire(import.meta.url)('../../../package.json') as {
    peerDependencies: Record<string, string>;
    peerDependenciesMeta: Record<string, { optional: boolean }>;
  };
  expect(manifest.peerDependencies).toEqual({ [gpu]: ours });
  expect(manifest.peerDependenciesMeta).toEqual({ [gpu]: { optional: true } });
  const missing = findTensorflow(folderWith('nothing', {}));
  expect('advice' in missing && missing.advice).toContain(`on an NVIDIA card ${gpu}@${ours}`);
});
