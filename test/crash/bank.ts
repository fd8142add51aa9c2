import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { issueApiKey } from "../../server/api-keys.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { MASTER_KEY } from "../support/server.js";
import { Device } from "../system/device.js";
import { Ledger } from "../system/ledger.js";
import type { Random } from "../system/random.js";
import { type CrashDatabase, openOf } from "./database.js";
import { Load } from "./load.js";

const DEVICES = 24;

/**
 * Puts tokens and API keys into a new database.
 * @returns who uses them, and the policy their servers are started with
 */
export async function foundBank(
  random: Random,
  database: CrashDatabase,
  directory: string,
  ledger = new Ledger(),
): Promise<{ readonly load: Load; readonly policyFile: string }> {
  const policyFile = join(directory, "policy.json");
  // What slows a guesser down would slow the load.
  writeFileSync(policyFile, JSON.stringify({ hourlyFailures: { key: 1e9, serial: 1e9 } }));
  const began = Math.floor(Date.now() / 1000);
  const devices = Array.from(
    { length: DEVICES },
    (_, index) => new Device(String(10_000_000 + index), began, 0, random),
  );
  const store = await openOf(database);
  const caller = { actor: "bank", source: undefined, at: began * 1000 };
  const seeds = devices.map(({ serial, secret }) => ({
    ...{ serial, secret, algorithm: "SHA1" as const, timeDrift: 0 },
    ...{ start: undefined, expiry: undefined },
  }));
  await importSeeds(store, await openVault(store, MASTER_KEY), seeds, caller);
  const keyOf = async (scope: "verify" | "branch"): Promise<string> =>
    (await issueApiKey(store, scope, { actor: "bank", source: undefined, at: Date.now() })).key;
  const keys = { verify: await keyOf("verify"), branch: await keyOf("branch") };
  await store.close();
  for (const device of devices) ledger.add(device, Infinity);
  return { load: new Load(random, devices, ledger, keys), policyFile };
}
