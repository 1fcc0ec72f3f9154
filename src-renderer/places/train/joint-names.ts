// Short names of action dimensions, for pictures a thumb wide.

/** Without the word that all of them end in: "back thigh torque" and "back shin torque" are "back thigh" and "back shin". */
export function jointNames(actions: readonly { name: string }[]): string[] {
  const words = actions.map(({ name }) => name.split(' '));
  const last = words[0]?.at(-1);
  const isShared = words.length > 1 && words.every((one) => one.length > 1 && one.at(-1) === last);
  return words.map((one) => (isShared ? one.slice(0, -1) : one).join(' '));
}

/** A list as typed, one text for each of so many entries; a single one stands for all. */
export function listEntries(text: string, count: number): string[] {
  const entries = text.split(',').map((one) => one.trim());
  return Array.from({ length: count }, (_, i) => (entries.length === 1 ? entries[0] : entries[i]) ?? '');
}

/** The list with one entry typed anew; one text where all agree. */
export function withEntry(text: string, count: number, index: number, entry: string): string {
  // A comma would make more entries of one.
  const entries = listEntries(text, count).with(index, entry.replaceAll(',', '.'));
  return entries.every((one) => one === entries[0]) ? (entries[0] ?? '') : entries.join(',');
}
