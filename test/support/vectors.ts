import { readFileSync } from "node:fs";
import type { Algorithm } from "../../firmware/seedfile/seed.js";

/** A code that a seed shows at a step, and who says so. */
export interface CodeVector {
  readonly origin: string;
  readonly algorithm: Algorithm;
  readonly seed: Uint8Array;
  readonly step: number;
  readonly code: string;
}

/** A data file of the tests. */
export function readData(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../${path}`, import.meta.url), "utf8"));
}

/** RFC 4226 appendix D and RFC 6238 appendix B. */
export function rfcVectors(): CodeVector[] {
  const hotp = readData("vectors/rfc4226.json") as {
    origin: string;
    seed: string;
    codes: string[];
  };
  const totp = readData("vectors/rfc6238.json") as {
    origin: string;
    seeds: Record<Algorithm, string>;
    vectors: ({ T: string } & Record<Algorithm, string>)[];
  };
  return [
    ...hotp.codes.map((code, step) => ({
      origin: hotp.origin,
      algorithm: "SHA1" as const,
      seed: Buffer.from(hotp.seed, "hex"),
      step,
      code,
    })),
    ...totp.vectors.flatMap((vector) =>
      (["SHA1", "SHA256", "SHA512"] as const).map((algorithm) => ({
        origin: totp.origin,
        algorithm,
        seed: Buffer.from(totp.seeds[algorithm], "hex"),
        step: parseInt(vector.T, 16),
        code: vector[algorithm].slice(-6),
      })),
    ),
  ];
}

interface RandomFile {
  origin: string;
  vectors: { algorithm: Algorithm; seed: string; step: number; code: string }[];
}

/** A thousand random seeds and steps with the answers of oathtool. */
export function randomVectors(): CodeVector[] {
  const { origin, vectors } = readData("vectors/random-oathtool.json") as RandomFile;
  return vectors.map(({ algorithm, seed, step, code }) => ({
    origin,
    algorithm,
    seed: Buffer.from(seed, "hex"),
    step,
    code,
  }));
}
