import pg from "pg";
import { AuditChain } from "./postgres-audit-writer.js";
import { Client } from "./postgres-client.js";
import { CopyQuery, type CopyRow, type CopyTarget } from "./postgres-copy.js";
import { retryable, RowsRefused, storeError } from "./postgres-errors.js";
import type { Rows, Statement } from "./postgres-statement.js";
import { StoreUnavailable } from "./store.js";

/** How often a transaction is tried that conflicts with others. */
const TRIES = 5;
/** Milliseconds without an answer beyond the statement timeout, after which a connection is given up. */
const SILENCE = 5000;

/** How a database is reached. Times are milliseconds; parameters of the URL go before these. */
export interface PostgresOptions {
  /** Connections of this process at the most. */
  readonly connections?: number;
  /** How long a statement may take, waiting for locks included. */
  readonly statementTimeout?: number;
  /** How long to wait for a new connection, or for a free one. */
  readonly connectTimeout?: number;
}

/** A transaction over one connection. Statements sent together are one message and one answer. */
export interface Transaction {
  /** @throws StoreUnavailable, RowsRefused */
  readonly send: (...statements: Statement[]) => Promise<Rows[]>;
  /** The last statements and the commit, in one message. Once the promise is kept, all is durable. */
  readonly commit: (...statements: Statement[]) => Promise<Rows[]>;
  /** The chain of the audit that this connection writes. */
  readonly chain: AuditChain;
}

/** The connections of this process to its database. */
export class Database {
  readonly #pool: pg.Pool;
  readonly #chains = new WeakMap<pg.PoolClient, AuditChain>();
  readonly #broken = new WeakSet<pg.ClientBase>();
  readonly #names = new Map<string, string>();

  constructor(url: string, options: PostgresOptions) {
    const { connections = 10, statementTimeout = 5000, connectTimeout = 5000 } = options;
    this.#pool = new pg.Pool({
      Client,
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: connectTimeout,
      statement_timeout: statementTimeout,
      query_timeout: statementTimeout + SILENCE,
      // A process that hangs must not keep rows locked.
      idle_in_transaction_session_timeout: statementTimeout,
      // Idle connections are kept: each one writes a chain of the audit.
      idleTimeoutMillis: 0,
      keepAlive: true,
      pipeline: true,
      application_name: "warifu",
      types: { getTypeParser: typeParser as typeof pg.types.getTypeParser },
      // The pool awaits the promise, which its types leave out.
      onConnect: prepareConnection as unknown as (client: pg.ClientBase) => void,
    });
    // Whoever waits on a broken connection gets its error, and the pool makes a new one.
    this.#pool.on("error", () => undefined);
    this.#pool.on("connect", (client) => client.on("error", () => this.#broken.add(client)));
  }

  /** One statement, a transaction of its own. @throws StoreUnavailable, RowsRefused */
  async query(text: string, values: readonly unknown[] = []): Promise<Rows> {
    const [rows] = await this.#on((client) => this.#send(client, [{ text, values }]));
    return rows!;
  }

  /** Adds rows to a table, a transaction of its own. @throws StoreUnavailable, RowsRefused */
  async copy(target: CopyTarget, rows: readonly CopyRow[]): Promise<void> {
    const act = (client: pg.PoolClient): Promise<void> =>
      new Promise((resolve, reject) => {
        const done = (error: Error | undefined): void => {
          if (error) reject(storeError(error));
          else resolve();
        };
        client.query(new CopyQuery(target, rows, done));
      });
    await this.#on(act);
  }

  /**
   * Runs `act` in a transaction, and again where it conflicts with another one. It is rolled back unless
   * `act` commits it.
   * @param begin the statement that begins it
   */
  async transaction<T>(act: (tx: Transaction) => Promise<T>, begin = "BEGIN"): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#on((client) => this.#once(client, act, begin));
      } catch (error) {
        if (!retryable(error)) throw error;
        if (tries < TRIES) continue;
        throw error instanceof RowsRefused ? error : new StoreUnavailable(error.message);
      }
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #once<T>(
    client: pg.PoolClient,
    act: (tx: Transaction) => Promise<T>,
    begin: string,
  ): Promise<T> {
    const chain = this.#chainOf(client);
    const state = { open: false };
    const send = async (...statements: Statement[]): Promise<Rows[]> => {
      if (state.open) return this.#send(client, statements);
      state.open = true;
      const all = await this.#send(client, [{ text: begin, once: true }, ...statements]);
      return all.slice(1);
    };
    const commit = async (...statements: Statement[]): Promise<Rows[]> => {
      const rows = await send(...statements, { text: "COMMIT", once: true });
      state.open = false;
      chain.committed();
      return rows.slice(0, -1);
    };
    try {
      return await act({ send, commit, chain });
    } finally {
      chain.rolledBack();
      if (state.open)
        await this.#send(client, [{ text: "ROLLBACK", once: true }]).catch(() => undefined);
    }
  }

  #chainOf(client: pg.PoolClient): AuditChain {
    const chain = this.#chains.get(client) ?? new AuditChain();
    this.#chains.set(client, chain);
    return chain;
  }

  async #on<T>(act: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#connect();
    try {
      return await act(client);
    } finally {
      client.release(this.#broken.has(client));
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw storeError(error);
    }
  }

  /**
   * Sends all at once; when all are answered, the first error is thrown. The driver starts the timeouts of
   * all of them now, so that each needs the patience of the slowest before it.
   */
  async #send(client: pg.PoolClient, statements: readonly Statement[]): Promise<Rows[]> {
    const patience = Math.max(...statements.map((statement) => statement.patience ?? 0));
    const results = await Promise.allSettled(
      statements.map(({ text, values = [], once }) =>
        client.query<Rows[number]>({
          text,
          values: values.map(storable),
          ...(once ? {} : { name: this.#nameOf(text) }),
          ...(patience > 0 && { query_timeout: patience }),
        }),
      ),
    );
    return results.map((result) => {
      if (result.status === "rejected") throw storeError(result.reason);
      return result.value.rows;
    });
  }

  #nameOf(text: string): string {
    const name = this.#names.get(text) ?? `warifu_${String(this.#names.size)}`;
    this.#names.set(text, name);
    return name;
  }
}

/** PostgreSQL's text cannot hold NUL. Nothing that is stored has one: a key with it finds nothing. */
function storable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(storable);
  return typeof value === "string" ? value.replaceAll("\0", "\ufffd") : value;
}

/** int8 in pg_type: times, amounts, counts and ids, all of them below 2^53. */
const BIGINT = 20;

function typeParser(oid: number, format?: "text"): unknown {
  const parserOf = pg.types.getTypeParser as (oid: number, format?: "text") => unknown;
  return oid === BIGINT ? Number : parserOf(oid, format);
}

/**
 * Commits must be on the disk (synchronous_commit) before they are answered, whatever the role or the
 * database has set; remote_apply, which is more than that, is left as it is.
 */
async function prepareConnection(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ fsync: string }>(
    `SELECT current_setting('fsync') AS fsync, set_config('synchronous_commit',
       CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END,
       false)`,
  );
  if (rows[0]?.fsync !== "on") {
    throw new StoreUnavailable("the database has fsync=off: it may lose what it has committed");
  }
}
