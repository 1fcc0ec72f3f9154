// Opens the address in the system's browser. Every process of the machine can read another's argument list, so
// the browser is given the name of a private file that leads to the address, not the address with its token.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Is there a display that a browser could appear on? */
export function hasDisplay(platform: NodeJS.Platform = process.platform, environment: NodeJS.ProcessEnv = process.env): boolean {
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(environment['DISPLAY'] || environment['WAYLAND_DISPLAY']);
}

/** Command and arguments that open a file with the program that the system uses for it. */
function opener(file: string): [string, string[]] {
  if (process.platform === 'darwin') return ['open', [file]];
  if (process.platform === 'win32') return ['explorer.exe', [file]];
  return ['xdg-open', [file]];
}

export interface OpenedBrowser {
  /** The private file; it is gone after `dispose`. */
  file: string;
  dispose(): void;
}

/**
 * Asks the system to show the address; nothing happens where there is no display or no such program, since the
 * address is printed as well.
 * @param url of characters that need no escaping in HTML, as an address with a base64url token has
 */
export function openBrowser(url: string, spawnProgram: typeof spawn = spawn): OpenedBrowser | null {
  if (!hasDisplay()) return null;
  // mkdtemp makes the folder for its owner alone (mode 0700).
  const folder = mkdtempSync(path.join(tmpdir(), 'elbow-'));
  const file = path.join(folder, 'open.html');
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Elbow</title>` +
      `<meta http-equiv="refresh" content="0;url=${url}"><a href="${url}">Open Elbow</a>\n`,
    { mode: 0o600 },
  );
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  const [program, values] = opener(file);
  const child = spawnProgram(program, values, { stdio: 'ignore', detached: true });
  child.on('error', dispose);
  child.unref();
  return { file, dispose };
}
