import { writeFileSync } from "node:fs";
import { InputError } from "../firmware/seedfile/input-error.js";

/** Writes a file that may be there already. @throws InputError naming the option */
export function writeOut(option: string, path: string, content: string | Uint8Array): void {
  try {
    writeFileSync(path, content);
  } catch {
    throw new InputError(option, `${path} cannot be written`);
  }
}
