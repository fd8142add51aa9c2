import { createHash, type KeyObject } from "node:crypto";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { auditToArchive, checkpoints } from "./audit-export.js";
import { encodeAuditLine, proofOf } from "./audit-file.js";
import { proveFiles } from "./audit-prove.js";
import { AuditFault } from "./core/audit-proof.js";
import { type Caller, entryBy } from "./core/caller.js";
import type { Store } from "./store/store.js";
import { streamInto, wholeFile } from "../firmware/seedfile/whole-file.js";

/** Rows deleted in one transaction: some milliseconds' worth, for which a server's commit may wait. */
const DELETED_AT_ONCE = 500;
/** Milliseconds between two: servers over the same file have their turn. */
const PAUSE = 10;

/** What was archived: the checkpoints, and how many rows they cover. */
export interface Archived {
  readonly first: number;
  readonly last: number;
  readonly rows: number;
  /** Of the file. */
  readonly sha256: string;
}

/** Somebody else has archived meanwhile: what was written is spare. */
export class ArchivedMeanwhile extends Error {
  override readonly name = "ArchivedMeanwhile";
}

/**
 * Writes what checkpoints from before a time cover, and was not archived yet, into a file: the same as is
 * exported. Once it is proved and on the disk, the store is told that these rows may go.
 * @param before Unix milliseconds
 * @returns undefined where there is nothing to archive; then there is no file
 * @throws AuditFault where the rows are not what was signed: nothing is archived then;
 *   ArchivedMeanwhile; InputError where the file cannot be written
 */
export async function archiveAudit(
  store: Store,
  publicKey: KeyObject,
  before: number,
  out: string,
  caller: Caller,
): Promise<Archived | undefined> {
  const after = await store.archivedAudit();
  let last = after;
  for await (const checkpoint of checkpoints(store, after)) {
    if (checkpoint.at >= before) break;
    last = checkpoint.number;
  }
  if (last === after) return undefined;
  const archived = await wholeFile(out, "--out", async (partial) => {
    const lines = async function* (): AsyncGenerator<string> {
      for await (const line of auditToArchive(store, after, last)) {
        yield `${encodeAuditLine(line)}\n`;
      }
    };
    await pipeline(Readable.from(lines()), streamInto(partial));
    const proved = await proveFiles([partial], proofOf(publicKey));
    if (!proved.whole) throw new AuditFault(`line ${String(proved.line)}: ${proved.fault}`);
    const digest = createHash("sha256");
    await pipeline(createReadStream(partial), digest);
    const sha256 = digest.digest("hex");
    return { first: after + 1, last: proved.last.number, rows: proved.rows, sha256 };
  });
  const entry = entryBy(caller, "archive", "archived", { ...archived, file: out });
  if (await store.markArchived(after, archived.last, entry)) return archived;
  throw new ArchivedMeanwhile();
}

/**
 * Deletes what was archived, also by a run before that broke off; in small transactions, so that servers
 * go on between them.
 * @returns how many rows
 */
export async function deleteArchived(
  store: Store,
  onDeleted: (rows: number) => void = () => undefined,
): Promise<number> {
  for (let total = 0; ;) {
    const rows = await store.deleteArchived(DELETED_AT_ONCE);
    total += rows;
    onDeleted(rows);
    if (rows === 0) return total;
    await sleep(PAUSE);
  }
}
