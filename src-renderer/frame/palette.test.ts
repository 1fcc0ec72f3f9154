// The palette's order: groups by their best match, few runs unless asked for.
import { describe, expect, it } from 'vitest';
import { rankEntries, type PaletteEntry } from './palette.ts';

const entry = (id: string, group: string): PaletteEntry => ({ id, title: id, group, keys: undefined, search: id, run: () => undefined });
const score = (text: string, wanted: string): number => (text.startsWith(wanted) ? 1 : text.includes(wanted) ? 0.5 : 0);

describe('rankEntries', () => {
  const commands = [entry('go to lab', 'Go to'), entry('new run', 'Runs')];
  const runs = Array.from({ length: 60 }, (_, i) => entry(`new-run-${i}`, 'Open'));

  it('shows every command and the newest five runs without a text', () => {
    const groups = rankEntries('  ', commands, runs, score);
    expect(groups.map((group) => [group.title, group.entries.length])).toEqual([
      ['Go to', 1],
      ['Runs', 1],
      ['Open', 5],
    ]);
  });

  it('puts the best match first and leaves out what does not match', () => {
    const groups = rankEntries('lab', commands, runs, score);
    expect(groups).toEqual([{ title: 'Go to', entries: [commands[0]] }]);
  });

  it('shows at most thirty runs', () => {
    const open = rankEntries('new-run', commands, runs, score).find((group) => group.title === 'Open');
    expect(open?.entries).toHaveLength(30);
  });
});
