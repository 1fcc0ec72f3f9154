// First, so that an old Node gets one line that says what to do instead of a crash in a native addon.
import './scripts/check-node.mjs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [
            'src-main/**/*.test.ts',
            'src-renderer/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
            'test/integration/**/*.test.ts',
          ],
          exclude: ['**/*.svelte.test.ts', '**/node_modules/**'],
          // Machines that run the tests may be several times slower than the one they were written on.
          testTimeout: 150_000,
          hookTimeout: 150_000,
        },
      },
      {
        // The window's controllers, compiled as the window compiles them: `generate` would follow Vitest's environment, which is
        // Node. A project of its own, since other files need none of that.
        plugins: [svelte({ configFile: false, dynamicCompileOptions: () => ({ generate: 'client' }) })],
        resolve: { conditions: ['browser'] },
        ssr: { resolve: { conditions: ['browser'] } },
        test: { name: 'window', include: ['src-renderer/**/*.svelte.test.ts'], server: { deps: { inline: [/svelte/] } } },
      },
      {
        // Real trainers, a real browser: one file at a time.
        test: { name: 'e2e', include: ['test/e2e/**/*.e2e.ts'], testTimeout: 120_000, hookTimeout: 180_000, fileParallelism: false },
      },
    ],
    pool: 'forks',
    maxWorkers: 2,
  },
});
