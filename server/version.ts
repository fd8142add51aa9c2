import { readFileSync } from "node:fs";

// Both this file and the bundle lie one folder below the package's own.
const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");

/** This package's version. */
export const VERSION = (JSON.parse(manifest) as { version: string }).version;
