// Where this copy of Elbow lies, and which version it is: a checkout, or a packaged application.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({ name: z.literal('elbow'), version: z.string() });

export interface Application {
  root: string;
  version: string;
}

let found: Application | null = null;

/** @throws Error when no folder above this file holds Elbow's package.json */
export function findApplication(): Application {
  if (found) return found;
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest)) {
      const parsed = manifestSchema.safeParse(JSON.parse(readFileSync(manifest, 'utf8')));
      if (parsed.success) return (found = { root: folder, version: parsed.data.version });
    }
    if (folder === path.dirname(folder)) throw new Error('Elbow’s package.json is missing: this copy is not complete');
  }
}

/** A file or folder of the application that other programs or SQLite must open: it lies outside a package's archive. */
export function applicationPath(...parts: string[]): string {
  return path.join(findApplication().root.replace(/app\.asar$/, 'app.asar.unpacked'), ...parts);
}
