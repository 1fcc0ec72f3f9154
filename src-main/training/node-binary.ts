// Which Node runs trainers. Always the stock binary of the project's own dependency, never one from PATH:
// Electron's V8 refuses addons with external buffers and caps heaps at 4 GB, and older Nodes crash SQLite's addon.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const oldestNode = [22, 14] as const;

/**
 * Path of the Node binary for trainers. Where no package carries one for this platform (macOS), the Node that
 * runs this, if it is new enough.
 * @throws Error saying what to install.
 */
export function findNodeBinary(): string {
  const packageName = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  try {
    const root = dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
    // In a packaged application the addons and this binary lie beside the archive: nothing inside it can be executed.
    const folder = join(root, 'bin').replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
    const binary = join(folder, process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(binary)) return binary;
  } catch {
    // Not installed: optional dependencies are left out where their platform differs.
  }
  if (process.versions['electron'] === undefined && isNewEnough(process.versions.node)) return process.execPath;
  throw new Error(
    `no Node for trainers was found: the package ${packageName} is not installed, and this is ` +
      `${process.versions['electron'] === undefined ? `Node ${process.versions.node}` : 'Electron'}. ` +
      `Run "npm ci" in Elbow's folder, or start Elbow with Node ${oldestNode.join('.')} or newer.`,
  );
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1]);
}
