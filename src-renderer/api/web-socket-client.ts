// The workstation over the web shell's WebSocket. Reconnects by itself; a call made while the connection is
// down waits a little for it, a call whose answer was lost says so.
import { closeCodes, type ClientMessage, type ServerMessage } from '../../src-main/contract/messages.ts';
import {
  WorkstationError,
  type RequestName,
  type RequestOf,
  type ResponseOf,
  type WorkstationEvent,
} from '../../src-main/contract/requests.ts';
import { decodeMessage, encodeMessage } from '../../src-main/contract/wire.ts';
import { createObservable, type Connection, type ConnectionState } from './connection.ts';

export interface WebSocketClientOptions {
  /** `ws://127.0.0.1:PORT/workstation` */
  url: string;
  token: string;
  /** Milliseconds before the first attempt to reconnect; doubles up to 16 times as much. */
  retryDelay?: number;
  /** Milliseconds that a call waits for a connection. */
  callPatience?: number;
  /** Milliseconds without any message (the machine's load comes every two seconds) that mean a lost connection. */
  silenceLimit?: number;
  /** How a socket is opened; tests in Node pass their own to set an Origin. */
  openSocket?: (url: string) => WebSocket;
}

interface PendingCall {
  message: Extract<ClientMessage, { kind: 'call' }>;
  isSent: boolean;
  resolve(value: unknown): void;
  reject(error: WorkstationError): void;
  patience: ReturnType<typeof setTimeout>;
}

const refusals: Record<number, string> = {
  [closeCodes.wrongToken]:
    'This window’s token is not the one of the Elbow that runs now. Open the address that Elbow printed when it started.',
  [closeCodes.noToken]: 'This window sent no token. Open the address that Elbow printed when it started.',
  [closeCodes.tooManyGuesses]: 'Too many wrong tokens were sent. Open the address that Elbow printed when it started.',
};

/** Opens the connection and keeps it. */
export function createWebSocketClient(options: WebSocketClientOptions): Connection {
  const { retryDelay = 500, callPatience = 10_000, silenceLimit = 45_000 } = options;
  const openSocket = options.openSocket ?? ((url: string) => new WebSocket(url));
  const state = createObservable<ConnectionState>({ kind: 'connecting' });
  const droppedEvents = createObservable(0);
  const listeners = new Set<(event: WorkstationEvent) => void>();
  const pending = new Map<number, PendingCall>();
  let socket: WebSocket | null = null;
  let nextId = 1;
  let epoch = 0;
  let attempt = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let silenceTimer: ReturnType<typeof setTimeout> | undefined;

  const settle = (id: number): PendingCall | undefined => {
    const call = pending.get(id);
    if (call) clearTimeout(call.patience);
    pending.delete(id);
    return call;
  };
  const fail = (call: PendingCall, message: string): void => {
    settle(call.message.id);
    call.reject(new WorkstationError({ code: 'unavailable', message, field: null }));
  };
  const send = (call: PendingCall): void => {
    clearTimeout(call.patience);
    call.isSent = true;
    try {
      socket?.send(encodeMessage(call.message));
    } catch (error) {
      fail(call, `The request could not be sent: ${error instanceof Error ? error.message : String(error)}`);
    }
  };

  const receive = (message: ServerMessage): void => {
    switch (message.kind) {
      case 'welcome':
        attempt = 0;
        epoch += 1;
        state.set({ kind: 'connected', epoch });
        for (const call of [...pending.values()]) if (!call.isSent) send(call);
        return;
      case 'response':
        settle(message.id)?.resolve(message.value);
        return;
      case 'failure':
        settle(message.id)?.reject(new WorkstationError(message.error));
        return;
      case 'event':
        if (message.dropped !== droppedEvents.get()) droppedEvents.set(message.dropped);
        for (const listener of [...listeners]) listener(message.event);
    }
  };

  const open = (): void => {
    const opened = openSocket(options.url);
    let isOver = false;
    socket = opened;
    opened.binaryType = 'arraybuffer';
    const listenOn = (): void => {
      clearTimeout(silenceTimer);
      silenceTimer = setTimeout(() => {
        opened.close();
        lose(1006); // a dead peer does not answer the closing handshake
      }, silenceLimit);
    };
    opened.onopen = () => {
      listenOn();
      opened.send(encodeMessage({ kind: 'hello', token: options.token } satisfies ClientMessage));
    };
    opened.onmessage = (event: MessageEvent<unknown>) => {
      if (isOver) return;
      listenOn();
      if (!(event.data instanceof ArrayBuffer)) return opened.close(closeCodes.badMessage);
      let message: ServerMessage;
      try {
        message = decodeMessage(new Uint8Array(event.data)) as ServerMessage;
      } catch {
        return opened.close(closeCodes.badMessage);
      }
      receive(message);
    };
    const lose = (code: number): void => {
      if (isOver) return;
      isOver = true;
      socket = null;
      clearTimeout(silenceTimer);
      for (const call of [...pending.values()]) {
        if (call.isSent) fail(call, 'The connection was lost before the answer came; look whether it was carried out, then try again.');
      }
      if (state.get().kind === 'closed') return;
      const refusal = refusals[code];
      if (refusal !== undefined) {
        state.set({ kind: 'refused', message: refusal });
        for (const call of [...pending.values()]) fail(call, refusal);
        return;
      }
      const delay = retryDelay * 2 ** Math.min(attempt, 4);
      attempt += 1;
      state.set({ kind: 'reconnecting', attempt, retryAt: performance.now() + delay });
      retryTimer = setTimeout(open, delay);
    };
    // The close event follows and says more.
    opened.onerror = () => undefined;
    opened.onclose = (event: CloseEvent) => lose(event.code);
  };
  open();

  return {
    shell: 'web',
    state,
    droppedEvents,
    call<K extends RequestName>(name: K, request: RequestOf<K>): Promise<ResponseOf<K>> {
      return new Promise<ResponseOf<K>>((resolve, reject) => {
        const id = nextId;
        nextId += 1;
        const call: PendingCall = {
          message: { kind: 'call', id, name, request },
          isSent: false,
          resolve: (value) => resolve(value as ResponseOf<K>),
          reject,
          patience: setTimeout(() => fail(call, 'Elbow does not answer; nothing was changed. Training goes on.'), callPatience),
        };
        pending.set(id, call);
        const now = state.get();
        if (now.kind === 'connected') send(call);
        else if (now.kind === 'refused') fail(call, now.message);
        else if (now.kind === 'closed') fail(call, 'This window’s connection is closed.');
      });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      state.set({ kind: 'closed' });
      clearTimeout(retryTimer);
      clearTimeout(silenceTimer);
      socket?.close();
      for (const call of [...pending.values()]) fail(call, 'This window’s connection is closed.');
    },
  };
}
