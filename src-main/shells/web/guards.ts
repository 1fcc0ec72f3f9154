// Who may talk to the web shell: pages that it served itself, over the loopback interface, with its token.
// A page elsewhere can point a name at 127.0.0.1 (DNS rebinding) or open a WebSocket across origins; the Host
// and Origin headers, which a page cannot choose, give both away.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Any port: an SSH tunnel ends at a port of its own. */
const loopbackHost = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** Why the request is refused, in a sentence; null where it is not. */
export function refuseHeaders(headers: IncomingHttpHeaders, isWebSocket: boolean): string | null {
  const { host, origin } = headers;
  if (host === undefined || !loopbackHost.test(host)) {
    return 'Elbow answers at 127.0.0.1, localhost and [::1] only; reach another machine through an SSH tunnel.';
  }
  if (origin === undefined) return isWebSocket ? 'A WebSocket needs an Origin.' : null;
  return origin.toLowerCase() === `http://${host.toLowerCase()}` ? null : 'Another origin may not talk to Elbow.';
}

/** 128 random bits, as 22 characters that need no escaping in an address. */
export function createToken(): string {
  return randomBytes(16).toString('base64url');
}

/** Compares in constant time; hashing first makes the lengths equal. */
export function isSameToken(given: string, expected: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(expected));
}

/** Counts wrong tokens: after `limit` of them within a minute each further one has to wait longer for its refusal. */
export function createGuessLimit(limit = 10, windowMs = 60_000, now: () => number = Date.now): { isExceeded(): boolean; count(): void } {
  let times: number[] = [];
  const recent = (): number[] => (times = times.filter((time) => now() - time < windowMs));
  return {
    isExceeded: () => recent().length >= limit,
    count: () => void recent().push(now()),
  };
}
