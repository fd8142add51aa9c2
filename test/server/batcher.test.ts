import { describe, expect, it, vi } from "vitest";
import { Batcher, Overloaded } from "../../server/batcher.js";
import {
  Busy,
  type Outcome,
  type Store,
  StoreUnavailable,
  type Work,
} from "../../server/store/store.js";
import { SEED, TestServer, codeOf } from "../support/server.js";

const work = (answer: number): Work<number> => ({ about: {}, decide: () => answer });

/** A store that decides when the test lets it. */
function heldStore() {
  const batches: number[] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const decide = async (works: readonly Work<unknown>[]): Promise<Outcome<unknown>[]> => {
    batches.push(works.length);
    await held;
    return works.map((each) => ({ ok: true, answer: each.decide(undefined as never) }));
  };
  return { store: { decide } as Pick<Store, "decide"> as Store, batches, release };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

describe("the batcher", () => {
  it("decides in one batch what came in during one turn, and answers in order", async () => {
    const { store, batches, release } = heldStore();
    const batcher = new Batcher(store);
    const first = [1, 2, 3].map((each) => batcher.submit(work(each)));
    await settled();
    const second = [4, 5].map((each) => batcher.submit(work(each)));
    release();
    expect(await Promise.all([...first, ...second])).toEqual([1, 2, 3, 4, 5]);
    expect(batches).toEqual([3, 2]);
  });

  it("makes no batch too large", async () => {
    const { store, batches, release } = heldStore();
    const batcher = new Batcher(store);
    release();
    const answers = Array.from({ length: 1200 }, (_, each) => batcher.submit(work(each)));
    expect(await Promise.all(answers)).toEqual(Array.from({ length: 1200 }, (_, each) => each));
    expect(batches).toEqual([512, 512, 176]);
  });

  it("refuses what would wait for too long, at once, and answers what waits", async () => {
    const { store, release } = heldStore();
    const batcher = new Batcher(store, 3);
    const taken = [1, 2, 3].map((each) => batcher.submit(work(each)));
    await expect(batcher.submit(work(4))).rejects.toThrow(Overloaded);
    release();
    expect(await Promise.all(taken)).toEqual([1, 2, 3]);
    expect(await batcher.submit(work(5))).toBe(5);
  });

  /** Three works: one that is refused, one that waits for long beside it, and one that does not. */
  async function refusedOnce(error: Error): Promise<PromiseSettledResult<number>[]> {
    const refusals: ((error: Error) => void)[] = [];
    const decide = async (works: readonly Work<unknown>[]): Promise<Outcome<unknown>[]> => {
      if (refusals.length === 0) await new Promise((_, reject) => refusals.push(reject));
      return works.map((each) => ({ ok: true, answer: each.decide(undefined as never) }));
    };
    const batcher = new Batcher({ decide } as Pick<Store, "decide"> as Store);
    const works = [batcher.submit(work(1))];
    await settled();
    works.push(batcher.submit(work(2)));
    const later = performance.now() + 1_001;
    vi.spyOn(performance, "now").mockImplementation(() => later);
    works.push(batcher.submit(work(3)));
    refusals[0]!(error);
    const outcomes = await Promise.allSettled(works);
    vi.restoreAllMocks();
    return outcomes;
  }

  it("gives up what has waited for long where another process was in the way of a batch", async () => {
    const reason = new Busy("database is locked");
    const refused = { status: "rejected", reason };
    const decided = { status: "fulfilled", value: 3 };
    expect(await refusedOnce(reason)).toEqual([refused, refused, decided]);
  });

  it("decides what has waited for long where a batch failed of something else", async () => {
    const reason = new StoreUnavailable("the disk is full");
    const refused = { status: "rejected", reason };
    const decided = [2, 3].map((value) => ({ status: "fulfilled", value }));
    expect(await refusedOnce(reason)).toEqual([refused, ...decided]);
  });

  it("answers 503 with Retry-After over HTTP, and decides nothing", async () => {
    const server = await TestServer.start([SEED], ":memory:", 0);
    const { serial } = SEED;
    const code = codeOf(SEED, server.now);
    const { status, json, headers } = await server.send("verify", "POST", "/v1/verify", {
      serial,
      code,
    });
    expect([status, json.code, headers["retry-after"]]).toEqual([503, "overloaded", "1"]);
    expect(await server.store.listAudit({ after: 0, limit: 9, serial })).toEqual([]);
    await server.close();
  });
});
