import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// The built page is committed into the Python package: who installs Cointrail needs no node.
export default defineConfig({
  plugins: [svelte()],
  base: "/",
  build: {
    outDir: "../src/cointrail/api/page",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy allows no inline script or style
    modulePreload: { polyfill: false },
  },
});
