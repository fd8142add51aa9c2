import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Broken } from "../system/ledger.js";
import { Random } from "../system/random.js";
import { foundBank } from "./bank.js";
import { ChainProof } from "./chain.js";
import { type CrashDatabase, openOf } from "./database.js";
import type { Load } from "./load.js";
import { ServerProcess, type Serving } from "./server-process.js";

/** Kills from one look of the database at its own file to the next. */
const BETWEEN_FAULTS = 10;

/** What a siege came to. */
export interface SiegeReport {
  kills: number;
  /** At which moment: under load, while starting, while stopping. */
  readonly moments: Record<Moment, number>;
  /** Answers by what they said; `died` are those that were lost. */
  answers: Record<string, number>;
  /** Rows of the audit that were proved. */
  rows: number;
  integrityChecks: number;
}
type Moment = "load" | "start" | "stop";

/** Servers over one database, killed and started again. */
export class Siege {
  readonly report: SiegeReport = {
    ...{ kills: 0, moments: { load: 0, start: 0, stop: 0 }, answers: {}, rows: 0 },
    integrityChecks: 0,
  };
  readonly #proof = new ChainProof();

  private constructor(
    readonly random: Random,
    readonly database: CrashDatabase,
    readonly processes: number,
    readonly load: Load,
    readonly serving: Serving,
  ) {}

  /**
   * Kills servers over a new database and looks after each kill.
   * @param cli the command line's file, where it is not the built one
   * @throws Broken, AuditFault
   */
  static async lay(
    seed: number,
    database: (directory: string) => CrashDatabase,
    processes: number,
    kills: number,
    cli?: string,
  ): Promise<SiegeReport> {
    const directory = mkdtempSync(join(tmpdir(), "warifu-crash-"));
    try {
      const random = new Random(seed);
      const own = database(directory);
      const { load, policyFile } = await foundBank(random, own, directory);
      const serving = { database: own.url, policyFile, cli };
      const siege = new Siege(random, own, processes, load, serving);
      while (siege.report.kills < kills) await siege.#round();
      await siege.#look();
      Object.assign(siege.report, { answers: siege.load.answers, rows: siege.#proof.rows });
      return siege.report;
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }

  /** Starts servers and kills them. */
  async #round(): Promise<void> {
    const servers = Array.from({ length: this.processes }, () => new ServerProcess(this.serving));
    try {
      if (this.random.chance(0.08)) await this.#killAtStart(servers);
      else await this.#killUnderLoad(servers);
    } finally {
      await Promise.all(servers.map((server) => server.kill()));
    }
    // Not always is a server the first to open the database after the kill.
    if (this.random.chance(0.2)) await this.#look();
  }

  async #killAtStart(servers: readonly ServerProcess[]): Promise<void> {
    await sleep(this.random.between(0, 600));
    await Promise.all(servers.map((server) => this.#kill(server, "start")));
  }

  async #killUnderLoad(servers: readonly ServerProcess[]): Promise<void> {
    const { load } = this;
    await Promise.all(servers.map((server) => server.setClock(load.now)));
    await this.#look();
    load.repeat();
    const loading = load.run(servers);
    // What it has found is thrown below, once its servers are dead.
    loading.catch(() => undefined);
    // Those that live go on, beside what the dead ones have left behind.
    for (const server of servers) await this.#killInTime(server);
    await loading;
  }

  async #killInTime(server: ServerProcess): Promise<void> {
    const { random, load } = this;
    // Some live long enough for the log to be copied into the database meanwhile.
    await load.heard(random.chance(0.08) ? 500 + random.below(1000) : 1 + random.below(80));
    await sleep(random.between(0, 4));
    const stopping = random.chance(0.1);
    if (stopping) {
      server.terminate();
      await sleep(random.between(0, 30));
    }
    await this.#kill(server, stopping ? "stop" : "load");
  }

  async #kill(server: ServerProcess, moment: Moment): Promise<void> {
    if (!(await server.kill())) return;
    this.report.kills += 1;
    this.report.moments[moment] += 1;
  }

  /** Compares what was answered with what is stored, and proves the audit. */
  async #look(): Promise<void> {
    const { database, load } = this;
    const { ledger, devices } = load;
    await database.settle();
    const store = await openOf(database);
    try {
      for (const row of await database.newRows(store)) ledger.row(row);
      ledger.settle();
      ledger.compare(await store.tokensBySerial(devices.map(({ serial }) => serial)));
      await this.#proof.follow(store);
    } finally {
      await store.close();
    }
    if (this.report.kills < (this.report.integrityChecks + 1) * BETWEEN_FAULTS) return;
    this.report.integrityChecks += 1;
    const [fault] = database.faults();
    if (fault !== undefined) throw new Broken("counters", `the database says: ${fault}`);
  }
}
