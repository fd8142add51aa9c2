import type { AuditCheckpoint } from "./core/audit-checkpoint.js";
import type { AuditLine } from "./core/audit-proof.js";
import type { ListedAuditRow, Store } from "./store/store.js";

const PAGE = 1000;

/**
 * The audit as it can be proved: whole checkpoints with the rows they cover, from the last one at or
 * before `from` to the first one at or after `to`; before them, as anchors, those that tell where the
 * chains stood. Rows that no checkpoint covers yet are left out.
 * @param from Unix milliseconds, as `to`
 */
export async function* provableAudit(
  store: Store,
  from: number,
  to: number,
): AsyncGenerator<AuditLine> {
  const ends = new Map<string, number>();
  for await (const anchor of anchors(store, from, ends))
    yield { kind: "anchor", checkpoint: anchor };
  for await (const checkpoint of checkpoints(store)) {
    if (checkpoint.at < from) continue;
    for (const { writer, sequence } of checkpoint.heads) {
      for await (const row of chainOf(store, writer, ends.get(writer) ?? 0, sequence)) {
        yield { kind: "row", row };
      }
      ends.set(writer, sequence);
    }
    yield { kind: "checkpoint", checkpoint };
    if (checkpoint.at >= to) return;
  }
}

/** The rows of a time in the order they were written. */
export async function* auditBetween(
  store: Store,
  from: number,
  to: number,
): AsyncGenerator<ListedAuditRow> {
  let after = 0;
  for (;;) {
    const rows = await store.listAudit({ after, limit: PAGE });
    yield* rows.filter(({ at }) => at >= from && at < to);
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

/** The last checkpoint before a time, and the older ones that alone name a writer's end. */
async function* anchors(
  store: Store,
  from: number,
  ends: Map<string, number>,
): AsyncGenerator<AuditCheckpoint> {
  const naming = new Map<string, number>();
  let last = 0;
  for await (const { number, at, heads } of checkpoints(store)) {
    if (at >= from) break;
    last = number;
    for (const { writer, sequence } of heads) {
      naming.set(writer, number);
      ends.set(writer, sequence);
    }
  }
  const needed = new Set([...naming.values(), last]);
  for await (const checkpoint of checkpoints(store)) {
    if (checkpoint.number > last) return;
    if (needed.has(checkpoint.number)) yield checkpoint;
  }
}

async function* checkpoints(store: Store): AsyncGenerator<AuditCheckpoint> {
  let after = 0;
  for (;;) {
    const page = await store.auditCheckpoints(after, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)!.number;
  }
}

async function* chainOf(store: Store, writer: string, after: number, to: number) {
  while (after < to) {
    const rows = await store.auditOf(writer, after, Math.min(PAGE, to - after));
    if (rows.length === 0) return;
    yield* rows;
    after = rows.at(-1)!.sequence;
  }
}
