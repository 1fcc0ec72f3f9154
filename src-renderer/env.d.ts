// Types of what Vite adds to modules: CSS imports, asset URLs, worker imports.
/// <reference types="vite/client" />
/// <reference types="svelte" />
