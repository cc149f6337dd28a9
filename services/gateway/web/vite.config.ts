// SPDX-License-Identifier: EUPL-1.2
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// The gateway sends a CSP without inline scripts, inline styles and data: fonts; the build must not produce any.
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: '../src/genius_gateway/webui',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/auth': 'http://127.0.0.1:8080' } },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.{ts,tsx}'],
    setupFiles: ['tests/setup.ts'],
    // The machine may be busy with other suites; a hanging test still ends.
    testTimeout: 20_000,
  },
})
