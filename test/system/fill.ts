import type { Seed } from "../../firmware/seedfile/seed.js";
import { stateOf } from "../../server/core/decision.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import type { Store } from "../../server/store/store.js";
import { contractOf, holder, userOf } from "../support/core-bank.js";
import { MASTER_KEY } from "../support/server.js";
import type { Device } from "./device.js";

const DAY = 86_400;

/** Imports the tokens, and gives each two users of a contract, which has newcomers too. */
export async function fill(
  store: Store,
  devices: readonly Device[],
  expiries: readonly number[],
  newcomers: readonly string[],
): Promise<void> {
  const vault = await openVault(store, MASTER_KEY);
  const seeds = devices.map((device, index): Seed => {
    const dates = { start: device.began - DAY, expiry: expiries[index] };
    const { serial, secret } = device;
    return { serial, secret, algorithm: "SHA1", ...dates, timeDrift: 0 };
  });
  const caller = { actor: "world", source: undefined, at: devices[0]!.began * 1000 };
  await importSeeds(store, vault, seeds, caller);
  const serials = devices.map(({ serial }) => serial);
  const [outcome] = await store.decide([
    {
      about: { contracts: ["C1"], serials },
      decide: (book) => {
        book.setContract(contractOf("C1"));
        for (const id of newcomers) book.setUser(userOf(id));
        for (const serial of serials) {
          book.setToken(serial, { ...stateOf(book.token(serial)!), contract: "C1" });
          for (const name of ["a", "b"]) book.setUser(holder(`${name}${serial}`, serial));
        }
      },
    },
  ]);
  if (!outcome!.ok) throw outcome!.error;
}
