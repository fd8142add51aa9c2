import { generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArchivedMeanwhile, archiveAudit, deleteArchived } from "../../server/audit-archive.js";
import { provableAudit } from "../../server/audit-export.js";
import { encodeAuditLine, proofOf } from "../../server/audit-file.js";
import { proveFiles } from "../../server/audit-prove.js";
import { signAudit } from "../../server/audit-signer.js";
import type { Book } from "../../server/core/book.js";
import { AuditFault } from "../../server/core/audit-proof.js";
import { liftRestored, sayRestored, takeOver } from "../../server/provenance.js";
import type { Store } from "../../server/store/store.js";
import { contractOf, userOf } from "../support/core-bank.js";
import { testDirectory } from "../support/directory.js";
import { newToken, type StoreFixture } from "./store-contract.js";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const CALLER = { at: 9000, actor: "test", source: undefined };

/** What every store does with a copy of it that was put back, and with an audit that grows old. */
export function keepingStoreContract(name: string, open: () => Promise<StoreFixture>): void {
  let fixture: StoreFixture;
  let store: Store;
  let directory: string;
  const at = (file: string): string => join(directory, file);
  beforeEach(async () => {
    directory = testDirectory();
    fixture = await open();
    ({ store } = fixture);
  });
  afterEach(async () => {
    await store.close();
  });
  /** Rows of the audit, by this process or another. */
  const say = async (count: number, by = store): Promise<void> => {
    const caller = { actor: "test", source: undefined, at: 5 };
    const decide = (book: Book): void => {
      book.record(caller, "verify", "wrong_code");
    };
    await by.decide(Array.from({ length: count }, () => ({ about: {}, decide })));
  };
  const rows = async () => store.listAudit({ after: 0, limit: 1000 });

  describe(`a restored database: ${name}`, () => {
    it("tells of itself and of each of its tokens when it was restored, until that is lifted", async () => {
      await store.importTokens(batch("10000001"), () => entryOf("import"));
      const told = async () => {
        const about = { serials: ["10000001"], narrow: true };
        const decide = (book: Book) => book.token("10000001")?.restoredAt;
        const [outcome] = await store.decide([{ about, decide }]);
        const [listed] = await store.listTokens("", 1);
        const [found] = await store.tokensBySerial(["10000001"]);
        const { answer } = outcome as { answer: unknown };
        return [await store.restoredAt(), answer, listed!.restoredAt, found!.restoredAt];
      };
      const four = (time: number | undefined) => Array.from({ length: 4 }, () => time);
      expect(await told()).toEqual(four(undefined));
      await sayRestored(store, { actor: "test", source: undefined, at: 5_000_400 });
      expect(await told()).toEqual(four(5001));
      const other = await fixture.again();
      expect(await other.restoredAt()).toBe(5001);
      await other.close();
      // Of two restores the later one holds, whatever order they are told in.
      await sayRestored(store, { actor: "test", source: undefined, at: 4_000_000 });
      expect(await told()).toEqual(four(5001));
      await liftRestored(store, { actor: "test", source: undefined, at: 9_000_000 });
      expect(await told()).toEqual(four(undefined));
      const said = (await rows()).map(({ event, result }) => `${event} ${result}`);
      expect(said.slice(1)).toEqual(["restore restored", "restore restored", "restore lifted"]);
    });

    it("has nobody logged in any more", async () => {
      const session = { id: Buffer.alloc(32, 1), owner: { user: "a" }, createdAt: 1000 };
      await store.decide([
        {
          about: { contracts: ["C1"] },
          decide: (book) => {
            book.setContract(contractOf("C1"));
            book.setUser(userOf("a"));
            book.openSession(session);
          },
        },
      ]);
      expect(await store.session(session.id, 1000)).toBeDefined();
      await sayRestored(store, { actor: "test", source: undefined, at: 5_000_000 });
      expect(await store.session(session.id, 1000)).toBeUndefined();
    });

    it("is none where nobody has copied it", async () => {
      expect(
        await takeOver(store, { actor: "test", source: undefined, at: 5_000_000 }),
      ).toBeUndefined();
      expect(await rows()).toEqual([]);
    });
  });

  describe(`an archived audit: ${name}`, () => {
    const signed = (hour: number) => signAudit(store, privateKey, hour * 1000);
    const archive = (before: number, file: string) =>
      archiveAudit(store, publicKey, before * 1000, at(file), CALLER);
    const prove = (...files: string[]) => proveFiles(files.map(at), proofOf(publicKey));
    const exported = async (file: string) => {
      const lines: string[] = [];
      for await (const line of provableAudit(store, 0, Infinity)) lines.push(encodeAuditLine(line));
      writeFileSync(at(file), lines.map((line) => `${line}\n`).join(""));
    };

    it("proves what is left with it, or without it, and goes on", async () => {
      const other = await fixture.again();
      await say(7);
      await say(5, other);
      await signed(1);
      await say(3);
      await signed(2);
      await say(4, other);
      await other.close();
      await signed(3);
      await say(2);
      expect(await archive(1, "none")).toBeUndefined();
      expect(existsSync(at("none"))).toBe(false);
      expect(await archive(3, "one")).toMatchObject({ first: 1, last: 2, rows: 15 });
      expect(await prove("one")).toMatchObject({ whole: true, rows: 15 });
      expect(await deleteArchived(store)).toBe(15);
      expect(await deleteArchived(store)).toBe(0);
      // Six that were written, one that says what was archived.
      expect((await rows()).map(({ event }) => event)).toEqual([
        ...Array.from({ length: 6 }, () => "verify"),
        "archive",
      ]);
      await exported("left");
      expect(await prove("left")).toMatchObject({ whole: true, rows: 4 });
      expect(await prove("one", "left")).toMatchObject({ whole: true, rows: 19 });
      await signed(4);
      expect(await archive(5, "two")).toMatchObject({ first: 3, last: 4, rows: 7 });
      await deleteArchived(store);
      await exported("anchors");
      expect(await prove("one", "two", "anchors")).toMatchObject({ whole: true, rows: 22 });
      await say(1);
      await signed(5);
      await exported("left");
      expect(await prove("one", "two", "left")).toMatchObject({ whole: true, rows: 24 });
      expect(await prove("one", "left")).toMatchObject({
        whole: false,
        file: at("left"),
        fault: "does not begin where the file before ended",
      });
      expect(await prove("two", "one")).toMatchObject({ whole: false, file: at("one"), line: 1 });
      expect(await prove("anchors")).toMatchObject({ fault: "holds no checkpoint" });
    });

    it("that was edited does not prove", async () => {
      await say(5);
      await signed(1);
      await archive(2, "one");
      const text = readFileSync(at("one"), "utf8");
      writeFileSync(at("one"), text.replace("wrong_code", "accepted"));
      expect(await prove("one")).toMatchObject({ whole: false, line: 1 });
    });

    it("holds nothing that does not prove, and nothing is deleted then", async () => {
      await say(5);
      await signed(1);
      const key = generateKeyPairSync("ed25519").publicKey;
      await expect(archiveAudit(store, key, 9000, at("one"), CALLER)).rejects.toThrow(AuditFault);
      expect(existsSync(at("one"))).toBe(false);
      expect(await deleteArchived(store)).toBe(0);
      expect(await rows()).toHaveLength(5);
    });

    it("loses nothing where a run breaks off between the file and the deletion, or in its midst", async () => {
      await say(1200);
      await signed(1);
      await archive(2, "one");
      expect(await store.deleteArchived(500)).toBe(500);
      // As it stands after a crash: the file is whole, and what is left in the store too.
      await exported("left");
      expect(await prove("one", "left")).toMatchObject({ whole: true, rows: 1200 });
      expect(await archive(2, "two")).toBeUndefined();
      expect(await deleteArchived(store)).toBe(700);
      expect(await rows()).toHaveLength(1);
    });

    it("is archived by one of two at a time", async () => {
      await say(5);
      await signed(1);
      const slow: Store = { ...store, archivedAudit: () => Promise.resolve(0) };
      await archive(2, "one");
      await expect(archiveAudit(slow, publicKey, 2000, at("two"), CALLER)).rejects.toBeInstanceOf(
        ArchivedMeanwhile,
      );
    });

    it("is not exported while it is archived", async () => {
      await say(5);
      await signed(1);
      const lines = provableAudit(store, 0, Infinity);
      await lines.next();
      await archive(2, "one");
      const rest = async (): Promise<void> => {
        let step = await lines.next();
        while (!step.done) step = await lines.next();
      };
      await expect(rest()).rejects.toThrow("was archived while it was exported");
    });

    it("is all that the schema lets go: rows that were archived, as far as a checkpoint covers them", async () => {
      await say(5);
      const first = await signed(1);
      await say(3);
      const { writer } = first!.heads[0]!;
      const mark = (sequence: number, checkpoint: number) =>
        name === "SQLite"
          ? `INSERT INTO audit_archived
             SELECT id, ${String(sequence)}, ${String(checkpoint)} FROM audit_writers`
          : `INSERT INTO audit_archived
             VALUES ('${writer}', ${String(sequence)}, ${String(checkpoint)})`;
      const refused = async (sql: string, why: string | RegExp) => {
        await expect(Promise.resolve().then(() => fixture.raw(sql))).rejects.toThrow(why);
      };
      await refused("DELETE FROM audit", "append-only");
      await refused(mark(8, 1), "no checkpoint covers");
      await refused(mark(5, 2), "no checkpoint covers");
      await archive(2, "one");
      await refused("DELETE FROM audit", "append-only");
      await refused("DELETE FROM audit WHERE sequence = 6", "append-only");
      await refused("UPDATE audit SET event = 'x' WHERE sequence = 1", "append-only");
      const stays = /append-only|stays archived/;
      await refused("UPDATE audit_archived SET sequence = 8", stays);
      await refused("DELETE FROM audit_archived", stays);
      expect(await rows()).toHaveLength(9);
      await fixture.raw("DELETE FROM audit WHERE sequence <= 5");
      expect(await rows()).toHaveLength(4);
    });
  });
}

async function* batch(serial: string) {
  yield await Promise.resolve([newToken(serial)]);
}

function entryOf(event: string) {
  const whom = { serial: undefined, actor: "test", source: undefined, detail: {} };
  return { at: 0, event, result: "done", ...whom };
}
