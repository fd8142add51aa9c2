import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { base32 } from "@scure/base";
import { expect, it } from "vitest";
import { provision } from "../../firmware/factory/provision.js";
import { codeOf, MASTER_KEY, NOW, TestServer, withDirectory } from "../support/server.js";

it("rule 61: the database's files hold no seed, in no encoding, nor the master key", async () => {
  const directory = withDirectory();
  const batch = { algorithm: "SHA1", board: "pixljs", firstSerial: "10000001" } as const;
  const times = { start: NOW / 1000 - 1000, expiry: NOW / 1000 + 100_000 };
  const seeds = provision({ ...batch, ...times, count: 50 });
  const server = await TestServer.start(seeds, join(directory.path, "warifu.db"));
  for (const seed of seeds) {
    const verdict = await server.verify(codeOf(seed, NOW), seed.serial);
    expect(verdict).toMatchObject({ accepted: true });
  }
  // As a thief would copy it: with its log beside it, while the server runs.
  const read = () =>
    readdirSync(directory.path).map((name) => readFileSync(join(directory.path, name)));
  const files = read();
  await server.close();
  files.push(...read());
  expect(files.length).toBeGreaterThan(2);
  expect(files.some((file) => file.includes(seeds[49]!.serial))).toBe(true);
  for (const secret of [MASTER_KEY, ...seeds.map((seed) => Buffer.from(seed.secret))]) {
    const forms = [
      ...[secret, secret.toString("hex"), secret.toString("hex").toUpperCase()],
      ...[secret.toString("base64"), secret.toString("base64url")],
      base32.encode(secret).replace(/=+$/, ""),
    ];
    for (const form of forms) expect(files.some((file) => file.includes(form))).toBe(false);
  }
  directory.remove();
});
