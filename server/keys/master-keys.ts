import { readFileSync } from "node:fs";
import { InputError } from "../../firmware/seedfile/input-error.js";
import type { WrappedKey } from "../store/data-keys.js";
import { type KeyEncryptionKey, KeyUnavailable } from "./key-encryption-key.js";
import { KmsCommand } from "./kms-command.js";
import { MasterKey } from "./master-key.js";

/** The key-encryption keys at hand: the current one first, then the one before, during a rotation. */
export class MasterKeys {
  #keys: readonly [KeyEncryptionKey, ...KeyEncryptionKey[]];

  /** @param read called again where a key is met that none of them opens: a file may hold another now */
  constructor(readonly read: () => readonly [KeyEncryptionKey, ...KeyEncryptionKey[]]) {
    this.#keys = read();
  }

  get current(): KeyEncryptionKey {
    return this.#keys[0];
  }

  /** The one that a database from before data keys was made with. @throws InputError */
  legacy(checkValue: Uint8Array): MasterKey {
    for (const key of this.#keys) {
      if (key instanceof MasterKey && key.matches(checkValue)) return key;
    }
    throw new InputError(this.current.variable, "is not the key this database was made with");
  }

  /** Those that may open what a key has wrapped. @throws KeyUnavailable */
  openersOf(kek: string): readonly KeyEncryptionKey[] {
    const openers = (): KeyEncryptionKey[] => this.#keys.filter((key) => key.mayOpen(kek));
    const known = openers();
    if (known.length > 0) return known;
    this.#readAgain();
    const found = openers();
    if (found.length > 0) return found;
    const problem = `is not the key this database's data keys are wrapped by, ${kek}`;
    const hint =
      "while keys are rotated, WARIFU_MASTER_KEY_PREVIOUS, or its _FILE, holds the one before";
    throw new KeyUnavailable(`${this.current.variable}: ${problem}; ${hint}`);
  }

  /** @throws KeyUnavailable */
  async unwrap(key: WrappedKey): Promise<Uint8Array> {
    let problem: unknown;
    for (const opener of this.openersOf(key.kek)) {
      try {
        return await opener.unwrap(key);
      } catch (error) {
        problem ??= error;
      }
    }
    throw problem;
  }

  #readAgain(): void {
    try {
      this.#keys = this.read();
    } catch (error) {
      throw new KeyUnavailable((error as Error).message);
    }
  }
}

/**
 * The key-encryption keys that the environment names.
 * @throws InputError naming the variable; never what it holds
 */
export function masterKeysFrom(environment: NodeJS.ProcessEnv): MasterKeys {
  return new MasterKeys(() => {
    const current = keyFrom(
      ["WARIFU_KMS_COMMAND", environment.WARIFU_KMS_COMMAND],
      ["WARIFU_MASTER_KEY_FILE", environment.WARIFU_MASTER_KEY_FILE],
      ["WARIFU_MASTER_KEY", environment.WARIFU_MASTER_KEY],
    );
    if (!current) {
      const problem = "is not set: it holds the key that wraps the data keys, 64 hex digits";
      throw new InputError("WARIFU_MASTER_KEY", problem);
    }
    const previous = keyFrom(
      ["WARIFU_KMS_COMMAND_PREVIOUS", environment.WARIFU_KMS_COMMAND_PREVIOUS],
      ["WARIFU_MASTER_KEY_PREVIOUS_FILE", environment.WARIFU_MASTER_KEY_PREVIOUS_FILE, true],
      ["WARIFU_MASTER_KEY_PREVIOUS", environment.WARIFU_MASTER_KEY_PREVIOUS],
    );
    return previous ? [current, previous] : [current];
  });
}

/** A variable of the environment; of a file, whether it need not be there. */
type Variable = readonly [name: string, value: string | undefined, mayBeMissing?: boolean];

/** The key that one of three variables names. */
function keyFrom(command: Variable, file: Variable, key: Variable): KeyEncryptionKey | undefined {
  const [name, line] = command;
  if (line !== undefined) {
    const other = [file, key].find(([, value]) => value !== undefined);
    if (other) throw new InputError(name, `cannot be set beside ${other[0]}`);
    return new KmsCommand(name, line);
  }
  const [[variable], hex] = file[1] === undefined ? [key, key[1]] : [file, readKeyFile(file)];
  if (hex === undefined) return undefined;
  if (!/^[0-9a-fA-F]{64}$/.test(hex)) throw new InputError(variable, "must hold 64 hex digits");
  return new MasterKey(variable, Buffer.from(hex, "hex"));
}

function readKeyFile([name, path, mayBeMissing]: Variable): string | undefined {
  try {
    return readFileSync(path!, "utf8").trim();
  } catch (error) {
    if (mayBeMissing && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new InputError(name, "names a file that cannot be read");
  }
}
