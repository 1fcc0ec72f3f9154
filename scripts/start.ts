// `npm start`: opens the workstation. Electron's window where there is a display and a binary, else the browser
// shell, with one line that says why.
import { enableCompileCache } from 'node:module';
import { hasDisplay } from '../src-main/shells/web/open-browser.ts';
import { ensureBuilt, parts, root } from './build.ts';
import { type BinarySearch, downloadElectron, findElectron, noteFailure, recentFailure } from './electron-binary.ts';
import { parseStartOptions, type StartOptions, StartUsageError, startUsage } from './start-options.ts';

// What is loaded from here on is compiled once, not at every start.
enableCompileCache();

// A reader that goes away (`npm start | head -1`) must not end the workstation.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);
const farewell = 'Elbow is closed. Trainers go on, and so does the queue; npm run runs -- list shows them.';

async function main(given: readonly string[]): Promise<number> {
  let options: StartOptions | null;
  try {
    options = parseStartOptions(given);
  } catch (error) {
    if (!(error instanceof StartUsageError)) throw error;
    complain(`${error.message}\n\n${startUsage}`);
    return 2;
  }
  if (options === null) {
    say(startUsage);
    return 0;
  }
  await ensureBuilt(parts.renderer, say);
  const electron = options.shell === 'web' ? null : await prepareElectron(options.shell === 'electron');
  if (electron !== null) {
    if ('binary' in electron) {
      const code = await openElectron(electron.binary, options);
      if (code !== null) return code;
    } else {
      say(`Elbow opens in the browser shell: ${electron.reason}.`);
    }
  }
  return openWeb(options);
}

/** The binary, or why there is none. */
async function prepareElectron(isWanted: boolean): Promise<{ binary: string } | { reason: string }> {
  if (!hasDisplay()) return { reason: 'there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)' };
  const search: BinarySearch = { root, environment: process.env, platform: process.platform };
  const present = findElectron(search);
  if (present !== null) return { binary: present };
  if (process.env['ELECTRON_OVERRIDE_DIST_PATH']) return { reason: 'ELECTRON_OVERRIDE_DIST_PATH names a folder without Electron' };
  const failure = isWanted ? null : recentFailure(root, Date.now());
  if (failure !== null)
    return { reason: `Electron could not be downloaded within the last day (${failure}; npm start -- --electron tries again)` };
  try {
    await downloadElectron({ search, say });
    const binary = findElectron(search);
    if (binary !== null) return { binary };
    throw new Error('the download left no binary');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    noteFailure(root, Date.now(), reason);
    return { reason: `Electron is not here and ${reason}` };
  }
}

/** The exit code, or null where the browser shell is to open instead. */
async function openElectron(binary: string, options: StartOptions): Promise<number | null> {
  try {
    await ensureBuilt(parts.electron, say);
  } catch (error) {
    say(`Elbow opens in the browser shell: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
  const { runElectron } = await import('./electron-shell.ts');
  const closing = onInterrupt();
  const result = await runElectron({
    binary,
    root,
    environment: process.env,
    signal: closing.signal,
    dataDirectory: options.dataDir,
    onReady: () => say('Elbow’s window is open.'),
  });
  if (closing.signal.aborted) {
    say(farewell);
    return 0;
  }
  switch (result.kind) {
    case 'already-open':
      say('Elbow is open already; its window was brought to the front.');
      return 0;
    case 'not-ready':
      say(`Elbow opens in the browser shell: Electron ended before its window was ready (${result.reason}).`);
      return null;
    case 'ended':
      if (result.problem === null) say(farewell);
      else complain(`Electron ended unexpectedly (${result.problem}). Trainers go on and nothing stored is lost; start Elbow again.`);
      return result.problem === null ? 0 : 1;
  }
}

async function openWeb(options: StartOptions): Promise<number> {
  const closing = onInterrupt();
  const [{ startWebShell }, { resolveDataDirectory }] = await Promise.all([
    import('../src-main/shells/web/start.ts'),
    import('../src-main/store/store.ts'),
  ]);
  const shell = await startWebShell({
    dataDirectory: resolveDataDirectory(options.dataDir ?? undefined),
    port: options.port,
    open: options.open,
  });
  say(`Elbow is at ${shell.url}`);
  say('Ctrl-C closes it; training goes on.');
  await closing.interrupted;
  await shell.close();
  say(farewell);
  return 0;
}

/**
 * The first Ctrl-C closes in order; one that comes a second later leaves at once. (npm forwards it as well, so
 * two arrive together.)
 */
function onInterrupt(): { signal: AbortSignal; interrupted: Promise<void> } {
  const controller = new AbortController();
  let first = Infinity;
  const interrupt = (): void => {
    if (controller.signal.aborted && performance.now() - first > 1000) process.exit(1);
    if (controller.signal.aborted) return;
    first = performance.now();
    controller.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  return { signal: controller.signal, interrupted: new Promise((resolve) => controller.signal.addEventListener('abort', () => resolve())) };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
