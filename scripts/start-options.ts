// The options of `npm start -- …`.
import { parseArgs } from 'node:util';

export interface StartOptions {
  shell: 'web' | 'electron' | 'either';
  /** null takes the usual port, or the next free one. */
  port: number | null;
  open: boolean;
  dataDir: string | null;
}

export const startUsage = `Usage: npm start -- [options]

Opens the workstation: Electron's window where it can, else the browser shell.

Options:
  --web             the browser shell, without looking for Electron
  --electron        Electron's window; tries to download it again if that failed before
  --port <n>        port of the browser shell (a free one where none is given)
  --no-open         do not open the system's browser
  --data-dir <dir>  where runs are stored (else ELBOW_DATA_DIR, else the platform's data folder)
  --help            shows this`;

/** @throws StartUsageError in words for a person */
export class StartUsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StartUsageError';
  }
}

/** null where help is asked for. @throws StartUsageError */
export function parseStartOptions(given: readonly string[]): StartOptions | null {
  const values = parse(given);
  if (values.help === true) return null;
  if (values.web === true && values.electron === true)
    throw new StartUsageError('--web and --electron exclude each other; give one of them');
  if (values.electron === true && values.port !== undefined)
    throw new StartUsageError('--port belongs to the browser shell; give it with --web');
  if (values['data-dir']?.trim() === '') throw new StartUsageError('--data-dir needs a folder; an empty one was given');
  return {
    shell: values.web === true ? 'web' : values.electron === true ? 'electron' : 'either',
    port: values.port === undefined ? null : parsePort(values.port),
    open: values['no-open'] !== true,
    dataDir: values['data-dir'] ?? null,
  };
}

function parse(given: readonly string[]) {
  try {
    return parseArgs({
      args: [...given],
      options: {
        web: { type: 'boolean' },
        electron: { type: 'boolean' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        'data-dir': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Node's own words name the option; its advice on "--" is for another situation.
    throw new StartUsageError((error instanceof Error ? error.message : String(error)).split('. To specify')[0] ?? '');
  }
}

function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : NaN;
  if (!(port >= 0 && port <= 65_535))
    throw new StartUsageError(`--port must be a whole number from 0 (any free port) to 65,535; "${text.slice(0, 60)}" was given`);
  return port;
}
