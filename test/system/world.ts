import type { Seed } from "../../firmware/seedfile/seed.js";
import { stateOf } from "../../server/core/decision.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { type Store, StoreUnavailable } from "../../server/store/store.js";
import { contractOf, holder } from "../support/core-bank.js";
import { MASTER_KEY } from "../support/server.js";
import { Device } from "./device.js";
import { Ledger, type Request } from "./ledger.js";
import { Died, type Fault, Process } from "./process.js";
import { Random } from "./random.js";

const BEGAN = 1_800_000_000; // Unix seconds
const DAY = 86_400;
const DEVICES = 8;
const PROCESSES = 3;
/** What a token's clock may be off by, in ppm: what the server takes for granted of one it knows nothing of. */
const PPM = 50;
const FAULTS: readonly Fault[] = ["unavailable", "dies_before", "dies_after"];
const PAPER = { form: "A-1", staff: "s" };

/** A request that is under way on the network. */
interface Travelling {
  readonly arrivesAt: number;
  readonly request: Request;
  /** By serial where undefined. */
  readonly user: string | undefined;
}

/**
 * Tokens and their users, thieves, operators and serving processes over one database, in a time of
 * their own. Everything that happens comes from one seed.
 */
export class World {
  readonly ledger = new Ledger();
  now = BEGAN;
  #travelling: Travelling[] = [];
  #seen: Request[] = [];
  #requests = 0;
  #lastRow = 0;

  private constructor(
    readonly random: Random,
    readonly open: () => Store,
    readonly devices: readonly Device[],
    readonly processes: Process[],
  ) {}

  static async create(seed: number, open: () => Store): Promise<World> {
    const random = new Random(seed);
    const devices = Array.from(
      { length: DEVICES },
      (_, index) => new Device(String(10_000_000 + index), BEGAN, PPM, random),
    );
    const store = open();
    const expiries = devices.map((_, index) => BEGAN + (index === 0 ? 2 : 3650) * DAY);
    await fill(store, devices, expiries);
    await store.close();
    const processes: Process[] = [];
    for (let index = 0; index < PROCESSES; index++) processes.push(await Process.start(open));
    const world = new World(random, open, devices, processes);
    devices.forEach((device, index) => {
      world.ledger.add(device, expiries[index]!);
    });
    world.#lastRow = (await processes[0]!.store.listAudit({ after: 0, limit: 1000 })).at(-1)!.id;
    return world;
  }

  /** Somebody does something, and what has arrived by then is decided. @returns steps made */
  async step(): Promise<number> {
    const { random } = this;
    this.now += random.exponential(12);
    const chosen = random.next();
    if (chosen < 0.62) this.#use();
    else if (chosen < 0.66) this.#guess();
    else if (chosen < 0.84) this.#replay();
    else if (chosen < 0.92) this.#unlock();
    else if (chosen < 0.9205) this.#send("revoke", random.pick(this.devices).serial, "", undefined);
    else if (chosen < 0.96) random.pick(this.processes).fault = random.pick(FAULTS);
    else if (chosen < 0.965) random.pick(this.processes).skew = this.#jump();
    else if (chosen < 0.98) for (const process of this.processes) process.skew = 0;
    else if (chosen < 0.985) this.now += random.exponential(3 * DAY);
    return 1 + (await this.#deliver());
  }

  /** Compares what is stored with the books. */
  async compare(): Promise<void> {
    const serials = this.devices.map(({ serial }) => serial);
    this.ledger.compare(await this.processes[0]!.store.tokensBySerial(serials));
  }

  async close(): Promise<void> {
    for (const { store } of this.processes) await store.close();
  }

  /** A user reads the display, now and then mistypes, and sends it; sometimes twice. */
  #use(): void {
    const { random } = this;
    const device = random.pick(this.devices);
    const step = device.stepAt(this.now);
    const code = device.codeAt(step);
    // Digits that another step near by has too are left out: which of them was meant nobody can tell.
    for (let other = step - 25; other <= step + 25; other++) {
      if (other !== step && device.codeAt(other) === code) return;
    }
    if (random.chance(0.02)) {
      this.#send("verify", device.serial, `${code.slice(1)}${code[0]!}`, undefined);
      return;
    }
    const delay = random.between(5, 40);
    const request = this.#send("verify", device.serial, code, step, this.now, delay);
    this.#seen.push(request);
    if (this.#seen.length > 30) this.#seen.shift();
    if (random.chance(0.1)) {
      this.#send("verify", device.serial, code, step, this.now, delay + random.between(0, 2));
    }
  }

  /** A thief sends several guesses at once, so that they are decided together. */
  #guess(): void {
    const { serial } = this.random.pick(this.devices);
    for (let count = this.random.below(8); count >= 0; count--) {
      const digits = String(this.random.below(1_000_000)).padStart(6, "0");
      this.#send("verify", serial, digits, undefined, undefined, 0);
    }
  }

  #replay(): void {
    const seen = this.#seen.length > 0 ? this.random.pick(this.#seen) : undefined;
    if (seen) this.#send("verify", seen.serial, seen.code, seen.step);
  }

  #unlock(): void {
    const stopped = this.devices.filter(({ serial }) => this.ledger.isSuspended(serial));
    const device = this.random.pick(stopped.length > 0 ? stopped : this.devices);
    this.#send("unlock", device.serial, "", undefined);
  }

  /** Seconds: a clock that was set wrong, by little or by much. */
  #jump(): number {
    return this.random.pick([-3600, -90, 90, 3600]) * this.random.next();
  }

  #send(
    act: Request["act"],
    serial: string,
    code: string,
    step: number | undefined,
    readAt?: number,
    delay = this.random.exponential(5),
  ): Request {
    const id = `request ${String(++this.#requests)}`;
    const request = { id, serial, act, code, step, readAt, trueTime: true, answer: undefined };
    const user = act === "verify" && this.random.chance(0.5) ? this.#userOf(serial) : undefined;
    this.#travelling.push({ arrivesAt: this.now + delay, request, user });
    return request;
  }

  /** Two users share each token. */
  #userOf(serial: string): string {
    return `${this.random.pick(["a", "b"])}${serial}`;
  }

  async #deliver(): Promise<number> {
    const arrived = this.#travelling.filter(({ arrivesAt }) => arrivesAt <= this.now);
    this.#travelling = this.#travelling.filter(({ arrivesAt }) => arrivesAt > this.now);
    const groups = new Map<number, Travelling[]>();
    // What arrived at the same time is decided at once; the rest in its order, as its time comes.
    for (const each of arrived.sort((one, other) => one.arrivesAt - other.arrivesAt)) {
      const slot = Math.floor(each.arrivesAt / 2);
      groups.set(slot, [...(groups.get(slot) ?? []), each]);
    }
    for (const group of groups.values()) {
      await Promise.all(group.map((each) => this.#handle(each)));
      await this.#check();
    }
    return arrived.length;
  }

  async #handle({ request, user, arrivesAt }: Travelling): Promise<void> {
    const process = this.random.pick(this.processes);
    request.trueTime = Math.abs(process.skew) <= 1;
    const caller = {
      actor: "world",
      source: request.id,
      at: Math.floor((arrivesAt + process.skew) * 1000),
    };
    this.ledger.sent(request);
    try {
      request.answer = await answerOf(process, request, user, caller);
    } catch (error) {
      if (error instanceof Died) request.answer = "died";
      else if (error instanceof StoreUnavailable) request.answer = "unavailable";
      else throw error;
    }
  }

  /** Reads the new rows of the audit, then puts a process in the place of each that has died. */
  async #check(): Promise<void> {
    const store = this.processes.find(({ dead }) => !dead)?.store ?? this.processes[0]!.store;
    const rows = await store.listAudit({ after: this.#lastRow, limit: 10_000 });
    for (const row of rows) this.ledger.row(row);
    this.#lastRow = rows.at(-1)?.id ?? this.#lastRow;
    this.ledger.settle();
    for (const [index, process] of this.processes.entries()) {
      if (!process.dead) continue;
      this.processes[index] = await Process.start(this.open);
      await process.store.close();
    }
  }
}

async function answerOf(
  { service }: Process,
  { act, serial, code }: Request,
  user: string | undefined,
  caller: { actor: string; source: string; at: number },
): Promise<string> {
  if (act === "verify") {
    const verdict = await (user === undefined
      ? service.verify(serial, code, caller)
      : service.verifyUser(user, code, caller));
    return verdict.accepted ? "accepted" : verdict.reason;
  }
  if (act === "unlock") {
    const { changed } = await service.unlock([serial], PAPER, caller);
    return changed.length > 0 ? "unlocked" : "unchanged";
  }
  const { changed } = await service.revoke([serial], PAPER, caller);
  return changed.length > 0 ? "revoked" : "unchanged";
}

/** Imports the tokens, and gives each two users of a contract. */
async function fill(
  store: Store,
  devices: readonly Device[],
  expiries: readonly number[],
): Promise<void> {
  const vault = await openVault(store, MASTER_KEY);
  const seeds = devices.map(({ serial, secret }, index): Seed => {
    const dates = { start: BEGAN - DAY, expiry: expiries[index] };
    return { serial, secret, algorithm: "SHA1", ...dates, timeDrift: 0 };
  });
  const caller = { actor: "world", source: undefined, at: BEGAN * 1000 };
  await importSeeds(store, vault, seeds, caller);
  const serials = devices.map(({ serial }) => serial);
  const [outcome] = await store.decide([
    {
      about: { contracts: ["C1"], serials },
      decide: (book) => {
        book.setContract(contractOf("C1"));
        for (const serial of serials) {
          book.setToken(serial, { ...stateOf(book.token(serial)!), contract: "C1" });
          for (const name of ["a", "b"]) book.setUser(holder(`${name}${serial}`, serial));
        }
      },
    },
  ]);
  if (!outcome!.ok) throw outcome!.error;
}
