// The one window: made, shown when its page is ready, and made again when its renderer dies.
import { BrowserWindow, dialog, nativeTheme } from 'electron';
import { createRecreationPolicy } from './recreation.ts';
import { startPage, windowPreferences } from './security.ts';

export interface ElbowWindow {
  /** Brings it to the front. */
  focus(): void;
  /** What shows Elbow's page now: nothing while the window is being made again. */
  contents(): Electron.WebContents[];
}

/** The page's own ground colours, so that no white flash comes before it. */
const ground = { dark: '#0f1115', light: '#f6f7f9' };

/** @param options.onReady called once, when the page has been drawn for the first time */
export function openWindow(options: { preload: string; onReady: () => void }): ElbowWindow {
  const policy = createRecreationPolicy(() => performance.now());
  let isReported = false;
  let window = make();

  function make(): BrowserWindow {
    const made = new BrowserWindow({
      width: 1440,
      height: 900,
      minWidth: 800,
      minHeight: 560,
      show: false,
      title: 'Elbow',
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? ground.dark : ground.light,
      webPreferences: windowPreferences(options.preload),
    });
    made.once('ready-to-show', () => {
      made.show();
      if (!isReported) options.onReady();
      isReported = true;
    });
    made.webContents.on('render-process-gone', (_event, { reason }) => replace(reason));
    made.loadURL(startPage).catch((error: unknown) => {
      console.error(`Elbow: the page could not be loaded: ${error instanceof Error ? error.message : String(error)}`);
      // Before the first page the shell's starter falls back to the browser; afterwards a person is told.
      if (isReported) tell('its page could not be loaded');
      else made.destroy();
    });
    return made;
  }

  /** Training is untouched by any of this: trainers are processes of their own. */
  function replace(reason: string): void {
    console.error(`Elbow: the window's process has ended (${reason})`);
    if (!policy.mayRecreate(reason)) {
      tell(`its process has ended twice within a minute (${reason})`);
      return;
    }
    const former = window;
    window = make();
    former.destroy();
  }

  function tell(what: string): void {
    dialog.showErrorBox(
      'Elbow’s window has a problem',
      `The window cannot go on: ${what}. Training goes on and nothing stored is lost. Start Elbow again, or use "npm start -- --web" to see it in a browser.`,
    );
    window.destroy();
  }

  return {
    focus() {
      if (window.isDestroyed()) return;
      if (window.isMinimized()) window.restore();
      window.focus();
    },
    contents: () => (window.isDestroyed() ? [] : [window.webContents]),
  };
}
