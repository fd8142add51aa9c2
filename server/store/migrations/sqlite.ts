/** The schema of the SQLite store, one step an entry; a step that has been released never changes. */
export const SQLITE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE tokens (
    id INTEGER PRIMARY KEY,
    serial TEXT NOT NULL UNIQUE,
    algorithm INTEGER NOT NULL CHECK (algorithm IN (1, 2, 3)),
    sealed_seed BLOB NOT NULL,
    starts_at INTEGER,
    expires_at INTEGER
  ) STRICT;

  -- What each verification reads and writes stands in narrow rows of its own.
  CREATE TABLE token_states (
    token_id INTEGER PRIMARY KEY REFERENCES tokens (id),
    status TEXT NOT NULL CHECK (status IN ('usable', 'revoked', 'lost', 'faulty')),
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    last_step INTEGER NOT NULL,
    clock_offset INTEGER NOT NULL
  ) STRICT;

  -- Tokens of an import that is not finished yet.
  CREATE TABLE staged_tokens (
    import TEXT NOT NULL,
    staged_at INTEGER NOT NULL,
    serial TEXT NOT NULL,
    algorithm INTEGER NOT NULL,
    sealed_seed BLOB NOT NULL,
    starts_at INTEGER,
    expires_at INTEGER,
    clock_offset INTEGER NOT NULL,
    PRIMARY KEY (import, serial)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    writer TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    result TEXT NOT NULL,
    serial TEXT,
    actor TEXT NOT NULL,
    source TEXT,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (writer, sequence)
  ) STRICT;
  CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TRIGGER audit_loses_none BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE INDEX audit_by_serial ON audit (serial, id);

  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
  ) STRICT;

  CREATE TABLE seal_check (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    value BLOB NOT NULL
  ) STRICT;
  `,
];
