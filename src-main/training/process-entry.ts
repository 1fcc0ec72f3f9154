// Where the processes of this room begin, and what they may see of the environment.
import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The entry of a process: beside this file, TypeScript in a checkout and JavaScript when built.
 * @param name without its ending: `trainer`
 * @throws Error where it is missing
 */
export function processEntry(name: string): string {
  const entry = fileURLToPath(new URL(`${name}${extname(new URL(import.meta.url).pathname)}`, import.meta.url));
  const path = entry.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
  if (!existsSync(path)) throw new Error(`the entry ${path} is missing: this copy of Elbow is not complete`);
  return path;
}

/** For a process that works for the one that started it alone: it ends when that one is gone, however it went. */
export function endWithParent(): void {
  process.once('disconnect', () => process.exit(1));
  // It may end before.
  process.channel?.unref();
}

const environmentNames =
  /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|TEMP|TMP|LD_LIBRARY_PATH|CUDA_.*|VK_.*|XDG_.*|ELBOW_.*|SystemRoot|APPDATA|LOCALAPPDATA|USERPROFILE)$/i;

/** What such a process may see of the environment: paths and what its libraries read, nothing that came by chance. */
export function processEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => environmentNames.test(name)));
}
