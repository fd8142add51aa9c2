import type { AuditEntry } from "./core/audit.js";
import type { Store } from "./store/store.js";

/**
 * Says in a store, and in its audit, that it was put back from a backup: codes that tokens can have shown
 * up to then are refused from now on.
 * @param at Unix milliseconds
 */
export async function sayRestored(
  store: Store,
  at: number,
  actor: string,
  detail: AuditEntry["detail"] = {},
): Promise<void> {
  await store.setRestored(at / 1000, entryOf("restored", at, actor, detail));
}

/** Ends that: every code that was not accepted since is good again. */
export async function liftRestored(store: Store, at: number, actor: string): Promise<void> {
  await store.setRestored(undefined, entryOf("lifted", at, actor, {}));
}

/** Says so of a copy that was put in place without a word. @returns when it was restored, Unix seconds */
export async function takeOver(
  store: Store,
  at: number,
  actor: string,
): Promise<number | undefined> {
  if (await store.isCopy()) await sayRestored(store, at, actor, { found: "a copy" });
  return store.restoredAt();
}

function entryOf(
  result: string,
  at: number,
  actor: string,
  detail: AuditEntry["detail"],
): AuditEntry {
  const whom = { serial: undefined, actor, source: undefined };
  return { at, event: "restore", result, ...whom, detail };
}
