// What the window, the command line and the doctor write alike.

/** A size in decimal units, as disks are sold, with three significant digits: "999 B", "41.3 GB". */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let power = 0;
  while (value >= 999.5 && power < units.length - 1) {
    value /= 1000;
    power += 1;
  }
  return `${power === 0 || value >= 1000 ? Math.round(value) : Number(value.toPrecision(3))} ${units[power]}`;
}
