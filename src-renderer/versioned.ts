// What is known of many things, each as of the newest moment that was heard of, in whatever order answers and events come: an
// answer that was long on its way never takes back what an event has said since.

export class Versioned<T> {
  private present: ReadonlyMap<string, T> = new Map();
  /** Of the last whole list: nothing known is older. */
  private floor = -Infinity;
  /** Of what is newer than that, also of what is gone. */
  private readonly versions = new Map<string, number>();

  /** By key. A new map at each change. */
  get values(): ReadonlyMap<string, T> {
    return this.present;
  }

  /** A list of all at this version: what it lacks is gone, unless something newer is known of it. */
  replaceAll(version: number, all: Iterable<readonly [string, T]>): void {
    if (version < this.floor) return;
    const next = new Map(all);
    for (const [key, own] of this.versions) {
      if (own <= version) {
        this.versions.delete(key);
        continue;
      }
      const value = this.present.get(key);
      if (value === undefined) next.delete(key);
      else next.set(key, value);
    }
    this.floor = version;
    this.present = next;
  }

  /** Some have changed or gone at this version. */
  change(version: number, changed: Iterable<readonly [string, T]>, removed: Iterable<string>): void {
    const next = new Map(this.present);
    for (const [key, value] of changed) if (this.take(key, version)) next.set(key, value);
    for (const key of removed) if (this.take(key, version)) next.delete(key);
    this.present = next;
  }

  /** Versions count anew from here on; what is known stays until a list comes. */
  restart(): void {
    this.floor = -Infinity;
    this.versions.clear();
  }

  private take(key: string, version: number): boolean {
    if (version < (this.versions.get(key) ?? this.floor)) return false;
    this.versions.set(key, version);
    return true;
  }
}
