import { createHash, generateKeyPairSync, sign } from "node:crypto";
import fc from "fast-check";
import { decodeRecord, type TokenRecord } from "../../../firmware/otp/record.js";
import { writeEntraCsv } from "../../../firmware/seedfile/csv.js";
import { encodeRecord } from "../../../firmware/seedfile/encode-record.js";
import { InputError } from "../../../firmware/seedfile/input-error.js";
import { type FileKey, parseKeyFile } from "../../../firmware/seedfile/key-file.js";
import { writePskc } from "../../../firmware/seedfile/pskc-write.js";
import { SeedReader } from "../../../firmware/seedfile/read.js";
import type { Seed } from "../../../firmware/seedfile/seed.js";
import { decodeAuditLine, encodeAuditLine, proofOf } from "../../../server/audit-file.js";
import { sha256 } from "../../../server/hashes.js";
import { type AuditEntry, CHAIN_START, chain } from "../../../server/core/audit.js";
import { checkpointText } from "../../../server/core/audit-checkpoint.js";
import { AuditFault, type AuditLine, AuditReader } from "../../../server/core/audit-proof.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { parsePolicy } from "../../../server/policy-file.js";
import { anyText, changedJson, editedText, mostlyMutants } from "../mutate.js";
import { expectNoPollution, nothingToEnd, refusedBy, type Target } from "../target.js";

const SEEDS = (["SHA1", "SHA256", "SHA512"] as const).map((algorithm, index): Seed => ({
  ...{ serial: String(10000001 + index), secret: Buffer.alloc(20, index + 1), algorithm },
  ...{ start: 1_600_000_000, expiry: 1_900_000_000, timeDrift: index },
}));
const KEYS: readonly (FileKey | undefined)[] = [
  undefined,
  { kind: "preshared", key: Buffer.alloc(16, 9) },
];

function plainPskc(): string {
  return [...writePskc(SEEDS, KEYS[1]!)]
    .join("")
    .replace(/<EncryptionKey>[^]*<\/MACMethod>/, "")
    .replace(
      /<EncryptedValue>[^]*?<\/ValueMAC>/g,
      "<PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue>",
    );
}

const SEED_FILES = [
  [...writePskc(SEEDS, KEYS[1]!)].join(""),
  plainPskc(),
  [...writeEntraCsv(SEEDS.slice(0, 1))].join(""),
  "10000001,3132333435363738393031323334353637383930,TOTP,6,60,sha1\n10000002,3132333435363738393031323334353637383930,TOTP\n",
  "10000001;multiOTP;TOTP;3132333435363738393031323334353637383930;6;60\n",
];

/** Seed files: PSKC and CSV, in pieces. */
export function seedFiles(): Target<{ text: string; piece: number; key: number }> {
  const how = { piece: fc.constantFrom(1, 7, 4096), key: fc.nat(KEYS.length - 1) };
  const texts = fc.constantFrom(...SEED_FILES);
  return {
    inputs: mostlyMutants(
      fc.record({ text: editedText(texts), ...how }),
      fc.record({ text: anyText, ...how }),
    ),
    take: async ({ text, piece, key }) => {
      const pieces = text.match(new RegExp(`[^]{1,${String(piece)}}`, "g")) ?? [];
      try {
        for await (const { serial, secret } of new SeedReader(pieces, KEYS[key])) {
          if (!/^[0-9]{8,12}$/.test(serial) || secret.length < 16) throw new Error("is no seed");
        }
      } catch (error) {
        refusedBy(error, InputError);
      }
      expectNoPollution();
    },
    end: nothingToEnd,
  };
}

/** Key files. */
export function keyFiles(): Target<string> {
  const texts = fc.constantFrom("00112233445566778899aabbccddeeff\n", "passphrase: open sesame\n");
  return {
    inputs: mostlyMutants(editedText(texts), anyText),
    take: async (text) => {
      await Promise.resolve();
      try {
        parseKeyFile(text);
      } catch (error) {
        refusedBy(error, InputError);
        // Always in the same words: they tell nothing of what it holds.
        if (!(error as Error).message.startsWith("key file: must be one line: ")) throw error;
      }
    },
    end: nothingToEnd,
  };
}

const sha1 = (message: Uint8Array): Uint8Array => createHash("sha1").update(message).digest();

/** The device's record: damaged, or with a check value that fits what it was damaged to. */
export function records(): Target<{ bytes: Uint8Array; fitting: boolean }> {
  const valid = [16, 20, 64].map((length, index) =>
    encodeRecord(
      {
        ...{ serial: "123456789012".slice(0, 8 + 2 * index), seed: Buffer.alloc(length, index) },
        ...{ algorithm: index + 1, start: 1_600_000_000, expiry: 0, trim: -5 },
      },
      sha1,
    ),
  );
  const mutant = fc
    .tuple(
      fc.constantFrom(...valid),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -20, max: 20 }),
    )
    .map(([bytes, changes, more]) => {
      const changed = new Uint8Array(Math.max(0, bytes.length + (more % 4 === 0 ? more : 0)));
      changed.set(bytes.subarray(0, changed.length));
      for (const [at, value] of changes) if (at < changed.length) changed[at] = value;
      return changed;
    });
  const record = (bytes: fc.Arbitrary<Uint8Array>) => fc.record({ bytes, fitting: fc.boolean() });
  const isValid = (bytes: Uint8Array): boolean =>
    valid.some((each) => Buffer.compare(each, bytes) === 0);
  return {
    inputs: mostlyMutants(record(mutant), record(fc.uint8Array({ maxLength: 130 }))),
    take: async ({ bytes, fitting }) => {
      await Promise.resolve();
      // Not at the beginning of its buffer: readers that forget the offset are found.
      const inside = new Uint8Array(bytes.length + 3).subarray(3);
      inside.set(bytes);
      if (fitting && bytes.length >= 8) {
        inside.set(sha1(inside.slice(0, -8)).subarray(0, 8), bytes.length - 8);
      }
      const read = decodeRecord(inside, sha1);
      if (!read) return;
      if (!fitting && !isValid(bytes)) throw new Error("a damaged record is taken");
      expectSame(read, inside);
    },
    end: nothingToEnd,
  };
}

/** What was read is what stands there, where a record can hold it at all. */
function expectSame(read: TokenRecord, bytes: Uint8Array): void {
  try {
    const again = encodeRecord(read, sha1);
    // Behind the serial's end anything may stand.
    if (again.length !== bytes.length)
      throw new Error("a record was read otherwise than it stands");
  } catch (error) {
    refusedBy(error, RangeError);
  }
}

/** An exported audit: whatever is changed in it is found, and nothing else is thrown. */
export function auditFiles(): Target<string> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const entry = (at: number): AuditEntry => ({
    ...{ at, event: "verify", result: "accepted", serial: at % 2 ? "12345678" : undefined },
    ...{ actor: "key:1", source: "127.0.0.1", detail: { form: "A-1", count: at } },
  });
  const start = { sequence: 0, hash: CHAIN_START };
  const rows = chain([1, 2, 3].map(entry), "a".repeat(16), start, sha256);
  const heads = rows.slice(-1).map(({ writer, sequence, hash }) => ({ writer, sequence, hash }));
  const unsigned = { number: 1, at: 9, before: CHAIN_START, heads };
  const signature = sign(null, Buffer.from(checkpointText(unsigned)), privateKey);
  const lines: AuditLine[] = [
    ...rows.map((row): AuditLine => ({ kind: "row", row })),
    { kind: "checkpoint", checkpoint: { ...unsigned, signature } },
  ];
  const whole = lines.map(encodeAuditLine);
  const changedLine = fc
    .nat(whole.length - 1)
    .chain((index) =>
      changedJson(fc.constant(whole[index]!)).map((line) => whole.with(index, line).join("\n")),
    );
  const moved = fc.shuffledSubarray(whole).map((some) => some.join("\n"));
  return {
    inputs: mostlyMutants(
      fc.oneof(changedLine, editedText(fc.constant(whole.join("\n"))), moved),
      anyText,
    ),
    take: async (text) => {
      await Promise.resolve();
      const reader = new AuditReader(proofOf(publicKey));
      try {
        for (const line of text.split("\n")) reader.take(decodeAuditLine(line));
        reader.end();
        if (text !== whole.join("\n")) throw new Error("a changed audit is taken for whole");
      } catch (error) {
        refusedBy(error, AuditFault);
      }
      expectNoPollution();
    },
    end: nothingToEnd,
  };
}

/** Policy files. */
export function policies(): Target<string> {
  const texts = fc.constantFrom(
    JSON.stringify(DEFAULT_POLICY),
    '{"maxFailures":3,"peerMasterUnlock":false,"registrationDelay":{"delay":60},"expiryNoticeDays":[14]}',
    '{"traffic":{"key":{"perSecond":5,"atOnce":9}},"clock":{"ppm":20}}',
  );
  const expectShape = (value: unknown, standard: unknown): void => {
    if (typeof standard !== "object") {
      const whole = typeof value !== "number" || (Number.isSafeInteger(value) && value >= 0);
      if (typeof value !== typeof standard || !whole) throw new Error("is no value of a policy");
    } else if (!Array.isArray(standard)) {
      if (JSON.stringify(Object.keys(value!)) !== JSON.stringify(Object.keys(standard!))) {
        throw new Error("is not shaped as a policy");
      }
      for (const [name, each] of Object.entries(standard!)) {
        expectShape((value as Record<string, unknown>)[name], each);
      }
    }
  };
  return {
    inputs: mostlyMutants(changedJson(texts), fc.oneof(anyText, fc.json())),
    take: async (text) => {
      await Promise.resolve();
      try {
        expectShape(parsePolicy(text, "policy.json", "--policy"), DEFAULT_POLICY);
      } catch (error) {
        refusedBy(error, InputError);
      }
      expectNoPollution();
    },
    end: nothingToEnd,
  };
}
