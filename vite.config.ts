// Builds the window: src-renderer to out/renderer. Workers are emitted as files of their own, never inlined,
// because a blob would inherit the page's content security policy.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** Puts the robots' models beside the page, where both shells serve them: models/half-cheetah.xml … */
function models(): Plugin {
  const folder = path.resolve(import.meta.dirname, 'assets/models');
  return {
    name: 'elbow-models',
    apply: 'build',
    generateBundle() {
      for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
        const file = path.join(entry.parentPath, entry.name);
        const fileName = `models/${path.relative(folder, file).split(path.sep).join('/')}`;
        if (entry.isFile()) this.emitFile({ type: 'asset', fileName, source: readFileSync(file) });
      }
    },
  };
}

export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [svelte(), models()],
  worker: { format: 'es' },
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
});
