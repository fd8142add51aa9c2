import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Much of the time goes by in waiting, for a tool, a browser, a database.
    maxWorkers: "100%",
    // Only what hangs is ended: some machines are ten times slower than others.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
    coverage: {
      provider: "v8",
      include: ["*.ts", "firmware/**/*.ts", "simulator/**/*.ts", "server/**/*.ts"],
      exclude: [
        "*.config.ts",
        "firmware/espruino.d.ts",
        "firmware/board/**",
        "firmware/main.ts",
        "test/**",
      ],
      reporter: ["text-summary", "html"],
      thresholds: {
        lines: 90,
        branches: 90,
        "firmware/otp/**": { lines: 100, branches: 100 },
        "server/core/**": { lines: 100, branches: 100 },
      },
    },
  },
});
