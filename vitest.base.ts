import { defineConfig } from "vitest/config"

/** What every package's tests run with. scripts/test.mjs adds up what they write. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Long enough for a machine that stands still for a while: limits end tests that hang, and measure nothing.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    reporters: ["default", ["json", { outputFile: ".results/vitest.json" }]],
  },
})
