// The web shell's server: the built renderer over HTTP and the contract over a WebSocket, for this machine only.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { socketPath } from '../../contract/messages.ts';
import { createGuessLimit, refuseHeaders } from './guards.ts';
import { maxRequestBytes, serveSocket, type SocketOptions } from './socket.ts';
import { sendText, serveFile } from './static-files.ts';

export interface WebServerOptions {
  workstation: SocketOptions['workstation'];
  /** The built renderer. */
  root: string;
  token: string;
  /** Milliseconds within which a window must send its token. */
  helloTimeout?: number;
  /** Milliseconds between pings. */
  pingInterval?: number;
}

export interface WebServer {
  /** Binds 127.0.0.1; 0 takes a free port. @returns the port. @throws the system's error (EADDRINUSE …) */
  listen(port: number): Promise<number>;
  close(): Promise<void>;
}

/** Windows that may be open at once. */
const maxWindows = 64;

export function createWebServer(options: WebServerOptions): WebServer {
  const server: Server = createServer((request, response) => {
    const refusal = refuseHeaders(request.headers, false);
    if (refusal !== null) return sendText(response, 403, refusal);
    void serveFile(options.root, request, response);
  });
  // Nobody needs long to send a request's headers to its own machine.
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;

  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxRequestBytes, perMessageDeflate: false, clientTracking: true });
  const guesses = createGuessLimit();
  const { workstation, token, helloTimeout = 5_000, pingInterval = 30_000 } = options;
  server.on('upgrade', (request, stream, head) => {
    const refusal = refuseHeaders(request.headers, true) ?? (request.url === socketPath ? null : 'Elbow has no WebSocket here.');
    if (refusal !== null) return refuseUpgrade(stream as Socket, '403 Forbidden', refusal);
    if (sockets.clients.size >= maxWindows)
      return refuseUpgrade(stream as Socket, '503 Service Unavailable', `Elbow has ${maxWindows} windows open; close one.`);
    sockets.handleUpgrade(request, stream, head, (socket) =>
      serveSocket(socket, { workstation, token, guesses, helloTimeout, pingInterval }),
    );
  });

  return {
    listen(port) {
      return new Promise<number>((resolve, reject) => {
        server.once('error', reject);
        server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
          server.removeListener('error', reject);
          resolve((server.address() as AddressInfo).port);
        });
      });
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      if (!server.listening) return;
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function refuseUpgrade(stream: Socket, status: string, text: string): void {
  stream.on('error', () => undefined);
  stream.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
