import { spawn } from "node:child_process";
import { InputError } from "../../firmware/seedfile/input-error.js";
import type { WrappedKey } from "../store/data-keys.js";
import { type KeyEncryptionKey, KeyUnavailable } from "./key-encryption-key.js";

/** Milliseconds that one answer may take. */
const TIMEOUT = 10_000;
const LONGEST_ANSWER = 65_536; // characters
const KEY_LENGTH = 32; // bytes of a data key
const LONGEST_WRAPPED = 16_384; // bytes
const KEY_ID = /^[\x21-\x7e]{1,512}$/;
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
/** Words separated by blanks; quotes keep a word with blanks together. */
const WORD = /"([^"]*)"|'([^']*)'|([^\s"']+)/g;

/**
 * A key-encryption key that a KMS or an HSM keeps to itself, asked by a command: one line of JSON on its
 * standard input, one on its standard output.
 */
export class KmsCommand implements KeyEncryptionKey {
  readonly #words: readonly string[];

  /** @param line the program and its arguments; no shell reads it @throws InputError */
  constructor(
    readonly variable: string,
    line: string,
    readonly timeout = TIMEOUT,
  ) {
    this.#words = [...line.matchAll(WORD)].map(([, double, single, bare]) => {
      return double ?? single ?? bare!;
    });
    if (this.#words.length === 0 || line.replaceAll(WORD, "").trim() !== "") {
      throw new InputError(variable, "must be a program and its arguments; quotes come in pairs");
    }
  }

  mayOpen(kek: string): boolean {
    return kek.startsWith("kms:");
  }

  async wrap(dataKey: Uint8Array): Promise<WrappedKey> {
    const plaintext = Buffer.from(dataKey);
    const asked = { operation: "wrap", plaintext: plaintext.toString("base64") };
    const { keyId, ciphertext } = await this.#ask(asked);
    const wrapped = bytesOf(ciphertext);
    if (typeof keyId !== "string" || !KEY_ID.test(keyId) || !wrapped) throw this.#failed(RUBBISH);
    if (wrapped.length > LONGEST_WRAPPED) throw this.#failed(RUBBISH);
    for (const form of [plaintext, plaintext.toString("hex"), plaintext.toString("base64")]) {
      if (wrapped.includes(form)) throw this.#failed("gave back the data key as it is");
    }
    return { kek: `kms:${keyId}`, wrapped };
  }

  async unwrap({ kek, wrapped }: WrappedKey): Promise<Uint8Array> {
    const ciphertext = Buffer.from(wrapped).toString("base64");
    const asked = { operation: "unwrap", keyId: kek.slice("kms:".length), ciphertext };
    const dataKey = bytesOf((await this.#ask(asked)).plaintext);
    if (dataKey?.length !== KEY_LENGTH) throw this.#failed(RUBBISH);
    return dataKey;
  }

  async #ask(request: object): Promise<Record<string, unknown>> {
    const output = await this.#run(`${JSON.stringify({ version: 1, ...request })}\n`);
    try {
      const answer: unknown = JSON.parse(output);
      if (typeof answer === "object" && answer !== null) return answer as Record<string, unknown>;
    } catch {
      // Falls through to the error below, which says nothing of the output.
    }
    throw this.#failed(RUBBISH);
  }

  /** Standard error is ignored: it may hold secrets. */
  async #run(input: string): Promise<string> {
    const [program, ...args] = this.#words;
    const child = spawn(program!, args, {
      stdio: ["pipe", "pipe", "ignore"],
      // In a group of its own, so that whatever it has started ends with it.
      detached: true,
      env: environment(),
    });
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((resolve, reject) => {
        const fail = (problem: string): void => {
          reject(this.#failed(problem));
        };
        let output = "";
        timer = setTimeout(fail, this.timeout, `gave no answer in ${String(this.timeout)} ms`);
        child.on("error", (error: NodeJS.ErrnoException) => {
          fail(`cannot be started: ${error.code ?? error.name}`);
        });
        child.stdout.setEncoding("utf8").on("data", (text: string) => {
          output += text;
          if (output.length > LONGEST_ANSWER) fail(RUBBISH);
        });
        child.on("close", (code, signal) => {
          if (code === 0) resolve(output);
          else fail(`ended with ${String(code ?? signal)}`);
        });
        // The command may end without having read its input.
        child.stdin.on("error", () => undefined).end(input);
      });
    } finally {
      clearTimeout(timer);
      endGroup(child.pid);
    }
  }

  #failed(problem: string): KeyUnavailable {
    return new KeyUnavailable(`${this.variable}: the command ${problem}`);
  }
}

const RUBBISH = "answered what is no answer";

/** What a KMS's own tools need, and nothing of this program's secrets. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(WARIFU|PG)/.test(name));
  return Object.fromEntries(kept);
}

function bytesOf(text: unknown): Buffer | undefined {
  if (typeof text !== "string" || !BASE64.test(text)) return undefined;
  return Buffer.from(text, "base64");
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The whole group has ended already.
  }
}
