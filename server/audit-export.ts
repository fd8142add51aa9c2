import type { AuditCheckpoint } from "./core/audit-checkpoint.js";
import type { AuditLine } from "./core/audit-proof.js";
import { type ListedAuditRow, type Store, StoreUnavailable } from "./store/store.js";

const PAGE = 1000;

/**
 * The audit as it can be proved: whole checkpoints with the rows they cover, from the last one at or
 * before `from` to the first one at or after `to`; before them, as anchors, those that tell where the
 * chains stood. Rows that no checkpoint covers yet are left out, and those that were archived.
 * @param from Unix milliseconds, as `to`
 * @throws StoreUnavailable where rows are archived meanwhile
 */
export async function* provableAudit(
  store: Store,
  from: number,
  to: number,
): AsyncGenerator<AuditLine> {
  const archived = await store.archivedAudit();
  yield* provable(
    store,
    ({ number, at }) => number <= archived || at < from,
    ({ at }) => at >= to,
  );
  if ((await store.archivedAudit()) !== archived) {
    throw new StoreUnavailable("the audit was archived while it was exported");
  }
}

/** The checkpoints behind one and up to another, with all that proves them. */
export async function* auditToArchive(
  store: Store,
  after: number,
  last: number,
): AsyncGenerator<AuditLine> {
  yield* provable(
    store,
    ({ number }) => number <= after,
    ({ number }) => number === last,
  );
}

/** @param earlier whether a checkpoint stands before what is wanted; @param last whether it ends it */
async function* provable(
  store: Store,
  earlier: (checkpoint: AuditCheckpoint) => boolean,
  last: (checkpoint: AuditCheckpoint) => boolean,
): AsyncGenerator<AuditLine> {
  const ends = new Map<string, number>();
  for await (const checkpoint of anchors(store, earlier, ends))
    yield { kind: "anchor", checkpoint };
  for await (const checkpoint of checkpoints(store)) {
    if (earlier(checkpoint)) continue;
    for (const { writer, sequence } of checkpoint.heads) {
      for await (const row of chainOf(store, writer, ends.get(writer) ?? 0, sequence)) {
        yield { kind: "row", row };
      }
      ends.set(writer, sequence);
    }
    yield { kind: "checkpoint", checkpoint };
    if (last(checkpoint)) return;
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

/** The last of the earlier checkpoints, and those of them that alone name a writer's end. */
async function* anchors(
  store: Store,
  earlier: (checkpoint: AuditCheckpoint) => boolean,
  ends: Map<string, number>,
): AsyncGenerator<AuditCheckpoint> {
  const naming = new Map<string, number>();
  let last = 0;
  for await (const checkpoint of checkpoints(store)) {
    if (!earlier(checkpoint)) break;
    const { number, heads } = checkpoint;
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

/** Checkpoints by their numbers, behind one. */
export async function* checkpoints(store: Store, after = 0): AsyncGenerator<AuditCheckpoint> {
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
