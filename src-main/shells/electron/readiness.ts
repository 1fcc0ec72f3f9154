// What Electron's main process says to the script that started it, a line each on standard output.
export const electronSignals = {
  /** The window shows its page. */
  ready: 'elbow-window-ready',
  /** Another window has this data directory open; it was brought to the front. */
  alreadyOpen: 'elbow-already-open',
} as const;
