// The headers of every file that a shell gives to a window: Electron's app:// and the web shell's HTTP alike.

/**
 * The page may run its own scripts and WebAssembly, and talk to its own origin (`'self'` includes the
 * WebSocket of the same host and port: CSP level 3, section 6.7.2.8). It cannot evaluate a string.
 */
const pagePolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * MuJoCo's embind glue builds its callers with `new Function`. A worker has the policy of its own response, so
 * this one, and that alone, may evaluate strings; it has no page, no storage and reaches its own origin only.
 */
const sceneWorkerPolicy = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval'",
  "connect-src 'self'",
  "base-uri 'none'",
].join('; ');

const sceneWorkerFile = /\/scene-worker[\w.-]*\.js$/;
/** Vite puts a hash of the content into the names below assets/, so those never change. */
const hashedFile = /^\/assets\/[^/]+-[\w-]{8,}\.\w+$/;

const contentTypes = new Map(
  Object.entries({
    html: 'text/html; charset=utf-8',
    js: 'text/javascript; charset=utf-8',
    mjs: 'text/javascript; charset=utf-8',
    css: 'text/css; charset=utf-8',
    json: 'application/json; charset=utf-8',
    xml: 'text/xml; charset=utf-8',
    txt: 'text/plain; charset=utf-8',
    svg: 'image/svg+xml',
    png: 'image/png',
    webp: 'image/webp',
    ico: 'image/x-icon',
    woff2: 'font/woff2',
    wasm: 'application/wasm',
    onnx: 'application/octet-stream',
  }),
);

/** @param path of the file below the renderer's root, beginning with a slash: `/index.html` */
export function responseHeaders(path: string): Record<string, string> {
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return {
    'Content-Type': contentTypes.get(extension) ?? 'application/octet-stream',
    'Content-Security-Policy': sceneWorkerFile.test(path) ? sceneWorkerPolicy : pagePolicy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': hashedFile.test(path) ? 'private, max-age=31536000, immutable' : 'no-cache',
  };
}
