import type { Mutant } from "../support/mutant.js";

const STORE = "server/store/sqlite.ts";

/** Servers that a campaign must find out. */
export const MUTANTS = {
  /** A kill finds it. */
  answersBeforeItCommits: {
    file: STORE,
    find: "const result = db.transaction(act).immediate();",
    replace: `if (!db.inTransaction) {
        db.exec("BEGIN IMMEDIATE");
        setTimeout(() => db.exec("COMMIT"), 25);
      }
      const result = act();`,
  },
  /** A kill finds it too: what is decided and its audit are no longer one step. */
  writesItsAuditLater: {
    file: STORE,
    find: "      audit.write(entries);",
    replace: "      setTimeout(() => { audit.write(entries); audit.committed(); }, 5);",
  },
  /** Only a power cut finds it. */
  doesNotSync: {
    file: STORE,
    find: 'db.pragma("synchronous = FULL");',
    replace: 'db.pragma("synchronous = OFF");',
  },
  /** Nor this: the log is synced when it is copied, not when it is written. */
  syncsLater: {
    file: STORE,
    find: 'db.pragma("synchronous = FULL");',
    replace: 'db.pragma("synchronous = NORMAL");',
  },
} as const satisfies Record<string, Mutant>;
