import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { InputError } from "../firmware/seedfile/input-error.js";
import type { AuditCheckpoint } from "./core/audit-checkpoint.js";
import type { Store } from "./store/store.js";

const INTERVAL = 3_600_000; // milliseconds between two checkpoints

/** Signs what the store's audit has come to. @returns undefined where nothing is new */
export async function signAudit(
  store: Store,
  key: KeyObject,
  at: number,
): Promise<AuditCheckpoint | undefined> {
  return store.checkpointAudit(at, (text) => sign(null, Buffer.from(text), key));
}

/** Has the audit signed each hour, and at the end. */
export class AuditSigner {
  #timer: NodeJS.Timeout | undefined;
  #signing: Promise<void> = Promise.resolve();

  constructor(
    readonly store: Store,
    readonly key: KeyObject,
    /** Unix milliseconds. */
    readonly now: () => number,
    readonly onSigned: (checkpoint: AuditCheckpoint) => void,
    readonly onError: (problem: string) => void,
  ) {}

  start(): void {
    this.#timer = setInterval(() => void this.sign(), INTERVAL);
  }

  /** Signs what there is, once a signing that is under way has ended. */
  async sign(): Promise<void> {
    this.#signing = this.#signing.then(() => this.#sign());
    return this.#signing;
  }

  async #sign(): Promise<void> {
    try {
      const signed = await signAudit(this.store, this.key, this.now());
      if (signed) this.onSigned(signed);
    } catch (error) {
      this.onError((error as Error).name);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.sign();
  }
}

/** @throws InputError naming the option; never what the file holds */
export function readAuditKey(path: string, option: string): KeyObject {
  return readPem(path, option, createPrivateKey, "private");
}

/** @throws InputError naming the option */
export function readPublicKey(path: string, option: string): KeyObject {
  return readPem(path, option, createPublicKey, "public");
}

function readPem(
  path: string,
  option: string,
  read: (pem: Buffer) => KeyObject,
  half: "private" | "public",
): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = read(readFileSync(path));
  } catch {
    // Falls through to the error below, which says nothing of what the file holds.
  }
  if (key?.asymmetricKeyType === "ed25519") return key;
  throw new InputError(option, `${path} holds no Ed25519 ${half} key in PEM`);
}
