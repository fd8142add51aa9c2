/** Rows of the audit that are entered together under what they are about. */
export const AUDIT_SEGMENT = 1024;
const SEGMENT = String(AUDIT_SEGMENT);

/**
 * The schema of the SQLite store, one step an entry; a step that has been released never changes. `initial_clock`
 * makes a clock of unknown history about an offset in whole steps.
 */
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
  `
  ALTER TABLE token_states ADD COLUMN contract_id TEXT;

  CREATE TABLE contracts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    otp_from INTEGER,
    form TEXT NOT NULL,
    form_date TEXT NOT NULL,
    daily_limit INTEGER NOT NULL CHECK (daily_limit >= 0)
  ) STRICT;

  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    name TEXT NOT NULL,
    class TEXT NOT NULL CHECK (class IN ('master', 'administrator', 'general')),
    mail TEXT NOT NULL,
    needs_code INTEGER NOT NULL CHECK (needs_code IN (0, 1)),
    password_hash TEXT NOT NULL,
    confirmation_hash TEXT NOT NULL,
    holding TEXT NOT NULL CHECK (holding IN ('none', 'issued', 'registered', 'revoked')),
    serial TEXT,
    available_at INTEGER,
    refused_serials TEXT NOT NULL,
    code_failures INTEGER NOT NULL,
    code_suspended INTEGER NOT NULL CHECK (code_suspended IN (0, 1)),
    confirmation_failures INTEGER NOT NULL,
    confirmation_suspended INTEGER NOT NULL CHECK (confirmation_suspended IN (0, 1)),
    stopped INTEGER NOT NULL CHECK (stopped IN (0, 1)),
    last_login INTEGER,
    previous_login INTEGER
  ) STRICT;
  CREATE INDEX users_by_contract ON users (contract_id, id);

  CREATE TABLE payees (
    id TEXT PRIMARY KEY,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    bank TEXT NOT NULL,
    branch TEXT NOT NULL,
    account TEXT NOT NULL,
    name TEXT NOT NULL
  ) STRICT;
  CREATE INDEX payees_by_contract ON payees (contract_id, id);

  CREATE TABLE transfers (
    id TEXT PRIMARY KEY,
    contract_id TEXT NOT NULL REFERENCES contracts (id),
    user_id TEXT NOT NULL REFERENCES users (id),
    payee TEXT NOT NULL,
    registered INTEGER NOT NULL CHECK (registered IN (0, 1)),
    amount INTEGER NOT NULL CHECK (amount > 0),
    date TEXT NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX transfers_by_day ON transfers (contract_id, date);

  CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_user ON sessions (user_id);

  CREATE TABLE login_attempts (
    key TEXT PRIMARY KEY,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- Mails wait here, written in the transaction of what they tell of.
  CREATE TABLE mails (
    id INTEGER PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    claimed_until INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX mails_by_claim ON mails (claimed_until);

  CREATE INDEX audit_by_contract ON audit (json_extract(detail, '$.contract'), id);
  `,
  `
  ALTER TABLE users ADD COLUMN expiry_noticed INTEGER;
  CREATE INDEX tokens_by_expiry ON tokens (expires_at, serial);

  -- Who works at the branch's desk.
  CREATE TABLE staff (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    ended INTEGER NOT NULL CHECK (ended IN (0, 1))
  ) STRICT;

  -- A session is a user's or a member of the staff's; whoever was logged in logs in anew.
  DROP TABLE sessions;
  CREATE TABLE sessions (
    id BLOB PRIMARY KEY,
    user_id TEXT REFERENCES users (id),
    staff_id TEXT REFERENCES staff (id),
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    CHECK ((user_id IS NULL) <> (staff_id IS NULL))
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_user ON sessions (user_id);
  CREATE INDEX sessions_by_staff ON sessions (staff_id);

  -- Mails that no server takes are set aside.
  ALTER TABLE mails ADD COLUMN given_up INTEGER NOT NULL DEFAULT 0 CHECK (given_up IN (0, 1));
  `,
  `
  -- Each row names its writer by a number.
  CREATE TABLE audit_writers (id INTEGER PRIMARY KEY, writer TEXT NOT NULL UNIQUE) STRICT;
  INSERT INTO audit_writers (writer) SELECT writer FROM audit GROUP BY writer ORDER BY min(id);

  ALTER TABLE audit RENAME TO audit_before;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    writer_id INTEGER NOT NULL REFERENCES audit_writers (id),
    sequence INTEGER NOT NULL,
    at INTEGER NOT NULL,
    event TEXT NOT NULL,
    result TEXT NOT NULL,
    serial TEXT,
    contract TEXT,
    actor TEXT NOT NULL,
    source TEXT,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL,
    UNIQUE (writer_id, sequence)
  ) STRICT;
  INSERT INTO audit
    SELECT audit_before.id, audit_writers.id, sequence, at, event, result, serial,
      json_extract(detail, '$.contract'), actor, source, detail, hash
    FROM audit_before JOIN audit_writers USING (writer);
  DROP TABLE audit_before;
  CREATE TRIGGER audit_keeps_rows BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  CREATE TRIGGER audit_loses_none BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;

  -- By segments of rows, then by what they are about: new rows go to the few pages of the newest
  -- segment, however many tokens there are, and whoever looks for one probes each segment.
  CREATE INDEX audit_by_serial ON audit (id / ${SEGMENT}, serial)
    WHERE serial IS NOT NULL;
  CREATE INDEX audit_by_contract ON audit (id / ${SEGMENT}, contract)
    WHERE contract IS NOT NULL;
  `,
  `
  -- What is known of a token's clock instead of one offset: it is learned anew.
  ALTER TABLE token_states ADD COLUMN clock BLOB NOT NULL DEFAULT x'';
  UPDATE token_states SET clock = initial_clock(clock_offset);
  ALTER TABLE token_states DROP COLUMN clock_offset;
  ALTER TABLE staged_tokens ADD COLUMN clock BLOB NOT NULL DEFAULT x'';
  UPDATE staged_tokens SET clock = initial_clock(clock_offset);
  ALTER TABLE staged_tokens DROP COLUMN clock_offset;
  `,
  `
  -- How far each writer's chain is covered by checkpoints.
  ALTER TABLE audit_writers ADD COLUMN covered INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE audit_checkpoints (
    number INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    before BLOB NOT NULL,
    heads TEXT NOT NULL,
    signature BLOB NOT NULL
  ) STRICT;
  `,
  `
  -- Seeds are sealed by data keys. Number 0 is the master key itself, by which those from before are sealed.
  ALTER TABLE tokens ADD COLUMN data_key INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE data_keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kek TEXT NOT NULL,
    wrapped BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    resealing INTEGER NOT NULL DEFAULT 0 CHECK (resealing IN (0, 1))
  ) STRICT;
  `,
  `
  -- When this was put back from a backup; and of a backup, when it was made. Unix seconds.
  CREATE TABLE provenance (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    restored_at INTEGER,
    copied_at INTEGER
  ) STRICT;
  INSERT INTO provenance (id) VALUES (1);

  -- To where writers' chains were archived: always to where a checkpoint says that they stood. Rows up to
  -- there may be deleted, and no others.
  CREATE TABLE audit_archived (
    writer_id INTEGER NOT NULL REFERENCES audit_writers (id),
    sequence INTEGER NOT NULL,
    checkpoint INTEGER NOT NULL REFERENCES audit_checkpoints (number),
    PRIMARY KEY (writer_id, sequence)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX audit_archived_by_checkpoint ON audit_archived (checkpoint);
  CREATE TRIGGER audit_archived_is_signed BEFORE INSERT ON audit_archived
    WHEN NOT EXISTS (
      SELECT 1 FROM audit_checkpoints, json_each(heads) AS head, audit_writers
      WHERE number = NEW.checkpoint AND audit_writers.id = NEW.writer_id
        AND head.value ->> 0 = writer AND head.value ->> 1 = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'no checkpoint covers what is archived'); END;
  CREATE TRIGGER audit_archived_stays BEFORE UPDATE ON audit_archived
    BEGIN SELECT RAISE(ABORT, 'what is archived stays archived'); END;
  CREATE TRIGGER audit_archived_loses_none BEFORE DELETE ON audit_archived
    BEGIN SELECT RAISE(ABORT, 'what is archived stays archived'); END;
  DROP TRIGGER audit_loses_none;
  CREATE TRIGGER audit_loses_none BEFORE DELETE ON audit
    WHEN NOT EXISTS (
      SELECT 1 FROM audit_archived WHERE writer_id = OLD.writer_id AND sequence >= OLD.sequence)
    BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
  `,
  `
  -- What rows are about is entered when a segment of them is whole, in the order it is looked for. An index
  -- that takes each row as it comes splits pages all over, and a commit after that searches the whole cache.
  DROP INDEX audit_by_serial;
  DROP INDEX audit_by_contract;
  CREATE TABLE audit_by_serial (
    segment INTEGER NOT NULL,
    serial TEXT NOT NULL,
    audit_id INTEGER NOT NULL,
    PRIMARY KEY (segment, serial, audit_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE audit_by_contract (
    segment INTEGER NOT NULL,
    contract TEXT NOT NULL,
    audit_id INTEGER NOT NULL,
    PRIMARY KEY (segment, contract, audit_id)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO audit_by_serial SELECT id / ${SEGMENT}, serial, id FROM audit
    WHERE serial IS NOT NULL AND id / ${SEGMENT} < (SELECT max(id) + 1 FROM audit) / ${SEGMENT} ORDER BY 1, 2, 3;
  INSERT INTO audit_by_contract SELECT id / ${SEGMENT}, contract, id FROM audit
    WHERE contract IS NOT NULL AND id / ${SEGMENT} < (SELECT max(id) + 1 FROM audit) / ${SEGMENT} ORDER BY 1, 2, 3;
  CREATE TRIGGER audit_segment_is_whole AFTER INSERT ON audit WHEN (NEW.id + 1) % ${SEGMENT} = 0
    BEGIN
      INSERT INTO audit_by_serial SELECT id / ${SEGMENT}, serial, id FROM audit
        WHERE id > NEW.id - ${SEGMENT} AND serial IS NOT NULL ORDER BY serial, id;
      INSERT INTO audit_by_contract SELECT id / ${SEGMENT}, contract, id FROM audit
        WHERE id > NEW.id - ${SEGMENT} AND contract IS NOT NULL ORDER BY contract, id;
    END;
  CREATE TRIGGER audit_row_is_gone AFTER DELETE ON audit
    BEGIN
      DELETE FROM audit_by_serial
        WHERE segment = OLD.id / ${SEGMENT} AND serial = OLD.serial AND audit_id = OLD.id;
      DELETE FROM audit_by_contract
        WHERE segment = OLD.id / ${SEGMENT} AND contract = OLD.contract AND audit_id = OLD.id;
    END;

  -- What an import puts aside stands beside the database by now.
  DROP TABLE staged_tokens;

  -- As it was, but for how the status is checked: for a list of three and more SQLite opens a table of its own, at each
  -- change of a row.
  ALTER TABLE token_states RENAME TO token_states_before;
  CREATE TABLE token_states (
    token_id INTEGER PRIMARY KEY REFERENCES tokens (id),
    status TEXT NOT NULL
      CHECK (status = 'usable' OR status = 'revoked' OR status = 'lost' OR status = 'faulty'),
    suspended INTEGER NOT NULL CHECK (suspended IN (0, 1)),
    failures INTEGER NOT NULL CHECK (failures >= 0),
    last_step INTEGER NOT NULL,
    contract_id TEXT,
    clock BLOB NOT NULL
  ) STRICT;
  INSERT INTO token_states
    SELECT token_id, status, suspended, failures, last_step, contract_id, clock FROM token_states_before;
  DROP TABLE token_states_before;
  `,
  `
  -- Each login deletes what is old.
  CREATE INDEX login_attempts_by_time ON login_attempts (last_at);
  `,
];
