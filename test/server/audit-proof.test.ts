import { generateKeyPairSync, sign } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { provableAudit } from "../../server/audit-export.js";
import { decodeAuditLine, encodeAuditLine, proofOf } from "../../server/audit-file.js";
import { AuditSigner, signAudit } from "../../server/audit-signer.js";
import { auditText, CHAIN_START } from "../../server/core/audit.js";
import { type AuditCheckpoint, checkpointText } from "../../server/core/audit-checkpoint.js";
import { AuditFault, AuditReader } from "../../server/core/audit-proof.js";
import { buildApp } from "../../server/http/app.js";
import { issueApiKey } from "../../server/api-keys.js";
import { openVault } from "../../server/open.js";
import { openConnection } from "../../server/store/sqlite-driver.js";
import { openSqlite } from "../../server/store/sqlite.js";
import type { Store } from "../../server/store/store.js";
import { runCli } from "../support/cli.js";
import { LogLines } from "../support/log-lines.js";
import { SeededRandom } from "../support/random.js";
import { suiteDirectory } from "../support/directory.js";
import { MASTER_KEY, NOW } from "../support/server.js";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const directory = suiteDirectory();
const at = (name: string): string => join(directory, name);

/** Two processes write, four checkpoints are signed; the third one is kept elsewhere. */
async function written(): Promise<{ stores: Store[]; kept: AuditCheckpoint }> {
  const stores = [openSqlite(at("audit.db")), openSqlite(at("audit.db"))];
  const random = new SeededRandom("audit");
  const signed: AuditCheckpoint[] = [];
  for (let hour = 1; hour <= 4; hour++) {
    for (let row = 0; row < 40; row++) {
      const actor = row === 0 ? "=SUM(1)" : `staff ${String(row)}`;
      const caller = { actor, source: "127.0.0.1", at: hour * 3_600_000 };
      // The first process has ended before the last hour.
      await stores[hour === 4 ? 1 : random.below(2)]!.decide([
        {
          about: {},
          decide: (book) => {
            book.record(
              caller,
              "verify",
              "wrong_code",
              { serial: "10000001" },
              { form: "=A1\u2028" },
            );
          },
        },
      ]);
    }
    const checkpoint = await signAudit(stores[0]!, privateKey, hour * 3_600_000 + 1);
    signed.push(checkpoint!);
  }
  return { stores, kept: signed[3]! };
}

async function exported(store: Store, from: number, to: number): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of provableAudit(store, from, to)) lines.push(encodeAuditLine(line));
  return lines;
}

/** What an auditor finds in a text, with a checkpoint kept elsewhere. */
function faultOf(lines: readonly string[], kept?: AuditCheckpoint): string | undefined {
  const reader = new AuditReader(proofOf(publicKey), kept);
  try {
    for (const line of lines) reader.take(decodeAuditLine(line));
    reader.end();
  } catch (error) {
    if (error instanceof AuditFault) return error.message;
    throw error;
  }
  return undefined;
}

/** One edit of an exported audit. */
function edit(lines: readonly string[], random: SeededRandom): string[] {
  const [one, other] = [random.below(lines.length), random.below(lines.length)];
  const edited = [...lines];
  const line = lines[one]!;
  const place = random.below(line.length);
  const changes: (() => void)[] = [
    () => edited.splice(one, 1, line.slice(0, place) + "~" + line.slice(place + 1)),
    () => edited.splice(one, 1, line.slice(0, place) + line.slice(place + 1)),
    () => edited.splice(one, 1, line.slice(0, place) + "0" + line.slice(place)),
    () => edited.splice(one, 1),
    () => edited.splice(one, 1 + random.below(5)),
    () => edited.splice(one, 0, lines[other]!),
    () => edited.splice(one, 1, lines[other]!),
    () => edited.splice(one === other ? one + 1 : other, 0, ...edited.splice(one, 1)),
    () => (edited.length = one),
  ];
  random.pick(changes)();
  return edited;
}

let stores: Store[];
let kept: AuditCheckpoint;
let whole: string[];
beforeAll(async () => {
  ({ stores, kept } = await written());
  whole = await exported(stores[0]!, 0, Infinity);
});
afterAll(async () => {
  for (const store of stores) await store.close();
});

describe("an exported audit", () => {
  it("is proved by its checkpoints", () => {
    expect(whole).toHaveLength(164);
    expect(faultOf(whole, kept)).toBeUndefined();
  });

  it("shows every one of 1,000 random edits", () => {
    const random = new SeededRandom("edits");
    let edits = 0;
    while (edits < 1000) {
      const edited = edit(whole, random);
      if (edited.join("\n") === whole.join("\n")) continue;
      edits += 1;
      expect(
        faultOf(edited, kept),
        edited.find((line, i) => line !== whole[i]),
      ).toBeDefined();
    }
  });

  it("shows a row that was written anew with the chain behind it", () => {
    // Whoever has the database can make a chain that is right in itself; the heads are signed.
    const forged = whole.map((line) => line.replace('"wrong_code"', '"accepted"'));
    const hashes = new Map<string, Uint8Array>();
    const { sha256 } = proofOf(publicKey);
    const chained = forged.map((text) => {
      const object = JSON.parse(text) as { kind: string };
      if (object.kind !== "row") return text;
      const row = JSON.parse(text) as Record<string, never>;
      const of = { ...row, at: Date.parse(row.at!) } as never as Parameters<typeof auditText>[0];
      const hash = sha256(hashes.get(of.writer) ?? CHAIN_START, auditText(of));
      hashes.set(of.writer, hash);
      return JSON.stringify({ ...row, hash: Buffer.from(hash).toString("hex") });
    });
    expect(faultOf(chained, kept)).toMatch(/do not lead to the checkpoint/);
  });

  it("shows rows of a writer that nobody signed for", () => {
    const line = decodeAuditLine(whole[0]!);
    if (line.kind !== "row") throw new Error("the first line is a row");
    const row = { ...line.row, writer: "zz", sequence: 1 };
    const hash = proofOf(publicKey).sha256(CHAIN_START, auditText(row));
    const forged = encodeAuditLine({ kind: "row", row: { ...row, hash } });
    const checkpoint = whole.findIndex((each) => each.includes('"kind":"checkpoint"'));
    expect(faultOf(whole.toSpliced(checkpoint, 0, forged))).toBe(
      "a checkpoint does not cover all rows before it",
    );
  });

  it("of a part is proved too, from its anchors on", async () => {
    const part = await exported(stores[0]!, 3 * 3_600_000 + 1, Infinity);
    expect(faultOf(part, kept)).toBeUndefined();
    expect(part.filter((line) => line.includes('"kind":"row"'))).toHaveLength(80);
    const random = new SeededRandom("part");
    for (let count = 0; count < 200; count++) {
      const edited = edit(part, random);
      if (edited.join("\n") === part.join("\n")) continue;
      // Without the anchor of a writer that is heard of no more the part proves the same.
      const spare = edited.length === part.length - 1 && part[0]!.includes('"kind":"anchor"');
      if (spare && edited.slice(-80).join("\n") === part.slice(-80).join("\n")) continue;
      expect(faultOf(edited, kept)).toBeDefined();
    }
  });

  it("has its anchors in their order", async () => {
    const part = await exported(stores[0]!, 3 * 3_600_000 + 1, Infinity);
    const [one] = whole.filter((line) => line.includes('"kind":"checkpoint"'));
    const anchor = one!.replace('"checkpoint"', '"anchor"');
    const first = part.findIndex((line) => !line.includes('"kind":"anchor"'));
    expect(faultOf(part.toSpliced(first, 0, anchor))).toBe("an anchor is out of order");
    expect(faultOf(part.toSpliced(first + 1, 0, anchor))).toBe("an anchor stands behind rows");
  });

  it("is not the one of which another checkpoint was kept", () => {
    const other = { ...kept, at: kept.at + 1 };
    const signature = sign(null, Buffer.from(checkpointText(other)), privateKey);
    expect(faultOf(whole, { ...other, signature })).toBe(
      "checkpoint 4 is not the one that was kept",
    );
  });

  it("that begins behind the checkpoint that was kept does not stand for it", async () => {
    const part = await exported(stores[0]!, 4 * 3_600_000, Infinity);
    const line = decodeAuditLine(whole.find((each) => each.includes('"kind":"checkpoint"'))!);
    if (line.kind === "row") throw new Error("a checkpoint is no row");
    expect(faultOf(whole, line.checkpoint)).toBeUndefined();
    expect(faultOf(part, kept)).toBeUndefined();
    expect(faultOf(part, line.checkpoint)).toBe("does not hold checkpoint 1, which was kept");
  });

  it("that another key signed is none", () => {
    const other = generateKeyPairSync("ed25519").publicKey;
    const reader = new AuditReader(proofOf(other));
    expect(() => {
      for (const line of whole) reader.take(decodeAuditLine(line));
    }).toThrow("signature");
  });
});

describe("warifu audit", () => {
  const env = { WARIFU_DB: `sqlite:${at("audit.db")}` };
  const run = (...args: string[]) => runCli(["audit", ...args], env);

  it("signs, exports and verifies", async () => {
    writeFileSync(at("key.pem"), privateKey.export({ type: "pkcs8", format: "pem" }));
    writeFileSync(at("key.pub"), publicKey.export({ type: "spki", format: "pem" }));
    const none = await run("checkpoint", "--key-file", at("key.pem"));
    expect(none).toMatchObject({ code: 0, stdout: "" });
    writeFileSync(
      at("kept.json"),
      encodeAuditLine({ kind: "checkpoint", checkpoint: kept }) + "\n",
    );
    const out = await run("export", "--out", at("audit.jsonl"), "--json");
    expect(JSON.parse(out.stdout)).toMatchObject({ rows: 160, format: "jsonl" });
    const check = ["--public-key", at("key.pub"), "--checkpoint", at("kept.json"), "--json"];
    const whole = await run("verify", at("audit.jsonl"), ...check);
    expect([whole.code, JSON.parse(whole.stdout)]).toMatchObject([
      0,
      { whole: true, rows: 160, firstCheckpoint: 1, lastCheckpoint: 4 },
    ]);
    const text = readFileSync(at("audit.jsonl"), "utf8");
    for (const changed of [text.replace("staff 7", "staff 8"), text.slice(0, -1)]) {
      writeFileSync(at("changed.jsonl"), changed);
      const { code, stdout } = await run("verify", at("changed.jsonl"), ...check);
      expect([code, JSON.parse(stdout)]).toMatchObject([1, { whole: false }]);
    }
  });

  it("exports a table of a time, safe to open in a spreadsheet", async () => {
    const range = ["--from", "1970-01-01T02:00:00Z", "--to", "1970-01-01T03:00:00Z"];
    const { code } = await run("export", "--format", "csv", "--out", at("audit.csv"), ...range);
    expect(code).toBe(0);
    const table = readFileSync(at("audit.csv"), "utf8").trimEnd().split("\n");
    expect(table[0]).toBe("id,at,event,result,serial,actor,source,detail");
    expect(table).toHaveLength(41);
    expect(table[1]).toContain(",'=SUM(1),");
  });

  it("names what is wrong with its options, and writes nothing", async () => {
    const message = async (...args: string[]) => {
      const { code, stderr } = await run(...args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await message("export", "--out", at("audit.jsonl"))).toContain("exists already");
    const to = ["--from", "2026-01-02T00:00:00Z", "--to", "2026-01-01T00:00:00Z"];
    expect(await message("export", "--out", at("x"), ...to)).toContain("--to");
    expect(await message("export", "--out", at("x"), "--format", "xml")).toContain("--format");
    expect(await message("export", "--out", at("no/x"))).toContain("--out");
    expect(existsSync(at("x"))).toBe(false);
    const wrong = await message("checkpoint", "--key-file", at("key.pub"));
    expect(wrong).toContain("holds no Ed25519 private key");
    const check = (...rest: string[]) => message("verify", ...rest);
    expect(await check(at("audit.jsonl"), "--public-key", at("nothing"))).toContain("--public-key");
    const keyed = ["--public-key", at("key.pub")];
    expect(await check(at("nothing"), ...keyed)).toContain("cannot be read");
    expect(await check(at("audit.jsonl"), ...keyed, "--checkpoint", at("key.pub"))).toContain(
      "--checkpoint",
    );
  });

  it("archives what old checkpoints cover, and what is left goes on from it", async () => {
    const archive = (before: string, file: string) => {
      const keyed = ["--public-key", at("key.pub"), "--json"];
      return run("archive", "--before", before, "--out", at(file), ...keyed);
    };
    const first = await archive("1970-01-01T03:00:00Z", "old.jsonl");
    const moved = { firstCheckpoint: 1, lastCheckpoint: 2, rows: 80, deleted: 80 };
    expect(JSON.parse(first.stdout)).toEqual({ file: at("old.jsonl"), ...moved });
    const nothing = await archive("1970-01-01T03:00:00Z", "none.jsonl");
    expect(JSON.parse(nothing.stdout)).toMatchObject({ file: null, rows: 0, deleted: 0 });
    expect(existsSync(at("none.jsonl"))).toBe(false);

    await run("export", "--out", at("rest.jsonl"));
    const check = ["--public-key", at("key.pub"), "--checkpoint", at("kept.json"), "--json"];
    const both = await run("verify", at("old.jsonl"), at("rest.jsonl"), ...check);
    expect(JSON.parse(both.stdout)).toMatchObject({ whole: true, rows: 160, lastCheckpoint: 4 });
    const order = await run("verify", at("rest.jsonl"), at("old.jsonl"), ...check);
    expect([order.code, JSON.parse(order.stdout)]).toMatchObject([1, { whole: false }]);
  });

  it("archives nothing of an audit that was changed", async () => {
    const db = openConnection(at("audit.db"));
    db.exec("DROP TRIGGER audit_keeps_rows");
    db.exec("UPDATE audit SET result = 'accepted' WHERE id = (SELECT min(id) + 10 FROM audit)");
    db.close();
    const rest = ["--out", at("broken.jsonl"), "--public-key", at("key.pub")];
    const { code, stderr } = await run("archive", "--before", "2026-01-01T00:00:00Z", ...rest);
    expect([code, stderr]).toEqual([2, expect.stringContaining("the audit is not whole")]);
    expect(existsSync(at("broken.jsonl"))).toBe(false);
  });

  it("exports nothing where rows cannot be read, and leaves a file that is there alone", async () => {
    const db = openConnection(at("audit.db"));
    db.exec("UPDATE audit SET detail = '{'");
    db.close();
    const before = readFileSync(at("audit.jsonl"));
    const { code, stderr } = await run("export", "--out", at("audit.jsonl"));
    expect([code, stderr]).toEqual([2, expect.stringContaining("exists already")]);
    expect(readFileSync(at("audit.jsonl"))).toEqual(before);
    await expect(run("export", "--out", at("unread.jsonl"))).rejects.toThrow(SyntaxError);
    expect(existsSync(at("unread.jsonl"))).toBe(false);
  });
});

describe("a server with the audit's key", () => {
  it("signs when it stops, and logs the checkpoint", async () => {
    const store = openSqlite(at("served.db"));
    const vault = await openVault(store, MASTER_KEY);
    const log = new LogLines();
    const now = (): number => NOW;
    const logger = { level: "info", stream: log.stream };
    const app = await buildApp({ store, vault, now, logger, auditKey: privateKey });
    const { key } = await issueApiKey(store, "verify", {
      actor: "test",
      source: undefined,
      at: NOW,
    });
    const verify = { serial: "10000001", code: "123456" };
    const headers = { authorization: `Bearer ${key}` };
    await app.inject({ method: "POST", url: "/v1/verify", headers, payload: verify });
    await app.close();
    const logged = log.lines.find(({ msg }) => msg === "the audit is signed");
    const again = openSqlite(at("served.db"));
    const whole = await exported(again, 0, Infinity);
    await again.close();
    expect(logged?.checkpoint).toBe(whole.at(-1));
    expect(whole).toHaveLength(3);
    expect(faultOf(whole)).toBeUndefined();
  });
});

it("a signing that is under way has ended once the signer has stopped", async () => {
  let [underWay, signings] = [0, 0];
  const checkpointAudit = async (): Promise<undefined> => {
    signings++;
    expect(++underWay).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    underWay--;
  };
  const store = { checkpointAudit } as unknown as Store;
  const onError = vi.fn();
  const signer = new AuditSigner(store, privateKey, Date.now, () => undefined, onError);
  void signer.sign();
  await signer.stop();
  expect([underWay, signings]).toEqual([0, 2]);
  expect(onError).not.toHaveBeenCalled();
});
