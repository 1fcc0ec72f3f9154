// Starts the web shell: the workstation, its server, and the address that a person opens.
import path from 'node:path';
import { findApplication } from '../../workstation/application.ts';
import { createWorkstation } from '../../workstation/workstation.ts';
import { createToken } from './guards.ts';
import { openBrowser } from './open-browser.ts';
import { createWebServer, type WebServer } from './server.ts';

export interface WebShellOptions {
  dataDirectory: string;
  /** null takes the usual port, or the next free one. */
  port: number | null;
  /** Open the system's browser, where there is a display? */
  open: boolean;
  /** The built renderer; by default this copy's own. */
  root?: string;
}

export interface WebShell {
  /** With the token in its fragment: whoever has it can see and steer the runs. */
  url: string;
  port: number;
  close(): Promise<void>;
}

export const usualPort = 4270;
const portsTried = 20;

/** @throws Error with what to do, when the port is taken or the data directory cannot be used */
export async function startWebShell(options: WebShellOptions): Promise<WebShell> {
  const { root = path.join(findApplication().root, 'out', 'renderer') } = options;
  const workstation = createWorkstation({ dataDirectory: options.dataDirectory });
  const token = createToken();
  const server = createWebServer({ workstation, root, token });
  try {
    const port = await listen(server, options.port);
    const url = `http://127.0.0.1:${port}/#token=${token}`;
    const browser = options.open ? openBrowser(url) : null;
    return {
      url,
      port,
      async close() {
        browser?.dispose();
        await server.close();
        await workstation.close();
      },
    };
  } catch (error) {
    await workstation.close();
    throw error;
  }
}

async function listen(server: WebServer, wanted: number | null): Promise<number> {
  if (wanted !== null) {
    try {
      return await server.listen(wanted);
    } catch (error) {
      throw new Error(explainListenError(wanted, error), { cause: error });
    }
  }
  for (let port = usualPort; port < usualPort + portsTried; port += 1) {
    try {
      return await server.listen(port);
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE' && errorCode(error) !== 'EACCES') throw error;
    }
  }
  return server.listen(0);
}

function explainListenError(port: number, error: unknown): string {
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return `port ${port} is in use by another program (perhaps another Elbow). Name another with --port N, or leave --port out and Elbow takes a free one.`;
    case 'EACCES':
      return `this system does not let Elbow use port ${port}. Name one above 1023 with --port N, or leave --port out.`;
    default:
      return `port ${port} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
