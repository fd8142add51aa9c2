import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const STORE = "server/store/sqlite.ts";

/** What stands in the code once, and what makes a server of it that loses what it has answered. */
interface Mutant {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Servers that a campaign must find out. */
export const MUTANTS = {
  /** A kill finds it. */
  answersBeforeItCommits: {
    file: STORE,
    find: "const result = db.transaction(act).immediate();",
    replace: `if (!db.inTransaction) {
        db.exec("BEGIN IMMEDIATE");
        setTimeout(() => db.exec("COMMIT"), 25);
      }
      const result = act();`,
  },
  /** A kill finds it too: what is decided and its audit are no longer one step. */
  writesItsAuditLater: {
    file: STORE,
    find: "    audit.write(entries);",
    replace: "    setTimeout(() => { audit.write(entries); audit.committed(); }, 5);",
  },
  /** Only a power cut finds it. */
  doesNotSync: {
    file: STORE,
    find: 'db.pragma("synchronous = FULL");',
    replace: 'db.pragma("synchronous = OFF");',
  },
  /** Nor this: the log is synced when it is copied, not when it is written. */
  syncsLater: {
    file: STORE,
    find: 'db.pragma("synchronous = FULL");',
    replace: 'db.pragma("synchronous = NORMAL");',
  },
} as const satisfies Record<string, Mutant>;

/** Builds the command line with a mutant in it, for as long as it is used. */
export async function withMutant<T>(
  { file, find, replace }: Mutant,
  use: (cli: string) => Promise<T>,
): Promise<T> {
  const text = readFileSync(join(ROOT, file), "utf8");
  if (text.split(find).length !== 2) throw new Error(`the mutant does not fit ${file}`);
  // Below the packages, so that the built file finds them.
  const directory = mkdtempSync(join(ROOT, "node_modules", ".mutant-"));
  try {
    await build({
      ...{ config: false, entry: { cli: "cli.ts" }, outDir: directory, format: "esm" },
      ...{ target: "node20", skipNodeModulesBundle: true, silent: true },
      outExtension: () => ({ js: ".mjs" }),
      esbuildPlugins: [
        {
          name: "mutant",
          setup: (bundle) => {
            bundle.onLoad({ filter: /\.ts$/ }, ({ path }) =>
              path === join(ROOT, file)
                ? { contents: text.replace(find, () => replace), loader: "ts" }
                : undefined,
            );
          },
        },
      ],
    });
    return await use(join(directory, "cli.mjs"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
