import type { AuditRow } from "../core/audit.js";
import type { TokenStatus } from "../core/token.js";
import { decodeClock } from "./clock-bytes.js";
import type { ListedAuditRow, KeyScope, StoredApiKey, StoredToken } from "./store.js";

/** Rows as SQLite returns them, and as the store's contract has them. */
export interface TokenRecordRow {
  serial: string;
  algorithm: number;
  sealed_seed: Uint8Array;
  starts_at: number | null;
  expires_at: number | null;
  status: TokenStatus;
  suspended: number;
  failures: number;
  last_step: number;
  clock: Uint8Array;
  contract_id: string | null;
}

export function storedToken(row: TokenRecordRow): StoredToken {
  return {
    serial: row.serial,
    algorithm: row.algorithm,
    sealedSeed: row.sealed_seed,
    start: row.starts_at ?? undefined,
    expiry: row.expires_at ?? undefined,
    status: row.status,
    suspended: row.suspended === 1,
    failures: row.failures,
    lastStep: row.last_step,
    clock: decodeClock(row.clock),
    contract: row.contract_id ?? undefined,
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

/** In the order of the audit table's columns. */
export function auditParameters(row: AuditRow): unknown[] {
  const { writer, sequence, at, event, result, serial, actor, source, detail, hash } = row;
  const text = JSON.stringify(detail);
  return [writer, sequence, at, event, result, serial ?? null, actor, source ?? null, text, hash];
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
