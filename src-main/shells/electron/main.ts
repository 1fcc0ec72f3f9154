// Electron's main process: the workstation, the window, and the app:// files between them. Trainers run in
// stock Node, apart from this process.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, ipcMain, protocol, session, shell } from 'electron';
import { resolveDataDirectory } from '../../store/store.ts';
import { createWorkstation } from '../../workstation/workstation.ts';
import { answerAppRequest } from './app-files.ts';
import { serveBridge } from './bridge.ts';
import { electronSignals } from './readiness.ts';
import { appScheme, privilegedSchemes, secureContents, secureSession } from './security.ts';
import { openWindow } from './window.ts';

const rendererRoot = path.resolve(import.meta.dirname, '../../../out/renderer');
const preload = path.join(import.meta.dirname, 'preload.cjs');

try {
  const dataDirectory = resolveDataDirectory();
  keepChromiumFilesIn(path.join(dataDirectory, 'window'));
  app.setName('Elbow');
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged(privilegedSchemes);
  if (app.requestSingleInstanceLock()) {
    // Not awaited: Electron becomes ready only when this module has been evaluated to its end (electronjs.org/docs/latest/tutorial/esm).
    app
      .whenReady()
      .then(() => start(dataDirectory))
      .catch(leave);
  } else {
    process.stdout.write(`${electronSignals.alreadyOpen}\n`);
    app.quit();
  }
} catch (error) {
  leave(error);
}

/**
 * Chromium's own files lie with the data, so that the single-instance lock holds for each data directory apart.
 * Where the data cannot be written, stored runs are still shown: Electron's usual folder serves.
 */
function keepChromiumFilesIn(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
  app.setPath('userData', folder);
}

function leave(error: unknown): void {
  console.error(`Elbow: ${error instanceof Error ? error.message : String(error)}`);
  app.exit(1);
}

function start(dataDirectory: string): void {
  secureSession(session.defaultSession);
  app.on('web-contents-created', (_event, contents) => secureContents(contents, (address) => void shell.openExternal(address)));
  protocol.handle(appScheme, (request) => answerAppRequest(rendererRoot, request));

  const workstation = createWorkstation({ dataDirectory });
  const window = openWindow({ preload, onReady: () => process.stdout.write(`${electronSignals.ready}\n`) });
  const bridge = serveBridge(ipcMain, workstation, () => window.contents());
  app.on('second-instance', () => window.focus());
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (reason !== 'clean-exit') console.error(`Elbow: Electron's ${type} process has ended (${reason}); Electron starts it again`);
  });
  app.on('window-all-closed', () => app.quit());
  app.on('will-quit', () => {
    bridge.close();
    void workstation.close();
  });
  // Ctrl-C in the terminal that started Elbow.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
}
