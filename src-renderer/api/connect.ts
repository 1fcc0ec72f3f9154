// Chooses the carrier: Electron's bridge where the preload script put one, else the web shell's WebSocket.
import { socketPath } from '../../src-main/contract/messages.ts';
import { WorkstationError } from '../../src-main/contract/requests.ts';
import { createObservable, type Connection, type ConnectionState } from './connection.ts';
import { createElectronClient } from './electron-client.ts';
import { takeToken } from './token.ts';
import { createWebSocketClient } from './web-socket-client.ts';

/** The window's connection to its workstation. Call once. */
export function connect(): Connection {
  if (window.elbow) return createElectronClient(window.elbow);
  const token = takeToken({ location, history, storage: sessionStorage });
  if (token === null) {
    return refusedConnection('This address lacks its token. Open the address that Elbow printed when it started.');
  }
  const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
  return createWebSocketClient({ url: `${scheme}://${location.host}${socketPath}`, token });
}

/** A connection that was never made: every call fails with the reason. */
function refusedConnection(message: string): Connection {
  return {
    shell: 'web',
    state: createObservable<ConnectionState>({ kind: 'refused', message }),
    droppedEvents: createObservable(0),
    call: () => Promise.reject(new WorkstationError({ code: 'unavailable', message, field: null })),
    subscribe: () => () => undefined,
    close: () => undefined,
  };
}
