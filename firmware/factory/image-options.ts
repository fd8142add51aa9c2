import { join } from "node:path";
import type { Options } from "tsup";

/** The boards an image can be built for. */
export const BOARDS = ["pixljs", "banglejs2", "ssd1306"] as const;
export type Board = (typeof BOARDS)[number];

/**
 * The image's first statement, before the rest of it is even parsed: where the bench has stored a
 * service password, the console asks for it from here on, also after a reset.
 */
const LOCK =
  '(p=>{p&&(E.setPassword(p),E.lockConsole())})(require("Storage").read("warifu.lock"));';

/**
 * The second: where the bench has stored the image's CRC-32, one that is damaged is refused. What is
 * thrown here ends the start; the board prints it.
 */
const CHECK =
  '(s=>{var c=s.read("warifu.crc");if(c&&c!=E.CRC32(s.read(".boot0")))throw "BAD IMAGE"})(require("Storage"));';

/**
 * How the bundler makes a board's image: one script without exports (Espruino's parser would run an
 * export helper's loop closure wrongly), in the newest syntax whose every form the boards can parse.
 * @param root the checkout's directory
 */
export function imageOptions(board: Board, outDir: string, root = process.cwd()): Options {
  return {
    entry: { [board]: join(root, "firmware/main.ts") },
    outDir,
    config: false,
    tsconfig: join(root, "firmware/tsconfig.json"),
    // With "iife" the bundler would put its own function in place of the board's require.
    format: "cjs",
    target: "es2015",
    minify: true,
    silent: true,
    outExtension: () => ({ js: ".js" }),
    esbuildOptions: (options) => {
      options.alias = { "#board": join(root, `firmware/board/${board}.ts`) };
      options.external = ["Storage", "crypto"]; // the board's own modules
      options.banner = { js: `${LOCK}${CHECK}(()=>{` };
      options.footer = { js: "})();" };
      options.charset = "ascii";
      options.legalComments = "none";
    },
  };
}
