/**
 * The schema of the PostgreSQL store, one step an entry; a step that has been released never changes.
 * Rows of the hot path have one key, the token's serial. Keys compare by bytes, so that every server
 * sorts them, and locks them, in the same order.
 */
export const POSTGRES_MIGRATIONS: readonly string[] = [
  `
  -- Room on each page lets the next version of a row stand beside it: no index changes with it.
  CREATE TABLE tokens (
    serial text COLLATE "C" PRIMARY KEY,
    algorithm smallint NOT NULL CHECK (algorithm IN (1, 2, 3)),
    sealed_seed bytea NOT NULL,
    starts_at bigint,
    expires_at bigint,
    status text NOT NULL CHECK (status IN ('usable', 'revoked', 'lost', 'faulty')),
    suspended boolean NOT NULL,
    failures integer NOT NULL CHECK (failures >= 0),
    last_step bigint NOT NULL,
    clock bytea NOT NULL,
    contract_id text COLLATE "C"
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
  CREATE INDEX tokens_by_expiry ON tokens (expires_at, serial)
    WHERE contract_id IS NOT NULL AND status = 'usable';

  -- Tokens of an import that is not finished yet. A crash of the database empties the table, and an
  -- import counts its rows before they become tokens.
  CREATE UNLOGGED TABLE staged_tokens (
    import uuid NOT NULL,
    staged_at bigint NOT NULL,
    serial text COLLATE "C" NOT NULL,
    algorithm smallint NOT NULL,
    sealed_seed bytea NOT NULL,
    starts_at bigint,
    expires_at bigint,
    clock bytea NOT NULL
  );

  CREATE TABLE contracts (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    otp_from bigint,
    form text NOT NULL,
    form_date text NOT NULL,
    daily_limit bigint NOT NULL CHECK (daily_limit >= 0)
  );

  CREATE TABLE users (
    id text COLLATE "C" PRIMARY KEY,
    contract_id text COLLATE "C" NOT NULL REFERENCES contracts (id),
    name text NOT NULL,
    class text NOT NULL CHECK (class IN ('master', 'administrator', 'general')),
    mail text NOT NULL,
    needs_code boolean NOT NULL,
    password_hash text NOT NULL,
    confirmation_hash text NOT NULL,
    holding text NOT NULL CHECK (holding IN ('none', 'issued', 'registered', 'revoked')),
    serial text COLLATE "C",
    available_at bigint,
    refused_serials jsonb NOT NULL,
    code_failures integer NOT NULL,
    code_suspended boolean NOT NULL,
    confirmation_failures integer NOT NULL,
    confirmation_suspended boolean NOT NULL,
    stopped boolean NOT NULL,
    expiry_noticed integer,
    last_login bigint,
    previous_login bigint
  );
  CREATE INDEX users_by_contract ON users (contract_id, id);

  CREATE TABLE payees (
    id text COLLATE "C" PRIMARY KEY,
    contract_id text COLLATE "C" NOT NULL REFERENCES contracts (id),
    bank text NOT NULL,
    branch text NOT NULL,
    account text NOT NULL,
    name text NOT NULL
  );
  CREATE INDEX payees_by_contract ON payees (contract_id, id);

  CREATE TABLE transfers (
    id text COLLATE "C" PRIMARY KEY,
    contract_id text COLLATE "C" NOT NULL REFERENCES contracts (id),
    user_id text COLLATE "C" NOT NULL REFERENCES users (id),
    payee jsonb NOT NULL,
    registered boolean NOT NULL,
    amount bigint NOT NULL CHECK (amount > 0),
    date text NOT NULL,
    at bigint NOT NULL
  );
  CREATE INDEX transfers_by_day ON transfers (contract_id, date);

  CREATE TABLE staff (
    id text COLLATE "C" PRIMARY KEY,
    name text NOT NULL,
    password_hash text NOT NULL,
    ended boolean NOT NULL
  );

  CREATE TABLE sessions (
    id bytea PRIMARY KEY,
    user_id text COLLATE "C" REFERENCES users (id),
    staff_id text COLLATE "C" REFERENCES staff (id),
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    CHECK ((user_id IS NULL) <> (staff_id IS NULL))
  );
  CREATE INDEX sessions_by_user ON sessions (user_id);
  CREATE INDEX sessions_by_staff ON sessions (staff_id);

  CREATE TABLE login_attempts (
    key text COLLATE "C" PRIMARY KEY,
    failures integer NOT NULL,
    last_at bigint NOT NULL
  );
  CREATE INDEX login_attempts_by_time ON login_attempts (last_at);

  -- Mails wait here, written in the transaction of what they tell of.
  CREATE TABLE mails (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    claimed_until bigint NOT NULL DEFAULT 0,
    given_up boolean NOT NULL DEFAULT false
  );
  CREATE INDEX mails_by_claim ON mails (attempts, id) WHERE NOT given_up;

  -- A row's id is its transaction's, and its place in it: see postgres-audit.ts.
  CREATE TABLE audit (
    id bigint PRIMARY KEY,
    writer uuid NOT NULL,
    sequence bigint NOT NULL,
    at bigint NOT NULL,
    event text NOT NULL,
    result text NOT NULL,
    serial text COLLATE "C",
    contract text COLLATE "C",
    actor text NOT NULL,
    source text,
    detail jsonb NOT NULL,
    hash bytea NOT NULL
  );
  CREATE INDEX audit_by_serial ON audit (serial, id) WHERE serial IS NOT NULL;
  CREATE INDEX audit_by_contract ON audit (contract, id) WHERE contract IS NOT NULL;
  CREATE UNIQUE INDEX audit_by_writer ON audit (writer, sequence);
  CREATE TABLE audit_checkpoints (
    number bigint PRIMARY KEY,
    at bigint NOT NULL,
    before bytea NOT NULL,
    heads text NOT NULL,
    signature bytea NOT NULL,
    -- The rows before this id are behind it.
    covered bigint NOT NULL
  );
  CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$;
  CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

  -- What transaction ids are counted on from; it changes where a restored database counts anew.
  CREATE TABLE audit_base (base bigint NOT NULL);
  INSERT INTO audit_base VALUES (0);

  CREATE TABLE api_keys (
    id text COLLATE "C" PRIMARY KEY,
    scope text NOT NULL,
    hash bytea NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint
  );

  CREATE TABLE seal_check (
    id smallint PRIMARY KEY CHECK (id = 1),
    value bytea NOT NULL
  );
  `,
  `
  -- Seeds are sealed by data keys. Number 0 is the master key itself, by which those from before are sealed.
  ALTER TABLE tokens ADD COLUMN data_key bigint NOT NULL DEFAULT 0;
  CREATE TABLE data_keys (
    number bigint GENERATED BY DEFAULT AS IDENTITY (START 2) PRIMARY KEY,
    kek text COLLATE "C" NOT NULL,
    wrapped bytea NOT NULL,
    created_at bigint NOT NULL,
    resealing boolean NOT NULL DEFAULT false
  );
  `,
  `
  -- When this was put back from a backup, Unix seconds, and where it stands: see postgres-provenance.ts.
  CREATE TABLE provenance (
    id smallint PRIMARY KEY CHECK (id = 1),
    restored_at bigint,
    place text
  );
  INSERT INTO provenance (id) VALUES (1);

  -- To where writers' chains were archived: always to where a checkpoint says that they stood. Rows up to
  -- there may be deleted, and no others.
  CREATE TABLE audit_archived (
    writer uuid NOT NULL,
    sequence bigint NOT NULL,
    checkpoint bigint NOT NULL REFERENCES audit_checkpoints (number),
    PRIMARY KEY (writer, sequence)
  );
  CREATE INDEX audit_archived_by_checkpoint ON audit_archived (checkpoint);
  CREATE FUNCTION audit_archived_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF NOT EXISTS (
        SELECT FROM audit_checkpoints, jsonb_array_elements(heads::jsonb) AS head
        WHERE number = NEW.checkpoint AND head ->> 0 = NEW.writer::text
          AND (head ->> 1)::bigint = NEW.sequence)
      THEN RAISE EXCEPTION 'no checkpoint covers what is archived'; END IF;
      RETURN NEW;
    END $$;
  CREATE TRIGGER audit_archived_is_signed BEFORE INSERT ON audit_archived
    FOR EACH ROW EXECUTE FUNCTION audit_archived_is_signed();
  CREATE TRIGGER audit_archived_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_archived
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();

  CREATE FUNCTION audit_loses_archived_rows() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (
        SELECT FROM gone WHERE NOT EXISTS (
          SELECT FROM audit_archived AS archived
          WHERE archived.writer = gone.writer AND archived.sequence >= gone.sequence))
      THEN RAISE EXCEPTION 'the audit is append-only'; END IF;
      RETURN NULL;
    END $$;
  DROP TRIGGER audit_keeps_rows ON audit;
  CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
  CREATE TRIGGER audit_loses_none AFTER DELETE ON audit REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION audit_loses_archived_rows();
  `,
];
