import { describe, expect, it } from "vitest";
import { withMutant } from "../support/mutant.js";
import { TestPostgres } from "../support/postgres.js";
import { Broken } from "../system/ledger.js";
import { postgresDatabase, sqliteDatabase } from "./database.js";
import { MUTANTS } from "./mutants.js";
import { Siege } from "./siege.js";

const LONG = 300_000; // milliseconds: a server takes long to start on a machine that is busy

describe("servers that are killed under load", () => {
  it.each([1, 2])(
    "forget nothing over SQLite: processes %i",
    async (processes) => {
      const report = await Siege.lay(processes, sqliteDatabase, processes, 4);
      expect(report.kills).toBeGreaterThanOrEqual(4);
      expect(report.answers.accepted).toBeGreaterThan(0);
      expect(report.rows).toBeGreaterThan(20);
    },
    LONG,
  );

  it(
    "forget nothing over PostgreSQL",
    async () => {
      const server = await TestPostgres.start("track_commit_timestamp=on");
      try {
        const url = await server.database();
        const report = await Siege.lay(3, () => postgresDatabase(url), 2, 4);
        expect(report.answers.accepted).toBeGreaterThan(0);
      } finally {
        await server.stop();
      }
    },
    LONG,
  );

  it.each(["answersBeforeItCommits", "writesItsAuditLater"] as const)(
    "are found out where they forget: %s",
    async (name) => {
      const broken = withMutant(MUTANTS[name], "cli.ts", (cli) =>
        Siege.lay(5, sqliteDatabase, 1, 20, cli),
      );
      await expect(broken).rejects.toThrow(Broken);
    },
    LONG,
  );
});
