import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsup";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** The code with one place of it changed, so that something has to be found wrong with it. */
export interface Mutant {
  readonly file: string;
  /** What stands in the file once, and what stands there instead. */
  readonly find: string;
  readonly replace: string;
}

/** A file's text with the change in it. @throws Error where it does not fit the code any more */
export function mutated({ file, find, replace }: Mutant, text: string): string {
  const [before, after, ...more] = text.split(find);
  if (after === undefined || more.length > 0 || find === replace) {
    throw new Error(`the mutant of "${find}" does not fit ${file}`);
  }
  return before! + replace + after;
}

/**
 * Builds a program with a mutant in it, for as long as it is used.
 * @param entry the program's source
 * @param use is given the built file
 */
export async function withMutant<T>(
  mutant: Mutant,
  entry: string,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const file = join(ROOT, mutant.file);
  const contents = mutated(mutant, readFileSync(file, "utf8"));
  // Below the packages, so that the built file finds them.
  const directory = mkdtempSync(join(ROOT, "node_modules", ".mutant-"));
  try {
    await build({
      ...{ config: false, entry: { mutant: entry }, outDir: directory, format: "esm" },
      ...{ target: "node20", skipNodeModulesBundle: true, silent: true },
      outExtension: () => ({ js: ".mjs" }),
      esbuildPlugins: [
        {
          name: "mutant",
          setup: (bundle) => {
            bundle.onLoad({ filter: /\.ts$/ }, ({ path }) =>
              path === file ? { contents, loader: "ts" } : undefined,
            );
          },
        },
      ],
    });
    return await use(join(directory, "mutant.mjs"));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
