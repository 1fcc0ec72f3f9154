// Builds the window: src-renderer to out/renderer, with the robots' models beside it. Workers are emitted as
// files of their own, never inlined, because a blob would inherit the page's content security policy.
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';
import { expandIncludes } from './src-main/physics/includes.ts';

const models = path.join(import.meta.dirname, 'assets', 'models');

/** Emits every file below assets/models under models/, models with their parts in them, where the scene fetches them by name. */
function robotModels(): Plugin {
  return {
    name: 'elbow-models',
    apply: 'build',
    async generateBundle() {
      for (const entry of readdirSync(models, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile()) continue;
        const file = path.join(entry.parentPath, entry.name);
        const source = file.endsWith('.xml')
          ? await expandIncludes(readFileSync(file, 'utf8'), (part) => readFile(path.join(models, part), 'utf8'))
          : readFileSync(file);
        this.emitFile({ type: 'asset', fileName: `models/${path.relative(models, file).replaceAll(path.sep, '/')}`, source });
      }
    },
  };
}

export default defineConfig({
  root: 'src-renderer',
  base: './',
  plugins: [svelte(), robotModels()],
  worker: { format: 'es' },
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
});
