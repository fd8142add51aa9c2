import { createReadStream } from "node:fs";
import { InputError } from "../firmware/seedfile/input-error.js";
import { decodeAuditLine } from "./audit-file.js";
import type { AuditCheckpoint } from "./core/audit-checkpoint.js";
import { AuditFault, AuditReader, type Proof } from "./core/audit-proof.js";

/** What proving exported files has come to: what they hold, or the first fault. */
export type Proved =
  | {
      readonly whole: true;
      readonly rows: number;
      readonly first: AuditCheckpoint;
      readonly last: AuditCheckpoint;
    }
  | {
      readonly whole: false;
      readonly file: string;
      readonly line: number;
      readonly fault: string;
    };

/**
 * Proves exported files line by line, each of which begins where the one before ends.
 * @param kept a checkpoint that was kept elsewhere
 * @throws InputError where a file cannot be read
 */
export async function proveFiles(
  files: readonly string[],
  proof: Proof,
  kept?: AuditCheckpoint,
): Promise<Proved> {
  const reader = new AuditReader(proof, kept);
  let [file, line] = ["", 0];
  try {
    for (const [place, next] of files.entries()) {
      if (place > 0) reader.join();
      [file, line] = [next, 0];
      for await (const text of linesOf(file)) {
        line += 1;
        reader.take(decodeAuditLine(text));
      }
      line += 1;
    }
    reader.end();
  } catch (error) {
    if (!(error instanceof AuditFault)) throw error;
    return { whole: false, file, line, fault: error.message };
  }
  return { whole: true, rows: reader.rows, first: reader.first!, last: reader.last! };
}

/** Characters of a line; a checkpoint over ten thousand writers has a sixth of them. */
const MOST_LINE = 2 ** 24;

/** Lines as they were written: each ends with one line feed, and nothing else ends a line. */
async function* linesOf(path: string): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of createReadStream(path, "utf8") as AsyncIterable<string>) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      if (rest.length > MOST_LINE) throw new AuditFault("is longer than a line can be");
      yield* lines;
    }
  } catch (error) {
    if (error instanceof AuditFault) throw error;
    throw new InputError("file", `${path} cannot be read`);
  }
  if (rest !== "") throw new AuditFault("ends in the middle of a line");
}
