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
  /** What ends the last line that stands in it, should an editor have left it open. */
  readonly #lineEnd: string;

  /**
   * Opens a log, reading what stands in it.
   * @throws InputError where it cannot be read, or naming the line that is not of a production log
   */
  constructor(readonly path: string) {
    const text = existsSync(path) ? textOf(path) : "";
    text.split("\n").forEach((line, index) => {
      if (line === "") return;
      const entry = parseLine(line);
      if (!entry) throw new InputError("--log", `line ${String(index + 1)} is no production log's`);
      if (entry.result !== "failed") this.#taken.add(entry.serial);
    });
    this.#lineEnd = text === "" || text.endsWith("\n") ? "" : "\n";
  }

  /** Whether a board has this token, or may have it. */
  isTaken(serial: string): boolean {
    return this.#taken.has(serial);
  }

  /**
   * Makes it ready for entries, before any board is touched.
   * @throws InputError where the log cannot be written
   */
  begin(): void {
    if (!this.#append(this.#lineEnd)) {
      throw new InputError("--log", `${this.path} cannot be written`);
    }
  }

  /** @returns whether the entry could be written */
  add(entry: ProductionEntry): boolean {
    return this.#append(`${JSON.stringify(entry)}\n`);
  }

  #append(text: string): boolean {
    try {
      appendFileSync(this.path, text);
      return true;
    } catch {
      return false;
    }
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new InputError("--log", `${path} cannot be read`);
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
