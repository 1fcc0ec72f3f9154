// What window and web shell say to each other over the WebSocket, each message one frame of wire.ts.
import type { ContractError, WorkstationEvent } from './requests.ts';

/** The path of the WebSocket on the web shell. */
export const socketPath = '/workstation';

export type ClientMessage =
  /** Must come first: nothing else is answered before it. */
  { kind: 'hello'; token: string } | { kind: 'call'; id: number; name: string; request: unknown };

export type ServerMessage =
  | { kind: 'welcome' }
  | { kind: 'response'; id: number; value: unknown }
  | { kind: 'failure'; id: number; error: ContractError }
  /** `dropped` counts the events left out since this window connected because it was slow to read. */
  | { kind: 'event'; event: WorkstationEvent; dropped: number };

/** Why the web shell closes a WebSocket, as close codes (4000 to 4999 are an application's own). */
export const closeCodes = {
  badMessage: 4400,
  wrongToken: 4401,
  noToken: 4408,
  tooManyGuesses: 4429,
  tooSlow: 4503,
} as const;
