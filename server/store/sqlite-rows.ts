import type { AuditRow } from "../core/audit.js";
import type { TokenStatus } from "../core/token.js";
import { decodeClock } from "./clock-bytes.js";
import type { ListedAuditRow, KeyScope, StoredApiKey, StoredToken } from "./store.js";

/** What {@link TokenRow} is read by. */
export const TOKEN_COLUMNS =
  "serial, algorithm, sealed_seed, starts_at, expires_at, " +
  "status, suspended, failures, last_step, clock, contract_id, data_key, " +
  "(SELECT restored_at FROM provenance)";

/** A token's row as an array: each verification reads one, and naming columns costs more than reading. */
export type TokenRow = [
  serial: string,
  algorithm: number,
  sealedSeed: Uint8Array,
  start: number | null,
  expiry: number | null,
  status: TokenStatus,
  suspended: number,
  failures: number,
  lastStep: number,
  clock: Uint8Array,
  contract: string | null,
  dataKey: number,
  restoredAt: number | null,
];

export function storedToken(row: TokenRow): StoredToken {
  const [serial, algorithm, sealedSeed, start, expiry] = row;
  const [, , , , , status, suspended, failures, lastStep, clock, contract, dataKey, restoredAt] =
    row;
  return {
    serial,
    algorithm,
    sealedSeed,
    dataKey,
    start: start ?? undefined,
    expiry: expiry ?? undefined,
    status,
    suspended: suspended === 1,
    failures,
    lastStep,
    clock: decodeClock(clock),
    contract: contract ?? undefined,
    restoredAt: restoredAt ?? undefined,
  };
}

export interface AuditRecord {
  id: number;
  writer: string;
  sequence: number;
  at: number;
  event: string;
  result: string;
  serial: string | null;
  actor: string;
  source: string | null;
  detail: string;
  hash: Uint8Array;
}

export function listedAuditRow(row: AuditRecord): ListedAuditRow {
  return {
    ...row,
    serial: row.serial ?? undefined,
    source: row.source ?? undefined,
    detail: JSON.parse(row.detail) as AuditRow["detail"],
  };
}

/** In the order of the audit table's columns, after the writer's. */
export function auditParameters(row: AuditRow): unknown[] {
  const { sequence, at, event, result, serial, actor, source, detail, hash } = row;
  const about = [serial ?? null, detail.contract ?? null];
  const text = JSON.stringify(detail);
  return [sequence, at, event, result, ...about, actor, source ?? null, text, hash];
}

export interface KeyRecord {
  id: string;
  scope: KeyScope;
  hash: Uint8Array;
  created_at: number;
  revoked_at: number | null;
}

export function storedApiKey(row: KeyRecord): StoredApiKey {
  return {
    id: row.id,
    scope: row.scope,
    hash: row.hash,
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}
