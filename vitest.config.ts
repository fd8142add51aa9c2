import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 60_000,
    // A hook may start a database, beside other tests.
    hookTimeout: 60_000,
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
