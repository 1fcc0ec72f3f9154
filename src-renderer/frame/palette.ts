// What the palette lists for a text: commands and runs that match, best first, in few groups.

export interface PaletteEntry {
  id: string;
  title: string;
  group: string;
  keys: string | undefined;
  /** Stands after the title: what tells entries of one title apart. */
  detail?: string;
  /** What the typed text is compared with. */
  search: string;
  run: () => void | Promise<void>;
}

const mostRuns = 30;

/**
 * Without text, all commands in their groups and the newest few runs. With text, groups in the order of their
 * best match, by `score` (0 is no match).
 */
export function rankEntries(
  text: string,
  commands: readonly PaletteEntry[],
  runs: readonly PaletteEntry[],
  score: (command: string, search: string) => number,
): { title: string; entries: PaletteEntry[] }[] {
  const wanted = text.trim();
  const rank = (entries: readonly PaletteEntry[]): { entry: PaletteEntry; score: number }[] =>
    wanted === ''
      ? entries.map((entry) => ({ entry, score: 1 }))
      : entries
          .map((entry) => ({ entry, score: score(entry.search, wanted) }))
          .filter((ranked) => ranked.score > 0)
          .sort((a, b) => b.score - a.score);
  const groups = new Map<string, PaletteEntry[]>();
  const ranked = [...rank(commands), ...rank(runs).slice(0, wanted === '' ? 5 : mostRuns)];
  if (wanted !== '') ranked.sort((a, b) => b.score - a.score);
  for (const { entry } of ranked) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups].map(([title, entries]) => ({ title, entries }));
}
