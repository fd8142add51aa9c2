import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A KMS's command, as somebody would write one: its key is in a file of its own, and goes nowhere. */
const PROGRAM = `#!/usr/bin/env node
const { createCipheriv, createDecipheriv, hash, randomBytes } = require("node:crypto");
const { appendFileSync, readFileSync } = require("node:fs");
const [, , keyId, state] = process.argv;
const request = JSON.parse(readFileSync(0, "utf8"));
appendFileSync(state, JSON.stringify([request.operation, Object.keys(process.env)]) + "\\n");
const key = hash("sha256", "of the KMS, " + keyId, "buffer");
const say = (answer) => process.stdout.write(JSON.stringify(answer) + "\\n");
if (request.operation === "wrap") {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const sealed = [nonce, cipher.update(request.plaintext, "base64"), cipher.final(), cipher.getAuthTag()];
  say({ keyId, ciphertext: Buffer.concat(sealed).toString("base64") });
} else {
  if (request.keyId !== keyId) process.exit(4);
  const sealed = Buffer.from(request.ciphertext, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  const plain = Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  say({ plaintext: plain.toString("base64") });
}
`;

/** Writes a KMS's command into a directory. */
export class TestKms {
  readonly #program: string;
  /** What it was asked, a line each. */
  readonly log: string;

  constructor(readonly directory: string) {
    this.#program = join(directory, "kms command.cjs");
    this.log = join(directory, "asked");
    writeFileSync(this.#program, PROGRAM);
    chmodSync(this.#program, 0o700);
  }

  /** As WARIFU_KMS_COMMAND has it. */
  command(keyId: string): string {
    return `"${this.#program}" ${keyId} '${this.log}'`;
  }

  /** A command that is a script of the shell. */
  script(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o700);
    return path;
  }
}
