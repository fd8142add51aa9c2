import { defineConfig } from "tsup";
import { BOARDS, imageOptions } from "./firmware/factory/image-options.js";

export default defineConfig([
  {
    entry: ["cli.ts"],
    outDir: "dist",
    format: "esm",
    target: "node20",
    skipNodeModulesBundle: true,
    silent: true,
  },
  {
    entry: { simulator: "simulator/index.ts" },
    outDir: "dist",
    format: "esm",
    target: "node20",
    skipNodeModulesBundle: true,
    dts: true,
    silent: true,
  },
  ...BOARDS.map((board) => imageOptions(board, "dist/firmware")),
]);
