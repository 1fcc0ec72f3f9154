// When is something built again? With a builder that counts its calls, in a folder of its own.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureBuilt, type Part, parts, root } from './build.ts';

let folder = '';
const part: Part = { name: 'the thing', sources: ['src', 'config.ts'], product: 'out/thing.txt', command: ['builder.mjs'] };
const builds = (): number => {
  try {
    return readFileSync(path.join(folder, 'out/thing.txt'), 'utf8').length;
  } catch {
    return 0;
  }
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'elbow-build-'));
  mkdirSync(path.join(folder, 'src/deep'), { recursive: true });
  writeFileSync(path.join(folder, 'src/deep/a.ts'), 'one');
  writeFileSync(path.join(folder, 'config.ts'), '');
  writeFileSync(
    path.join(folder, 'builder.mjs'),
    "import fs from 'node:fs'; fs.mkdirSync('out', { recursive: true }); fs.appendFileSync('out/thing.txt', 'x');",
  );
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function build(): Promise<string[]> {
  const said: string[] = [];
  await ensureBuilt(part, (line) => said.push(line), folder);
  return said;
}

describe('ensureBuilt', () => {
  it('builds once, says so, and is silent while nothing changes', async () => {
    expect(await build()).toEqual([expect.stringMatching(/^Building the thing/), expect.stringMatching(/^Built the thing in/)]);
    expect(await build()).toEqual([]);
    expect(builds()).toBe(1);
  });

  it.each<[string, () => void]>([
    ['a source has new contents', () => writeFileSync(path.join(folder, 'src/deep/a.ts'), 'another')],
    ['a source has a new time, older or newer', () => utimesSync(path.join(folder, 'config.ts'), 1, 1)],
    ['a source was added', () => writeFileSync(path.join(folder, 'src/b.ts'), '')],
    ['a source was deleted', () => rmSync(path.join(folder, 'src/deep/a.ts'))],
    ['the product was deleted', () => rmSync(path.join(folder, 'out/thing.txt'))],
  ])('builds again when %s', async (_, change) => {
    await build();
    change();
    expect(await build()).toHaveLength(2);
  });

  it('does not mind tests', async () => {
    await build();
    writeFileSync(path.join(folder, 'src/a.test.ts'), '');
    expect(await build()).toEqual([]);
  });

  it("gives the builder's own words when it fails, and builds again next time", async () => {
    await build();
    writeFileSync(path.join(folder, 'src/b.ts'), '');
    const builder = readFileSync(path.join(folder, 'builder.mjs'));
    writeFileSync(path.join(folder, 'builder.mjs'), "console.error('b.ts: no such thing'); process.exit(3);");
    await expect(build()).rejects.toThrow(/the thing could not be built \(exit code 3\):\nb\.ts: no such thing/);
    await expect(build()).rejects.toThrow();
    writeFileSync(path.join(folder, 'builder.mjs'), builder);
    expect(await build()).toHaveLength(2);
  });
});

describe('parts', () => {
  it.each(Object.values(parts))('$name has its builder and its sources', ({ command, sources }) => {
    for (const file of [command[0], ...sources]) expect(() => readFileSync(path.join(root, file))).not.toThrow(/ENOENT/);
  });
});
