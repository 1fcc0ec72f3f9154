// One window's WebSocket: the token first, then calls and their answers, and the workstation's events.
import { setTimeout as delay } from 'node:timers/promises';
import type { RawData, WebSocket } from 'ws';
import { z } from 'zod';
import { closeCodes, type ServerMessage } from '../../contract/messages.ts';
import type { ContractError } from '../../contract/requests.ts';
import { decodeMessage, encodeMessage, WireError } from '../../contract/wire.ts';
import type { WorkstationService } from '../../workstation/workstation.ts';
import { createSendQueue } from './send-queue.ts';
import { isSameToken, type createGuessLimit } from './guards.ts';

export interface SocketOptions {
  workstation: Pick<WorkstationService, 'answer' | 'subscribe'>;
  token: string;
  guesses: ReturnType<typeof createGuessLimit>;
  /** Milliseconds within which the token must come. */
  helloTimeout: number;
  /** Milliseconds between pings: who leaves one unanswered until the next is gone. */
  pingInterval: number;
}

/** Largest message that a window may send: `runs.delete` with 10,000 ids has some 700 kB. */
export const maxRequestBytes = 2 ** 20;
/** Calls of one window that may be under way. */
const maxCallsUnderWay = 1000;

const helloSchema = z.strictObject({ kind: z.literal('hello'), token: z.string().max(200) });
const callSchema = z.strictObject({ kind: z.literal('call'), id: z.int().min(0), name: z.string().max(100), request: z.unknown() });

/** Serves the socket until it closes. */
export function serveSocket(socket: WebSocket, options: SocketOptions): void {
  const { workstation } = options;
  let unsubscribe = (): void => undefined;
  let isWelcome = false;
  let callsUnderWay = 0;

  const queue = createSendQueue({
    bufferedBytes: () => socket.bufferedAmount,
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(encode(message));
    },
    giveUp: () => socket.close(closeCodes.tooSlow, 'the window does not read what it asked for'),
  });
  const flushTimer = setInterval(() => queue.flush(), 250);
  // A window whose machine was switched off never says so; browsers answer pings by themselves.
  let isAnswering = true;
  const pingTimer = setInterval(() => {
    if (!isAnswering) return socket.terminate();
    isAnswering = false;
    socket.ping();
  }, options.pingInterval);
  socket.on('pong', () => (isAnswering = true));
  const helloTimer = setTimeout(() => socket.close(closeCodes.noToken, 'no token came'), options.helloTimeout);

  const greet = async (message: unknown): Promise<void> => {
    const hello = helloSchema.safeParse(message);
    clearTimeout(helloTimer);
    if (!hello.success || !isSameToken(hello.data.token, options.token)) {
      // The right token is let in at any time: tabs with an old one, coming back after a restart, guess as well.
      const isMany = options.guesses.isExceeded();
      options.guesses.count();
      await delay(isMany ? 2000 : 200);
      return isMany
        ? socket.close(closeCodes.tooManyGuesses, 'too many wrong tokens')
        : socket.close(closeCodes.wrongToken, 'the token is wrong');
    }
    isWelcome = true;
    queue.answer({ kind: 'welcome' });
    unsubscribe = workstation.subscribe((event) => queue.event(event));
  };

  const answer = async (id: number, name: string, request: unknown): Promise<void> => {
    callsUnderWay += 1;
    const answered = await workstation.answer(name, request);
    callsUnderWay -= 1;
    queue.answer(answered.ok ? { kind: 'response', id, value: answered.value } : { kind: 'failure', id, error: answered.error });
  };

  let greeting: Promise<void> | null = null;
  const receive = async (data: RawData, isBinary: boolean): Promise<void> => {
    if (!isBinary || !(data instanceof Buffer)) throw new WireError('messages are binary');
    const message = decodeMessage(data);
    if (!isWelcome) {
      // What comes before the answer to the first message is not read.
      if (greeting === null) await (greeting = greet(message));
      return;
    }
    const call = callSchema.safeParse(message);
    if (!call.success) throw new WireError('the message is no call');
    const { id, name, request } = call.data;
    if (callsUnderWay >= maxCallsUnderWay) {
      const error: ContractError = {
        code: 'unavailable',
        message: `This window has ${maxCallsUnderWay} requests under way; nothing was done for one more.`,
        field: null,
      };
      return queue.answer({ kind: 'failure', id, error });
    }
    await answer(id, name, request);
  };

  socket.on('message', (data, isBinary) => {
    receive(data, isBinary).catch((error: unknown) => {
      socket.close(closeCodes.badMessage, (error instanceof Error ? error.message : 'malformed message').slice(0, 100));
    });
  });
  // `ws` closes the socket itself after an error (a message too long, a broken frame).
  socket.on('error', () => undefined);
  socket.on('close', () => {
    clearTimeout(helloTimer);
    clearInterval(flushTimer);
    clearInterval(pingTimer);
    unsubscribe();
  });
}

/** An answer that cannot be encoded (too large) becomes a failure: whoever waits for it must hear something. */
function encode(message: ServerMessage): Uint8Array {
  try {
    return encodeMessage(message);
  } catch (error) {
    if (message.kind !== 'response') throw error;
    const why = error instanceof Error ? error.message : String(error);
    return encodeMessage({
      kind: 'failure',
      id: message.id,
      error: { code: 'failed', message: `The answer cannot be sent: ${why}.`, field: null },
    } satisfies ServerMessage);
  }
}
