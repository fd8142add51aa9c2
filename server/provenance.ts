import type { AuditEntry } from "./core/audit.js";
import { type Caller, entryBy } from "./core/caller.js";
import type { Store } from "./store/store.js";

/**
 * Says in a store, and in its audit, that it was put back from a backup: codes that tokens can have shown
 * up to then are refused from now on.
 */
export async function sayRestored(
  store: Store,
  caller: Caller,
  detail: AuditEntry["detail"] = {},
): Promise<void> {
  await store.setRestored(caller.at / 1000, entryBy(caller, "restore", "restored", detail));
}

/** Ends that: every code that was not accepted since is good again. */
export async function liftRestored(store: Store, caller: Caller): Promise<void> {
  await store.setRestored(undefined, entryBy(caller, "restore", "lifted"));
}

/** Says so of a copy that was put in place without a word. @returns when it was restored, Unix seconds */
export async function takeOver(store: Store, caller: Caller): Promise<number | undefined> {
  if (await store.isCopy()) await sayRestored(store, caller, { found: "a copy" });
  return store.restoredAt();
}

/** A server that does so of itself. @param now Unix milliseconds */
export function serverAt(now: () => number): Caller {
  return { actor: "server", source: undefined, at: now() };
}
