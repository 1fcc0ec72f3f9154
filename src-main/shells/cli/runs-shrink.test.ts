// `runs shrink` on a copy of the demo run, which an earlier version stored, through the real command line.
import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../store/store.ts';
import { parseLines, runCli } from './testing.ts';

let data = '';
let run = '';
beforeAll(() => {
  data = mkdtempSync(path.join(tmpdir(), 'elbow-shrink-'));
  cpSync(path.join(import.meta.dirname, '../../../assets/demo'), data, { recursive: true });
  const store = openStore(data);
  run = store.runs.list()[0]?.id ?? '';
  store.runs.star(run, true);
  store.close();
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

const shrink = async (...given: string[]): Promise<{ code: number | null; lines: Record<string, unknown>[] }> => {
  const { code, stdout } = await runCli(['runs', 'shrink', ...given, '--json', '--data-dir', data]);
  return { code, lines: parseLines(stdout) };
};

it('shrinks what is named, says so before with --dry-run, and leaves starred runs alone unless they are', { timeout: 60_000 }, async () => {
  const size = (): number => statSync(path.join(data, 'elbow.sqlite')).size;
  const before = size();
  const unnamed = await shrink();
  expect(unnamed.lines[0]).toMatchObject({ kind: 'left-alone', run, reason: 'starred' });
  const dry = await shrink(run, '--budget', '2', '--dry-run');
  expect(dry.lines.map(({ kind }) => kind)).toEqual(['would-shrink', 'nothing-changed']);
  expect(size()).toBe(before);
  const real = await shrink(run, '--budget', '2');
  expect([dry.code, real.code]).toEqual([0, 0]);
  expect(real.lines[0]).toEqual({ ...dry.lines[0], kind: 'shrunk' });
  expect(real.lines[0]).toMatchObject({ packed: 20, budgetBytes: 2e6 });
  expect(real.lines[1]).toMatchObject({ kind: 'reclaimed', before, after: size(), backups: [expect.stringContaining('before-version')] });
  expect(size()).toBeLessThan(0.45 * before);

  const { stdout } = await runCli(['runs', 'show', run, '--data-dir', data]);
  expect(stdout).toMatch(/of 3 rollouts/);
  expect(stdout).toMatch(/MB in the database, without a budget/);
});

it.each([['0'], ['1.5'], ['2000000'], ['much']])('refuses a budget of %s', async (budget) => {
  const { code, stderr } = await runCli(['runs', 'shrink', run, '--budget', budget, '--data-dir', data]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--budget')]);
});
