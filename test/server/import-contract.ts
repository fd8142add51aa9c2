import { describe, expect, it } from "vitest";
import { countOn, stock } from "../support/counting.js";
import type { StoreFixture } from "./store-contract.js";

/** What every store does with an import of many tokens. */
export function importContract(name: string, open: () => Promise<StoreFixture>): void {
  describe(`a large import: ${name}`, () => {
    it("brings all tokens in at once, while other work goes on", async () => {
      const { store, again } = await open();
      await stock(store, ["10000001"]);
      const serials = Array.from({ length: 12_000 }, (_, index) => String(99_999_999 - index));
      const other = await again();
      const imported = stock(store, serials);
      for (let count = 1; count <= 10; count++) {
        expect(await other.decide([countOn("10000001")])).toEqual([{ ok: true, answer: count }]);
        const [first, last] = await other.tokensBySerial([serials[0]!, serials.at(-1)!]);
        expect(first === undefined).toBe(last === undefined);
      }
      await imported;
      expect((await other.countTokens(0)).usable - 1).toBe(serials.length);
      for (const token of await other.tokensBySerial([serials[0]!, serials.at(-1)!])) {
        const { serial, ...rest } = token!;
        expect(Buffer.from(rest.sealedSeed).toString()).toBe(serial);
        expect(rest).toMatchObject({ algorithm: 1, start: 0, expiry: undefined, lastStep: -1 });
      }
      await other.close();
      await store.close();
    });
  });
}
