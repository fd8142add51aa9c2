import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sha256 } from "../../server/hashes.js";
import { type AuditEntry, auditText, chain, CHAIN_START } from "../../server/core/audit.js";
import {
  type AuditCheckpoint,
  type AuditHead,
  checkpointText,
} from "../../server/core/audit-checkpoint.js";
import { type AuditLine, AuditFault, AuditReader } from "../../server/core/audit-proof.js";

const NOTHING = new Uint8Array(0);
/** Stands in for a signature: whoever has no key cannot make it either. */
const signatureOf = (text: string): Uint8Array => sha256(NOTHING, `the key ${text}`);
const PROOF = {
  sha256,
  signed: (text: string, signature: Uint8Array) =>
    Buffer.from(signatureOf(text)).equals(Buffer.from(signature)),
};

/** An audit as it is written: at each hour each writer adds so many rows, then a checkpoint is signed. */
function written(hours: readonly Readonly<Record<string, number>>[]): AuditLine[] {
  const heads = new Map<string, AuditHead>();
  let before: Uint8Array = CHAIN_START;
  return hours.flatMap((hour, index) => {
    const rows = Object.entries(hour).flatMap(([writer, count]) => {
      const entries = Array.from({ length: count }, (_, row) => entryOf(index, row));
      return chain(entries, writer, heads.get(writer) ?? START, sha256);
    });
    for (const { writer, sequence, hash } of rows) heads.set(writer, { writer, sequence, hash });
    const names = new Set(rows.map(({ writer }) => writer));
    const checkpoint = signed({
      ...{ number: index + 1, at: index * 3_600_000, before },
      heads: [...names].map((writer) => heads.get(writer)!),
    });
    before = sha256(NOTHING, checkpointText(checkpoint));
    return [...rows.map((row) => ({ kind: "row", row }) as const), line("checkpoint", checkpoint)];
  });
}
const START = { sequence: 0, hash: CHAIN_START };

function entryOf(hour: number, row: number): AuditEntry {
  return {
    ...{ at: hour * 3_600_000 + row, event: "verify", result: "accepted", actor: "K1" },
    ...{ serial: row % 2 ? "12345678" : undefined, source: row % 3 ? "::1" : undefined },
    detail: { user: "ichiro", count: row },
  };
}

function signed(checkpoint: Omit<AuditCheckpoint, "signature">): AuditCheckpoint {
  return { ...checkpoint, signature: signatureOf(checkpointText(checkpoint)) };
}

function line(kind: "anchor" | "checkpoint", checkpoint: AuditCheckpoint): AuditLine {
  return { kind, checkpoint };
}

/** What is wrong with an export, or one and another joined; undefined where it proves what it says. */
function faultOf(
  lines: readonly AuditLine[],
  kept?: AuditCheckpoint,
  joined?: readonly AuditLine[],
): string | undefined {
  const reader = new AuditReader(PROOF, kept);
  try {
    for (const each of lines) reader.take(each);
    if (joined) reader.join();
    for (const each of joined ?? []) reader.take(each);
    reader.end();
  } catch (error) {
    if (error instanceof AuditFault) return error.message;
    throw error;
  }
  return undefined;
}

const checkpointsOf = (lines: readonly AuditLine[]): AuditCheckpoint[] =>
  lines.flatMap((each) => (each.kind === "row" ? [] : [each.checkpoint]));

describe("a row's text, which its hash covers", () => {
  it("is JSON of all its fields, in an order that does not hang on how they were put together", () => {
    const [row] = chain([entryOf(0, 1)], "w1", { sequence: 41, hash: CHAIN_START }, sha256);
    const text =
      '["w1",42,1,"verify","accepted","12345678","K1","::1",[["count",1],["user","ichiro"]]]';
    expect(auditText(row!)).toBe(text);
    expect(auditText({ ...row!, detail: { count: 1, user: "ichiro" } })).toBe(text);
    expect(row!.hash).toEqual(sha256(CHAIN_START, text));
    const nobody = { ...row!, serial: undefined, source: undefined, detail: {} };
    expect(auditText(nobody)).toBe('["w1",42,1,"verify","accepted",null,"K1",null,[]]');
  });

  it("goes with the hash before it, which begins as 32 zero bytes", () => {
    expect(CHAIN_START).toEqual(new Uint8Array(32));
    const [one, two] = chain([entryOf(0, 0), entryOf(0, 1)], "w1", START, sha256);
    expect([one!.sequence, two!.sequence]).toEqual([1, 2]);
    expect(two!.hash).toEqual(sha256(one!.hash, auditText(two!)));
  });
});

describe("a checkpoint's text, which its signature covers", () => {
  it("is JSON of all its fields in order, hashes as two hex digits a byte", () => {
    const heads = [{ writer: "w1", sequence: 7, hash: Uint8Array.of(0, 10, 255) }];
    expect(checkpointText({ number: 3, at: 9, before: Uint8Array.of(1), heads })).toBe(
      '["warifu audit checkpoint",3,9,"01",[["w1",7,"000aff"]]]',
    );
  });
});

describe("rule 57: what an audit proves", () => {
  const hour = fc.record({ a: fc.nat(3), b: fc.nat(3), c: fc.nat(3) });
  const hours = fc.array(hour, { minLength: 1, maxLength: 5 });

  it("is whatever was written, whole or from any checkpoint on", () => {
    fc.assert(
      fc.property(hours, fc.nat(), (drawn, place) => {
        const lines = written(drawn);
        const all = checkpointsOf(lines);
        expect(faultOf(lines, all.at(-1))).toBeUndefined();
        const reader = new AuditReader(PROOF);
        for (const each of lines) reader.take(each);
        expect(reader).toMatchObject({ rows: lines.length - all.length });
        expect([reader.first, reader.last]).toEqual([all[0], all.at(-1)]);
        const from = place % all.length;
        const behind = lines.findIndex(
          (each) => each.kind !== "row" && each.checkpoint === all[from - 1],
        );
        const anchors = all.slice(0, from).map((each) => line("anchor", each));
        expect(faultOf([...anchors, ...lines.slice(behind + 1)], all.at(-1))).toBeUndefined();
      }),
    );
  });

  it("is as much in files that follow each other, and in no others", () => {
    fc.assert(
      fc.property(hours, fc.nat(), fc.nat(), (drawn, place, cut) => {
        const lines = written([...drawn, { a: 1, b: 0, c: 0 }]);
        const all = checkpointsOf(lines);
        const from = 1 + (place % (all.length - 1));
        const behind = lines.findIndex(
          (each) => each.kind !== "row" && each.checkpoint === all[from - 1],
        );
        const anchors = all.slice(0, from).map((each) => line("anchor", each));
        const [first, rest] = [lines.slice(0, behind + 1), lines.slice(behind + 1)];
        const joined = (second: readonly AuditLine[]) => faultOf(first, all.at(-1), second);
        expect(joined([...anchors, ...rest])).toBeUndefined();
        // Anchors from before are known already: only where they lead to is asked.
        expect(joined([...anchors.slice(cut % from), ...rest])).toBeUndefined();
        const gap = "does not begin where the file before ended";
        expect(joined(rest)).toBe(gap);
        expect(joined([])).toBe(gap);
        if (from > 1) expect(joined([...anchors.slice(0, -1), ...rest])).toBe(gap);
        expect(joined([...anchors, ...anchors, ...rest])).toBe("an anchor is out of order");
      }),
    );
  });

  it("and nothing else: no line of it is left out, put in twice, moved or changed unseen", () => {
    const edits: ((lines: AuditLine[], one: number, other: number) => void)[] = [
      (lines, one) => lines.splice(one, 1),
      (lines, one, other) => lines.splice(other, 0, lines[one]!),
      (lines, one, other) => lines.splice(other, 0, ...lines.splice(one, 1)),
      (lines, one, other) => {
        [lines[one], lines[other]] = [lines[other]!, lines[one]!];
      },
      (lines, one) => {
        const each = lines[one]!;
        if (each.kind === "row") lines[one] = { ...each, row: { ...each.row, result: "other" } };
        else lines[one] = line(each.kind, { ...each.checkpoint, at: each.checkpoint.at + 1 });
      },
    ];
    fc.assert(
      fc.property(hours, fc.constantFrom(...edits), fc.nat(), fc.nat(), (drawn, edit, i, j) => {
        const lines = written(drawn);
        const edited = [...lines];
        edit(edited, i % lines.length, j % lines.length);
        fc.pre(edited.length !== lines.length || edited.some((each, k) => each !== lines[k]));
        expect(faultOf(edited, checkpointsOf(lines).at(-1))).toBeDefined();
      }),
    );
  });

  const lines = written([{ a: 2, b: 1 }, { a: 1 }, { b: 2 }]);
  const [first, second, third] = checkpointsOf(lines);
  const without = (...places: number[]) => lines.filter((_, place) => !places.includes(place));

  it.each<[string, readonly AuditLine[], AuditCheckpoint | undefined, string]>([
    ["nothing at all", [], undefined, "holds no checkpoint"],
    ["anchors alone", [line("anchor", first!)], undefined, "holds no checkpoint"],
    ["rows alone", lines.slice(0, 3), undefined, "ends without a checkpoint over its last rows"],
    ["a first row left out", without(0), undefined, "writer a goes from row 0 to another"],
    [
      "a row between left out",
      without(1),
      undefined,
      "the rows of writer a do not lead to the checkpoint",
    ],
    [
      "a writer's only row left out",
      without(2),
      undefined,
      "the rows of writer b do not lead to the checkpoint",
    ],
    ["the writers exchanged", [lines[2]!, lines[0]!], undefined, "a row is out of order"],
    ["a row written anew", [rewritten(lines[0]!)], undefined, "a row is not as it was written"],
    [
      "an hour and its checkpoint left out",
      without(4, 5),
      undefined,
      "a checkpoint does not follow the one before",
    ],
    [
      "the last checkpoint left out",
      lines.slice(0, -3),
      third,
      "ends before checkpoint 3, which was kept",
    ],
    [
      "an anchor after rows",
      [...lines.slice(0, 3), line("anchor", first!)],
      undefined,
      "an anchor stands behind rows",
    ],
    [
      "an anchor after a checkpoint",
      [...written([{}]), line("anchor", second!)],
      undefined,
      "an anchor stands behind rows",
    ],
    [
      "an anchor twice",
      [line("anchor", first!), line("anchor", first!)],
      undefined,
      "an anchor is out of order",
    ],
    [
      "a signature of nobody's",
      [line("anchor", { ...first!, at: 5 })],
      undefined,
      "a checkpoint's signature is not the key's",
    ],
    [
      "another one than was kept",
      lines,
      { ...second!, signature: NOTHING },
      "checkpoint 2 is not the one that was kept",
    ],
  ])("shows %s", (_name, edited, kept, fault) => {
    expect(faultOf(edited, kept)).toBe(fault);
  });

  it("shows rows that a right chain of the wrong length or content puts under a signature", () => {
    const lead = "the rows of writer a do not lead to the checkpoint";
    const [head] = first!.heads;
    const claiming = (claimed: Partial<AuditHead>) => {
      const heads = [{ ...head!, ...claimed }, ...first!.heads.slice(1)];
      return [...lines.slice(0, 3), line("checkpoint", signed({ ...first!, heads }))];
    };
    expect(faultOf(claiming({}))).toBeUndefined();
    expect(faultOf(claiming({ sequence: 3 }))).toBe(lead);
    expect(faultOf(claiming({ hash: new Uint8Array(32) }))).toBe(lead);
    const fewer = signed({ ...first!, heads: first!.heads.slice(0, 1) });
    expect(faultOf([...lines.slice(0, 3), line("checkpoint", fewer)])).toBe(
      "a checkpoint does not cover all rows before it",
    );
  });

  it("shows a checkpoint that was numbered anew, or leads from another", () => {
    const follow = "a checkpoint does not follow the one before";
    for (const changes of [{ number: 3 }, { before: CHAIN_START }]) {
      const other = line("checkpoint", signed({ ...second!, ...changes }));
      expect(faultOf([...lines.slice(0, 5), other])).toBe(follow);
    }
    const later = line("checkpoint", signed({ ...first!, number: 2 }));
    expect(faultOf([...lines.slice(0, 3), later])).toBe(follow);
  });

  it("is what a fault is known by", () => {
    expect(new AuditFault("x").name).toBe("AuditFault");
  });
});

function rewritten(each: AuditLine): AuditLine {
  if (each.kind !== "row") throw new Error("a checkpoint is no row");
  return { kind: "row", row: { ...each.row, result: "wrong_code" } };
}
