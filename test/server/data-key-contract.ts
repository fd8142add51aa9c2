import { afterEach, describe, expect, it } from "vitest";
import type { AuditEntry } from "../../server/core/audit.js";
import { clockOfUnknownHistory } from "../../server/core/clock/prior.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import type { NewDataKey } from "../../server/store/data-keys.js";
import type { NewToken, Store } from "../../server/store/store.js";
import { countOn } from "../support/counting.js";
import type { StoreFixture } from "./store-contract.js";

const AT = 1_795_000_000_000;
const FIRST = { kek: "local:1", wrapped: Buffer.from("first") };

function entry(event: string): AuditEntry {
  const who = { serial: undefined, actor: "test", source: undefined };
  return { at: AT, event, result: "done", ...who, detail: {} };
}

async function* tokens(...serials: string[]): AsyncGenerator<NewToken[]> {
  const clock = clockOfUnknownHistory(0, 0, DEFAULT_POLICY.clock);
  const common = { algorithm: 1, start: undefined, expiry: undefined, clock };
  yield await Promise.resolve(
    serials.map((serial) => ({ serial, sealedSeed: Buffer.from(`old ${serial}`), ...common })),
  );
}

const wrappedUnder =
  (under: string): (() => Promise<NewDataKey>) =>
  () =>
    Promise.resolve({ kek: under, wrapped: Buffer.from("of an import"), under });

/** What every store does with data keys. */
export function dataKeyContract(name: string, open: () => Promise<StoreFixture>): void {
  describe(`the store contract, data keys: ${name}`, () => {
    let fixture: StoreFixture | undefined;
    const founded = async (): Promise<Store> => {
      fixture = await open();
      await fixture.store.foundDataKeys(FIRST, undefined, AT);
      return fixture.store;
    };
    afterEach(async () => {
      await fixture?.store.close();
      fixture = undefined;
    });
    const load = async (store: Store, under: string, ...serials: string[]): Promise<void> => {
      await store.importTokens(tokens(...serials), () => entry("import"), wrappedUnder(under));
    };
    const events = async (store: Store): Promise<string[]> =>
      (await store.listAudit({ after: 0, limit: 100 })).map(({ event }) => event);

    it("is given its first data keys once", async () => {
      const store = await founded();
      await store.foundDataKeys({ kek: "local:2", wrapped: Buffer.from("x") }, FIRST, AT + 1);
      const first = { number: 1, ...FIRST, createdAt: AT, resealing: false };
      expect(await store.listDataKeys()).toEqual([first]);
      expect(await store.dataKey(1)).toEqual(first);
      expect(await store.dataKey(0)).toBeUndefined();
      expect(await store.legacyCheck()).toBeUndefined();
    });

    it("gives each import's tokens the number of its data key", async () => {
      const store = await founded();
      await load(store, "local:1", "10000001", "10000002");
      await load(store, "local:1", "10000003");
      const numbers = (await store.listTokens("", 10)).map(({ dataKey }) => dataKey);
      expect(numbers[0]).toBeGreaterThan(1);
      expect(numbers[1]).toBe(numbers[0]);
      expect(numbers[2]).toBeGreaterThan(numbers[0]!);
      expect(await store.dataKey(numbers[0]!)).toEqual({
        ...{ number: numbers[0], kek: "local:1", wrapped: Buffer.from("of an import") },
        ...{ createdAt: AT, resealing: false },
      });
    });

    it("takes no import whose data key was wrapped before keys were rotated", async () => {
      const store = await founded();
      await expect(load(store, "local:0", "10000001")).rejects.toMatchObject({
        name: "StoreUnavailable",
      });
      expect(await store.listTokens("", 10)).toEqual([]);
      expect(await store.listDataKeys()).toHaveLength(1);
      // Asked again, whoever imports wraps it by the new key.
      const asked = ["local:0", "local:1"];
      await store.importTokens(
        tokens("10000001"),
        () => entry("import"),
        () => wrappedUnder(asked.shift()!)(),
      );
      expect((await store.listTokens("", 10)).map(({ serial }) => serial)).toEqual(["10000001"]);
      expect(await events(store)).toEqual(["import"]);
    });

    it("wraps a data key anew where it still is as it was", async () => {
      const store = await founded();
      const to = { kek: "local:2", wrapped: Buffer.from("anew") };
      expect(await store.rewrapDataKey(1, "local:1", to, entry("datakey"))).toBe(true);
      expect(await store.rewrapDataKey(1, "local:1", FIRST, entry("datakey"))).toBe(false);
      expect(await store.dataKey(1)).toMatchObject(to);
      expect(await events(store)).toEqual(["datakey"]);
    });

    it("seals seeds anew by one data key, and then does away with those before", async () => {
      const store = await founded();
      await load(store, "local:1", "10000001", "10000002", "10000003");
      const key = await wrappedUnder("local:1")();
      expect(await store.beginResealing({ ...key, under: "x" }, AT, entry("x"))).toBeUndefined();
      const begun = (await store.beginResealing(key, AT, entry("begun")))!;
      expect(begun.resealing).toBe(true);
      // Whoever begins meanwhile goes on with it.
      expect(await store.beginResealing(key, AT, entry("begun"))).toEqual(begun);
      await load(store, "local:1", "10000004");
      await store.decide([countOn("10000002")]);
      const from = (await store.listTokens("", 1))[0]!.dataKey;
      const seal = (serial: string, before: number) => ({
        ...{ serial, from: before, dataKey: begun.number, sealedSeed: Buffer.from("anew") },
      });
      await store.resealSeeds([
        ...[seal("10000003", from), seal("10000001", from)],
        // Sealed by another than is thought, and not there at all.
        ...[seal("10000002", from + 100), seal("99999999", from)],
      ]);
      const states = (await store.listTokens("", 10)).map(({ dataKey, sealedSeed, failures }) => [
        ...[dataKey, Buffer.from(sealedSeed).toString(), failures],
      ]);
      expect(states.slice(0, 3)).toEqual([
        ...[[begun.number, "anew", 0]],
        ...[[from, "old 10000002", 1]],
        ...[[begun.number, "anew", 0]],
      ]);
      expect(states[3]![0]).toBeGreaterThan(begun.number);
      await store.endResealing(begun.number, entry("done"));
      await store.endResealing(begun.number, entry("done"));
      const left = (await store.listDataKeys()).map(({ number, resealing }) => [number, resealing]);
      expect(left).toEqual([
        ...[[1, false]],
        ...[[begun.number, false]],
        ...[[states[3]![0], false]],
      ]);
      const once = ["import", "begun", "import", "count", "done"];
      expect(await events(store)).toEqual(once);
    });

    it("never gives a number twice", async () => {
      const store = await founded();
      const key = await wrappedUnder("local:1")();
      const numbers = [];
      for (let time = 0; time < 3; time++) {
        const { number } = (await store.beginResealing(key, AT, entry("begun")))!;
        numbers.push(number);
        await store.endResealing(number, entry("done"));
      }
      expect(new Set(numbers).size).toBe(3);
      expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
    });
  });
}
