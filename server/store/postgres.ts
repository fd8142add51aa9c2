import { decideBatch } from "./decide-over.js";
import { POSTGRES_MIGRATIONS } from "./migrations/postgres.js";
import { keyMethods } from "./postgres-api-keys.js";
import { listAudit, MOVE_BASE } from "./postgres-audit.js";
import { archiveMethods } from "./postgres-audit-archive.js";
import { chainMethods } from "./postgres-audit-checkpoints.js";
import { bankMethods } from "./postgres-bank.js";
import { dataKeyMethods } from "./postgres-data-keys.js";
import { Database, type PostgresOptions } from "./postgres-database.js";
import { decideAll, readBook } from "./postgres-decide.js";
import { breaksSchema } from "./postgres-errors.js";
import { provenanceMethods } from "./postgres-provenance.js";
import { PATIENTLY } from "./postgres-statement.js";
import { tokenMethods } from "./postgres-tokens.js";
import { type Outcome, type Store, StoreUnavailable, type Work } from "./store.js";

/** The lock that whoever brings the schema up to date holds, of all advisory locks of the database. */
const MIGRATING = 7_730_982_115;

/**
 * Opens a PostgreSQL store, bringing its schema up to date; of several processes that start at once, one
 * does. While the database is away every method throws StoreUnavailable, and works again when it is back.
 * @param url as libpq takes it; what it leaves out comes from PGHOST and its like
 * @throws StoreUnavailable where the database cannot be used
 */
export async function openPostgres(url: string, options: PostgresOptions = {}): Promise<Store> {
  const db = new Database(url, options);
  try {
    await migrate(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return postgresStore(db);
}

async function migrate(db: Database): Promise<void> {
  await db.transaction(async (tx) => {
    const [, , [row] = []] = await tx.send(
      // Another process may be at work on a large schema for a while.
      PATIENTLY,
      { text: `SELECT pg_advisory_xact_lock(${String(MIGRATING)})`, once: true },
      { text: "SELECT to_regclass('schema_version') IS NOT NULL AS there", once: true },
    );
    const versions = "SELECT max(version) AS version FROM schema_version";
    const [found] = row?.there ? await tx.send({ text: versions, once: true }) : [[]];
    const done = (found?.[0]?.version as number | null | undefined) ?? 0;
    if (done > POSTGRES_MIGRATIONS.length) {
      throw new StoreUnavailable("the database was made by a later version of warifu");
    }
    const steps = POSTGRES_MIGRATIONS.slice(done).flatMap((text, index) => [
      { text, once: true },
      { text: `INSERT INTO schema_version VALUES (${String(done + index + 1)})`, once: true },
    ]);
    const table = "CREATE TABLE schema_version (version integer PRIMARY KEY)";
    const first = row?.there ? [] : [{ text: table, once: true }];
    await tx.commit(PATIENTLY, ...first, ...steps, { text: MOVE_BASE, once: true });
  });
}

function postgresStore(db: Database): Store {
  return {
    kind: "postgres",
    decide: <Answer>(works: readonly Work<Answer>[]) =>
      decideBatch(works, (some) => decideAll(db, some), breaksSchema) as Promise<Outcome<Answer>[]>,
    read: (about) => readBook(db, about),
    ...tokenMethods(db),
    ...keyMethods(db),
    ...dataKeyMethods(db),
    ...bankMethods(db),
    ...chainMethods(db),
    ...archiveMethods(db),
    ...provenanceMethods(db),
    listAudit: (query) => listAudit(db, query),
    ping: async () => {
      await db.query("UPDATE audit_base SET base = base");
    },
    close: () => db.close(),
  };
}
