import { hmac } from "@noble/hashes/hmac.js";
import { sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import { codeGenerator } from "../firmware/otp/totp.js";
import { ALGORITHMS } from "../firmware/seedfile/seed.js";
import { DEFAULT_POLICY } from "../server/core/policy.js";
import { verify } from "../server/core/verify.js";
import { nodeHash } from "../server/hashes.js";
import { loadImage } from "../simulator/image.js";
import { ESPRUINO, runTraces } from "./live/interpreter.js";
import { clockNear } from "./support/core-bank.js";
import { codeOnFrame, codeTrace } from "./support/code-trace.js";
import { simulateTrace } from "./support/simulate-trace.js";
import { type CodeVector, randomVectors, readData, rfcVectors } from "./support/vectors.js";

const NOBLE = { SHA1: sha1, SHA256: sha256, SHA512: sha512 };

/** HOTP as RFC 4226 section 5 states it, over an HMAC that nobody here wrote. */
function nobleCode({ algorithm, seed, step }: CodeVector): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = hmac(NOBLE[algorithm], seed, counter);
  const offset = mac.at(-1)! & 15;
  const number = Buffer.from(mac).readUInt32BE(offset) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

function sourceCode({ algorithm, seed, step }: CodeVector): string {
  return codeGenerator(nodeHash(ALGORITHMS[algorithm]), seed)(step);
}

/** The code the server's rules accept at that minute, found by asking for it and for another. */
function acceptedCode(vector: CodeVector): string {
  const generate = codeGenerator(nodeHash(ALGORITHMS[vector.algorithm]), vector.seed);
  const token = {
    serial: "12345678",
    status: "usable" as const,
    suspended: false,
    failures: 0,
    lastStep: -1,
    clock: clockNear(0, vector.step * 60),
    start: undefined,
    contract: undefined,
    expiry: undefined,
    codeAt: generate,
  };
  const decide = (code: string) => verify(token, code, vector.step * 60, DEFAULT_POLICY).answer;
  const reversed = [...vector.code].reverse().join("");
  const neighbours = [vector.step - 1, vector.step + 1].map((step) => generate(Math.max(0, step)));
  if (![vector.code, ...neighbours].includes(reversed)) {
    expect(decide(reversed)).toEqual({ accepted: false, reason: "wrong_code" });
  }
  return decide(vector.code).accepted ? vector.code : "refused";
}

const image = loadImage("pixljs");
const paths: Record<string, (vector: CodeVector) => string> = {
  "TypeScript source": sourceCode,
  "@noble/hashes": nobleCode,
  "built image in the simulator": (vector) =>
    codeOnFrame(simulateTrace(image, codeTrace(vector)).frames[0]!),
  "server core": acceptedCode,
};

describe.each(Object.entries(paths))("codes by the %s", (_name, codeOf) => {
  it("equal RFC 4226 appendix D and RFC 6238 appendix B", () => {
    for (const vector of rfcVectors()) expect(codeOf(vector), vector.origin).toBe(vector.code);
  });

  it("equal oathtool's for 1,000 random seeds and steps", () => {
    const vectors = randomVectors();
    expect(vectors).toHaveLength(1000);
    for (const vector of vectors) {
      expect(codeOf(vector), `${vector.algorithm} step ${String(vector.step)}`).toBe(vector.code);
    }
  });
});

describe("codes by the real interpreter", () => {
  const vectors = [...rfcVectors(), ...randomVectors()];
  const codes = vectors.map((vector) => vector.code);

  it("equal all vectors, as recorded", () => {
    const recorded = readData("vectors/interpreter.json") as { codes: string[] };
    expect(recorded.codes).toEqual(codes);
  });

  it.runIf(ESPRUINO)("equal all vectors, live (ESPRUINO is set)", async () => {
    const results = await runTraces(ESPRUINO!, image, vectors.map(codeTrace));
    expect(results.map(({ frames }) => codeOnFrame(frames[0]!))).toEqual(codes);
  });
});

it("vectors hold the 60-second check values", () => {
  // RFC 4226's seed: t=59 and t=60 are steps 0 and 1, t=1111111109 is step 18518518, and so on.
  const code = codeGenerator(nodeHash(1), Buffer.from("12345678901234567890"));
  const at = (time: number) => code(Math.floor(time / 60));
  expect([59, 60, 1111111109, 2000000000, 20000000000].map(at)).toEqual([
    "755224",
    "287082",
    "360094",
    "864010",
    "948864",
  ]);
});
