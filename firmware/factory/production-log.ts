import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { InputError } from "../seedfile/input-error.js";

/** One line of the production log: what became of a token at the bench. Never a secret. */
export interface ProductionEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly serial: string;
  readonly board: string;
  readonly port: string;
  /** "unsure": it failed, and may be on the board all the same. */
  readonly result: "done" | "failed" | "unsure";
  /** Where it failed and why; or what the finished board showed. */
  readonly problem?: string;
  readonly imageSha256?: string;
  readonly clockError?: number;
  readonly trim?: number;
  readonly locked?: boolean;
}

/** A bench's log in JSON Lines: what was done is not done again. */
export class ProductionLog {
  readonly #taken = new Set<string>();

  /**
   * Opens a log, reading what stands in it.
   * @throws InputError naming the line that is not of a production log
   */
  constructor(readonly path: string) {
    if (!existsSync(path)) return;
    readFileSync(path, "utf8")
      .split("\n")
      .forEach((line, index) => {
        if (line === "") return;
        const entry = parseLine(line);
        if (!entry)
          throw new InputError("--log", `line ${String(index + 1)} is no production log's`);
        if (entry.result !== "failed") this.#taken.add(entry.serial);
      });
  }

  /** Whether a board has this token, or may have it. */
  isTaken(serial: string): boolean {
    return this.#taken.has(serial);
  }

  /** @throws InputError where the log cannot be written */
  add(entry: ProductionEntry): void {
    try {
      appendFileSync(this.path, `${JSON.stringify(entry)}\n`);
    } catch {
      throw new InputError("--log", `${this.path} cannot be written`);
    }
    if (entry.result !== "failed") this.#taken.add(entry.serial);
  }
}

function parseLine(line: string): ProductionEntry | undefined {
  try {
    const entry = JSON.parse(line) as Partial<ProductionEntry>;
    const known =
      typeof entry.serial === "string" && /^(done|failed|unsure)$/.test(entry.result ?? "");
    return known ? (entry as ProductionEntry) : undefined;
  } catch {
    return undefined;
  }
}
