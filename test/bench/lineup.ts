import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Absent, type Measured, type Subject } from "./harness/rounds.js";
import type { Race } from "./harness/report.js";
import type { Scope } from "./harness/scope.js";
import type { Workers } from "./harness/worker.js";
import type { RaceResult } from "./load/load.js";
import { freeradius } from "./peers/freeradius.js";
import { naive } from "./peers/naive.js";
import { pgbench } from "./peers/pgbench.js";
import { type Postgres, startPostgres } from "./peers/postgres.js";
import { buildUsersfile, oathtool, usersfile, validation } from "./peers/usersfile.js";
import { immediate, oneEach, program, type ServedSubject, servedSubject } from "./warifu/served.js";
import { openAlone, storeSubject } from "./warifu/store-alone.js";

const TOKENS = 10_000;
/** Codes a round where each has a transaction of its own. */
const SLOW_ROUND = 3000;

interface Setup {
  readonly scope: Scope;
  readonly workers: Workers;
  readonly rounds: number;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/** Everything that is compared, set up side by side. */
export class Lineup {
  readonly subjects: Subject[] = [];
  readonly absent: string[] = [];
  readonly #races: { readonly name: string; readonly run: (n: number) => Promise<RaceResult> }[] =
    [];
  readonly #served: ServedSubject[] = [];
  readonly #load;

  constructor(readonly setup: Setup) {
    this.#load = setup.workers.start("load");
  }

  async assemble(): Promise<void> {
    await this.#try("warifu over SQLite", () => this.#sqlite());
    await this.#try("naive servers", () => this.#naive());
    await this.#try("liboath's usersfile", () => this.#liboath());
    await this.#try("oathtool", () => void this.subjects.push(oathtool()));
    await this.#try("PostgreSQL and what stands on it", async () => {
      const postgres = await startPostgres(this.setup.scope);
      await this.#try("FreeRADIUS", () => this.#freeradius(postgres));
      await this.#try("pgbench", async () => void this.subjects.push(await pgbench(postgres)));
      await this.#try("warifu over PostgreSQL", () => this.#warifuOverPostgres(postgres));
    });
  }

  /**
   * Codes sent eight times at once; and before that, to warifu, all codes of the last round again.
   * @throws Error where one of those was accepted
   */
  async race(measured: readonly Measured[]): Promise<Race[]> {
    const codes = this.setup.quick ? 20 : 100;
    for (const subject of this.#served) {
      const whole = measured.some(({ id, failed }) => id === subject.id && failed === undefined);
      if (!whole) continue;
      const again = await subject.again();
      if (again > 0) throw new Error(`${subject.name} accepted ${String(again)} codes again`);
    }
    const races: Race[] = [];
    for (const { name, run } of this.#races) {
      this.setup.say(`race: ${name}`);
      races.push({ name, accepted: await run(codes) });
    }
    return races;
  }

  /** What cannot be set up here is named and left out. */
  async #try(name: string, add: () => void | Promise<void>): Promise<void> {
    this.setup.say(`setting up ${name}`);
    try {
      await add();
    } catch (error) {
      const expected = error instanceof Absent;
      this.absent.push(`${name}: ${expected ? "" : "failed: "}${(error as Error).message}`);
      this.setup.say(this.absent.at(-1)!);
    }
  }

  #database(): string {
    return join(this.setup.scope.directory(), "bench.db");
  }

  #serve(subject: ServedSubject): void {
    this.subjects.push(subject);
    this.#served.push(subject);
    this.#races.push({ name: subject.name, run: subject.race });
  }

  async #sqlite(): Promise<void> {
    const { scope, workers } = this.setup;
    const url = (): string => `sqlite:${this.#database()}`;
    const inside = await immediate(workers, url());
    const bare = await immediate(workers);
    const names = {
      immediate: "a route that answers at once, in warifu's application",
      bare: "a route that answers at once, alone",
    };
    this.subjects.push(
      servedSubject(["immediate", names.immediate], inside, this.#load, TOKENS),
      servedSubject(["bare", names.bare], bare, this.#load, TOKENS),
    );
    const verify = ["verify", "warifu serve, SQLite"] as const;
    this.#serve(servedSubject(verify, await program(scope, url(), TOKENS), this.#load, TOKENS));
    const each = ["verify-each", "warifu, SQLite, one transaction a request"] as const;
    const one = await oneEach(scope, workers, url(), TOKENS);
    this.#serve(servedSubject(each, one, this.#load, TOKENS, SLOW_ROUND));
    const alone = await openAlone(workers, url(), TOKENS);
    const batched = ["store", "SQLite store alone, batched"] as const;
    this.subjects.push(storeSubject(batched, alone, true, TOKENS));
    const oneByOne = ["store-each", "SQLite store alone, one transaction a code"] as const;
    this.subjects.push(storeSubject(oneByOne, alone, false, SLOW_ROUND));
  }

  async #naive(): Promise<void> {
    const key = randomBytes(16).toString("hex");
    for (const library of ["otplib", "otpauth"] as const) {
      const peer = await naive(this.setup.workers, this.#load, library, this.#database(), key);
      this.subjects.push(peer.subject);
      this.#races.push(...peer.races);
    }
  }

  async #liboath(): Promise<void> {
    const { scope } = this.setup;
    const built = buildUsersfile(scope);
    for (const users of [1000, 10_000]) {
      const { race, ...subject } = usersfile(scope, built, users);
      this.subjects.push(subject);
      const name = `${subject.name} (libpam-oath calls the same function)`;
      this.#races.push({ name, run: race });
    }
    this.subjects.push(validation(built));
    return Promise.resolve();
  }

  async #freeradius(postgres: Postgres): Promise<void> {
    const { scope, rounds } = this.setup;
    const { races, ...subject } = await freeradius(scope, postgres, this.#load, rounds);
    this.subjects.push(subject);
    this.#races.push(
      { name: "FreeRADIUS rlm_totp by itself", run: races.plain },
      { name: "FreeRADIUS rlm_totp made durable here", run: races.durable },
    );
  }

  async #warifuOverPostgres(postgres: Postgres): Promise<void> {
    const { scope, workers } = this.setup;
    const served = await orAbsent(program(scope, await postgres.create("warifu"), TOKENS));
    const names = ["pg-verify", "warifu serve, PostgreSQL"] as const;
    this.#serve(servedSubject(names, served, this.#load, TOKENS));
    const alone = await openAlone(workers, await postgres.create("store"), TOKENS);
    this.subjects.push(
      storeSubject(["pg-store", "PostgreSQL store alone, batched"], alone, true, TOKENS),
    );
  }
}

/** A version without this store refuses its URL. */
async function orAbsent<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    const { message } = error as Error;
    if (/--db|must be sqlite/.test(message))
      throw new Absent(`this version refuses it: ${message}`);
    throw error;
  }
}
