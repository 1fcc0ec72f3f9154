// Builds what Electron and packaged trainers run: src-main to out/, module by module. The window itself is
// built by vite.config.ts, for both shells.
//
// Modules stay apart and keep their places (out/training/launch.js for src-main/training/launch.ts), so that
// whatever looks for a file beside or above itself finds the same thing in a checkout and in a package.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'electron-vite';
import { requestSchemas } from './src-main/contract/requests.ts';

const source = (path: string): string => fileURLToPath(new URL(`./src-main${path}`, import.meta.url));

export default defineConfig({
  main: {
    build: {
      outDir: 'out',
      emptyOutDir: false,
      rollupOptions: {
        input: {
          'shells/electron/main': source('/shells/electron/main.ts'),
          'training/trainer': source('/training/trainer.ts'),
          'training/evaluate-policy': source('/training/evaluate-policy.ts'),
          'training/queue-keeper': source('/training/queue-keeper.ts'),
          'engine/probe/child': source('/engine/probe/child.ts'),
          'engine/native/lane-worker': source('/engine/native/lane-worker.ts'),
          'tasks/own/node/aside-worker': source('/tasks/own/node/aside-worker.ts'),
        },
        output: { format: 'es', preserveModules: true, preserveModulesRoot: source(''), entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    define: { ELBOW_REQUEST_NAMES: JSON.stringify(Object.keys(requestSchemas)) },
    build: {
      outDir: 'out/shells/electron',
      emptyOutDir: false,
      // A sandboxed preload may require nothing but Electron.
      externalizeDeps: false,
      rollupOptions: {
        input: { preload: source('/shells/electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
});
