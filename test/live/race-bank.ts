// What the race runs on: a bank in PostgreSQL, and processes that serve it.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { codeGenerator } from "../../firmware/otp/totp.js";
import { issueApiKey } from "../../server/api-keys.js";
import { nodeHash } from "../../server/hashes.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { openPostgres } from "../../server/store/postgres.js";
import type { Store } from "../../server/store/store.js";
import { ServingProcess } from "../support/cli.js";
import { contractOf, userOf } from "../support/core-bank.js";
import { MASTER, MASTER_KEY } from "../support/server.js";

/** Tokens of one contract: each has two users. */
const OF_CONTRACT = 10;

export const serialOf = (token: number): string => String(10_000_000 + token);
const secretOf = (token: number): Buffer => Buffer.from(serialOf(token).padStart(20, "0"));

/** The code a token shows now, so many steps away. */
export function codeOf(token: number, distance = 0): string {
  const step = Math.floor(Date.now() / 60_000) + distance;
  return codeGenerator(nodeHash(1), secretOf(token))(step);
}

/** A code that a token shows nowhere near now. */
export function wrongCodeOf(token: number): string {
  const near = Array.from({ length: 7 }, (_, index) => codeOf(token, index - 3));
  return ["000000", "111111", "222222", "333333"].find((code) => !near.includes(code))!;
}

/** Puts tokens into a new database, each shared by two users. @returns the store, and an API key */
export async function foundBank(
  url: string,
  tokens: number,
): Promise<{ store: Store; key: string }> {
  const store = await openPostgres(url);
  const vault = await openVault(store, MASTER_KEY);
  const caller = { actor: "race", source: undefined, at: Date.now() };
  const seeds = Array.from({ length: tokens }, (_, token) => ({
    ...{ serial: serialOf(token), secret: secretOf(token), algorithm: "SHA1" as const },
    ...{ start: undefined, expiry: undefined, timeDrift: 0 },
  }));
  await importSeeds(store, vault, seeds, caller);
  for (let first = 0; first < tokens; first += OF_CONTRACT)
    await foundContract(store, first, tokens);
  const { key } = await issueApiKey(store, "verify", {
    actor: "race",
    source: undefined,
    at: Date.now(),
  });
  return { store, key };
}

async function foundContract(store: Store, first: number, tokens: number): Promise<void> {
  const own = Array.from({ length: Math.min(OF_CONTRACT, tokens - first) }, (_, i) => first + i);
  const id = `C${String(first)}`;
  const [outcome] = await store.decide([
    {
      about: { contracts: [id], serials: own.map(serialOf) },
      decide: (book) => {
        book.setContract(contractOf(id));
        for (const token of own) {
          const serial = serialOf(token);
          const holding = { contract: id, holding: "registered", serial } as const;
          book.setUser(userOf(`a${serial}`, holding));
          book.setUser(userOf(`b${serial}`, holding));
          book.setToken(serial, { ...book.token(serial)!, contract: id });
        }
      },
    },
  ]);
  if (!outcome?.ok) throw outcome?.error;
}

/** Starts a `warifu serve` of its own. */
export function serve(database: string, directory: string): Promise<ServingProcess> {
  const policy = join(directory, "policy.json");
  // Guesses are the race's own: what slows a guesser down would slow it.
  writeFileSync(policy, JSON.stringify({ hourlyFailures: { key: 1e9, serial: 1e9 } }));
  const env = { ...MASTER, WARIFU_DB: database };
  return ServingProcess.serve(env, "--log-level", "silent", "--policy", policy);
}

/** Sends a code. @returns `accepted`, the reason why not, or `HTTP` and a status */
export async function answerOf(server: ServingProcess, key: string, body: object): Promise<string> {
  const { accepted, reason, status } = await server.verify(key, body);
  if (accepted === undefined) return `HTTP ${String(status)}`;
  return accepted === true ? "accepted" : String(reason);
}
