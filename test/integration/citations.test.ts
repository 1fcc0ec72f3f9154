// What comments and docs point to exists: every relative link, and every page that is named. The repository stands alone.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const skipped = new Set(['node_modules', 'out', 'dist', '.git', '.vite']);
const written = /\.(md|ts|mts|mjs|svelte|py|css|html|yml|json)$/;

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    if (skipped.has(name)) continue;
    const file = path.join(folder, name);
    if (statSync(file).isDirectory()) yield* filesBelow(file);
    else if (written.test(name) && name !== 'package-lock.json') yield path.relative(root, file);
  }
}
const files = [...filesBelow(root)];
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = new Set(files.filter((file) => file.endsWith('.md')).map((file) => path.basename(file)));

/** Links of a page that lead to a file of the repository: `[text](path#place)`. */
function linksOf(file: string): string[] {
  return [...read(file).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** GitHub's name of a heading. */
const placeOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');

describe('pages', () => {
  it.each(files.filter((file) => file.endsWith('.md')))('%s links to files that exist', (file) => {
    const missing = linksOf(file).filter((target) => !existsSync(path.resolve(root, path.dirname(file), target)));
    expect(missing).toEqual([]);
  });

  it.each(files.filter((file) => file.endsWith('.md')))('%s links to headings that exist', (file) => {
    const missing = [...read(file).matchAll(/\]\(([^)\s:#]*\.md)?#([^)\s]+)\)/g)].filter(([, page, place]) => {
      const target = page === undefined ? file : path.relative(root, path.resolve(root, path.dirname(file), page));
      const places = [...read(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => placeOf(heading));
      return !places.includes(place ?? '');
    });
    expect(missing.map(([link]) => link)).toEqual([]);
  });
});

it('every page that a file names is in the repository', () => {
  const missing = files.flatMap((file) =>
    [...read(file).matchAll(/(?<![\w/.:*{}$-])(?:[\w.-]+\/)*([\w-]+\.md)\b/g)]
      .filter(([, page = '']) => !pages.has(page))
      .map(([named]) => `${file}: ${named}`),
  );
  expect(missing).toEqual([]);
});
