import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

/** A command of a document, and the lines shown below it. */
export interface Entry {
  readonly command: string;
  readonly shown: readonly string[];
}

/** A document's code blocks, with the language that each is said to be in. */
export function codeBlocks(
  markdown: string,
): { readonly language: string; readonly code: string }[] {
  const blocks = markdown.matchAll(/^```(\w*)\n(.*?)^```$/gms);
  return [...blocks].map(([, language = "", code = ""]) => ({ language, code }));
}

/** The commands in a document: what follows `$ ` in its code blocks, each with the lines up to the next. */
export function transcripts(markdown: string): Entry[] {
  const parts = codeBlocks(markdown).flatMap(({ language, code }) =>
    language === "" ? code.split(/^\$ /m).slice(1) : [],
  );
  return parts.map((part) => {
    const [command = "", ...shown] = part.trimEnd().split("\n");
    return { command, shown };
  });
}

/**
 * What matches lines as shown. "…" stands for anything; of what is another one each time, only the shape is
 * compared: free ports, seconds, codes.
 */
function shapeOf(lines: readonly string[]): RegExp {
  const shape = lines
    .map((line) => line.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
    .join("\n")
    .replaceAll("…", ".*")
    .replace(/(http:\/\/127\\\.0\\\.0\\\.1):4\d{4}/g, "$1:\\d+")
    .replace(/-?\d+\\\.\d+ s\b/g, "-?\\d+\\.\\d+ s")
    .replace(/"secondsLeft":\d+/g, '"secondsLeft":\\d+')
    .replace(/"display":"\d{3} \d{3}"/g, '"display":"\\d{3} \\d{3}"')
    .replace(/"code":"\d{6}"/g, '"code":"\\d{6}"')
    .replace(/^\d{6}$/gm, "\\d{6}");
  return new RegExp(`^${shape}$`, "s");
}

/** Milliseconds for a command: on a busy machine, flashing a board takes a minute. */
const PATIENCE = 120_000;

/** One shell, in which the commands of a document are typed one after the other. */
export class Typist {
  #output = "";
  readonly #shell: ChildProcess;
  readonly #instead: Map<string, string>;

  /**
   * @param setUp typed first
   * @param instead what is typed and expected in the place of what is written, as a port that is free
   */
  constructor(directory: string, setUp: string, instead: Readonly<Record<string, string>>) {
    this.#instead = new Map(Object.entries(instead));
    // A process group of its own, to be ended with all that runs on in the background.
    this.#shell = spawn("bash", { cwd: directory, detached: true });
    for (const stream of [this.#shell.stdout!, this.#shell.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
    this.#shell.stdin!.write(`${setUp}\n`);
  }

  /** Types a command and waits for what it shows. @throws Error where it fails, or shows something else */
  async type({ command, shown }: Entry): Promise<void> {
    this.#output = "";
    const typed = this.#adapt(command);
    const expected = shapeOf(shown.map((line) => this.#adapt(line)));
    this.#shell.stdin!.write(`${typed}\nprintf '\\nended %s\\n' $?\n`);
    // What runs in the background goes on after the shell has said so.
    const background = / &( +#.*)?$/.test(command);
    const start = performance.now();
    for (;;) {
      const ended = /\nended (\d+)\n/.exec(this.#output);
      const said = this.#output.replace(/\nended \d+\n/, "").trimEnd();
      if (ended?.[1] === "0" && expected.test(said)) break;
      const over = ended && (ended[1] !== "0" || !background);
      if (over || performance.now() - start > PATIENCE)
        throw new Error(`${typed}\nshowed\n${said}`);
      await sleep(20);
    }
    this.#followCode(shown.join("\n"));
  }

  /** Ends the shell and all it has started. */
  end(): void {
    process.kill(-this.#shell.pid!, "SIGKILL");
  }

  /** A code that was shown is the one meant wherever it is written from now on. */
  #followCode(shown: string): void {
    const [written, now] = [shown, this.#output].map((text) => /"code":"(\d{6})"/.exec(text)?.[1]);
    if (written !== undefined && now !== undefined) this.#instead.set(written, now);
  }

  #adapt(text: string): string {
    return [...this.#instead].reduce((adapted, [from, to]) => adapted.replaceAll(from, to), text);
  }
}
