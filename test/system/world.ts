import { StoreUnavailable } from "../../server/store/store.js";
import { answerOf } from "./answer.js";
import { Device } from "./device.js";
import { fill } from "./fill.js";
import { Ledger, type Request } from "./ledger.js";
import { Died, type Fault, Process, type SharedDatabase } from "./process.js";
import { Random } from "./random.js";

const BEGAN = 1_800_000_000; // Unix seconds
const DAY = 86_400;
const DEVICES = 8;
const PROCESSES = 3;
/** What a token's clock may be off by, in ppm: what the server takes for granted of one it knows nothing of. */
const PPM = 50;
const FAULTS: readonly Fault[] = ["unavailable", "dies_before", "dies_after"];
/** Users without a token, each of whom registers one. */
const NEWCOMERS = Array.from({ length: 100 }, (_, index) => `new${String(index)}`);

/** A request that is under way on the network. */
interface Travelling {
  readonly arrivesAt: number;
  readonly request: Request;
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
    readonly database: SharedDatabase,
    readonly devices: readonly Device[],
    readonly processes: Process[],
  ) {}

  static async create(seed: number, database: SharedDatabase): Promise<World> {
    const random = new Random(seed);
    const devices = Array.from(
      { length: DEVICES },
      (_, index) => new Device(String(10_000_000 + index), BEGAN, PPM, random),
    );
    const store = await database.open();
    const expiries = devices.map((_, index) => BEGAN + (index === 0 ? 2 : 3650) * DAY);
    await fill(store, devices, expiries, NEWCOMERS);
    await store.close();
    const processes: Process[] = [];
    for (let index = 0; index < PROCESSES; index++) processes.push(await Process.start(database));
    const world = new World(random, database, devices, processes);
    devices.forEach((device, index) => {
      world.ledger.add(device, expiries[index]!);
    });
    for (const user of NEWCOMERS) world.ledger.addNewcomer(user);
    world.#lastRow = (await processes[0]!.store.listAudit({ after: 0, limit: 1000 })).at(-1)!.id;
    return world;
  }

  /** Somebody does something, and what has arrived by then is decided. @returns steps made */
  async step(): Promise<number> {
    const { random } = this;
    this.now += random.exponential(12);
    const chosen = random.next();
    if (chosen < 0.56) this.#use();
    else if (chosen < 0.59) this.#resynchronize();
    else if (chosen < 0.62) this.#register();
    else if (chosen < 0.66) this.#guess();
    else if (chosen < 0.84) this.#replay();
    else if (chosen < 0.92) this.#unlock();
    else if (chosen < 0.9205)
      this.#send({ act: "revoke", serial: random.pick(this.devices).serial });
    else if (chosen < 0.96) random.pick(this.processes).fault = random.pick(this.#faults());
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
    const read = this.#read();
    if (!read) return;
    const { serial, code } = read;
    const user = this.#userOf(serial);
    if (random.chance(0.02)) {
      this.#send({ act: "verify", serial, user, code: `${code.slice(1)}${code[0]!}` });
      return;
    }
    const delay = random.between(5, 40);
    this.#remember(this.#send({ act: "verify", user, ...read }, delay));
    if (random.chance(0.1)) {
      this.#send({ act: "verify", user, ...read }, delay + random.between(0, 2));
    }
  }

  /** A user, or the branch for him, sends the code before and the one that is shown now. */
  #resynchronize(): void {
    const read = this.#read();
    if (!read) return;
    const first = this.#deviceOf(read.serial).codeAt(read.step - 1);
    const user = this.#userOf(read.serial);
    const delay = this.random.between(5, 40);
    this.#remember(this.#send({ act: "resync", user, first, ...read }, delay));
  }

  /** A newcomer registers the token in his hand, or guesses at it. */
  #register(): void {
    const user = this.#newcomer();
    const read = this.#read();
    if (user === undefined || !read) return;
    if (this.random.chance(0.5)) {
      this.#remember(this.#send({ act: "register", user, ...read }, this.random.between(5, 40)));
      return;
    }
    for (let count = this.random.below(8); count >= 0; count--) {
      this.#send({ act: "register", user, serial: read.serial, code: this.#digits() }, 0);
    }
  }

  /** A thief sends several guesses at once, so that they are decided together. */
  #guess(): void {
    const { serial } = this.random.pick(this.devices);
    const pairs = this.random.chance(0.1);
    for (let count = this.random.below(8); count >= 0; count--) {
      const code = this.#digits();
      if (pairs) this.#send({ act: "resync", serial, first: this.#digits(), code }, 0);
      else this.#send({ act: "verify", serial, user: this.#userOf(serial), code }, 0);
    }
  }

  /** Somebody who has seen a code sends it too, as it was sent or to register a token of his own. */
  #replay(): void {
    const seen = this.#seen.length > 0 ? this.random.pick(this.#seen) : undefined;
    if (!seen) return;
    const { act, serial, user, code, step, first } = seen;
    const other = this.random.chance(0.1) ? this.#newcomer() : undefined;
    if (other === undefined) this.#send({ act, serial, user, code, step, first });
    else this.#send({ act: "register", serial, user: other, code, step });
  }

  #unlock(): void {
    const stopped = this.ledger.newcomers("suspended");
    if (stopped.length > 0 && this.random.chance(0.2)) {
      const { serial } = this.devices[0]!;
      this.#send({ act: "reinstate", serial, user: this.random.pick(stopped) });
      return;
    }
    const locked = this.devices.filter(({ serial }) => this.ledger.isSuspended(serial));
    const { serial } = this.random.pick(locked.length > 0 ? locked : this.devices);
    this.#send({ act: "unlock", serial });
  }

  /** Seconds: a clock that was set wrong, by little or by much. */
  #jump(): number {
    return this.random.pick([-3600, -90, 90, 3600]) * this.random.next();
  }

  /** Only what is reached by connections can have them cut. */
  #faults(): readonly Fault[] {
    return this.database.cut ? [...FAULTS, "cut"] : FAULTS;
  }

  /**
   * What a token's display shows now. Digits that another step near by has too are left out: which of
   * them was meant nobody can tell.
   */
  #read(): { serial: string; step: number; code: string; readAt: number } | undefined {
    const device = this.random.pick(this.devices);
    const step = device.stepAt(this.now);
    const code = device.codeAt(step);
    for (let other = step - 25; other <= step + 25; other++) {
      if (other !== step && device.codeAt(other) === code) return undefined;
    }
    return { serial: device.serial, step, code, readAt: this.now };
  }

  #remember(request: Request): void {
    this.#seen.push(request);
    if (this.#seen.length > 30) this.#seen.shift();
  }

  #deviceOf(serial: string): Device {
    return this.devices.find((device) => device.serial === serial)!;
  }

  #digits(): string {
    return String(this.random.below(1_000_000)).padStart(6, "0");
  }

  #send(
    asked: Pick<Request, "act" | "serial"> & Partial<Request>,
    delay = this.random.exponential(5),
  ): Request {
    const request: Request = {
      ...{ user: undefined, code: "", first: undefined, step: undefined, readAt: undefined },
      ...asked,
      ...{ id: `request ${String(++this.#requests)}`, trueTime: true, answer: undefined },
    };
    this.#travelling.push({ arrivesAt: this.now + delay, request });
    return request;
  }

  /** Two users share each token; half of what they send is by serial. */
  #userOf(serial: string): string | undefined {
    return this.random.pick([`a${serial}`, `b${serial}`, undefined, undefined]);
  }

  #newcomer(): string | undefined {
    const [first, ...more] = this.ledger.newcomers("without_token").slice(0, 3);
    return first === undefined ? undefined : this.random.pick([first, ...more]);
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
      const turns = this.#turns(group.map((each) => [this.random.pick(this.processes), each]));
      for (const turn of turns) {
        await Promise.all(turn.map(([process, each]) => this.#handle(process, each)));
        await this.#check();
      }
    }
    return arrived.length;
  }

  /**
   * Requests that arrive together are handled together; but where the processes reach their database by
   * connections, one process after the other: which of two that race comes first no seed can repeat.
   */
  #turns(group: readonly (readonly [Process, Travelling])[]): (typeof group)[] {
    if (!this.database.cut) return [group];
    const turns = this.processes.map((each) => group.filter(([process]) => process === each));
    return turns.filter(({ length }) => length > 0);
  }

  async #handle(process: Process, { request, arrivesAt }: Travelling): Promise<void> {
    request.trueTime = Math.abs(process.skew) <= 1;
    const caller = {
      actor: "world",
      source: request.id,
      at: Math.floor((arrivesAt + process.skew) * 1000),
    };
    this.ledger.sent(request);
    try {
      request.answer = await answerOf(process, request, caller);
    } catch (error) {
      if (error instanceof Died) request.answer = "died";
      else if (error instanceof StoreUnavailable) request.answer = "unavailable";
      else throw error;
      this.#sendAgain(request);
    }
  }

  /** Who gets no answer may try once more with the same code. */
  #sendAgain(request: Request): void {
    if (request.readAt !== undefined && this.random.chance(0.5)) this.#send({ ...request });
  }

  /** Reads the new rows of the audit, then puts a process in the place of each that has died. */
  async #check(): Promise<void> {
    const store = this.processes.find(({ dead }) => !dead)?.store ?? this.processes[0]!.store;
    await this.database.quiet();
    const rows = await store.listAudit({ after: this.#lastRow, limit: 10_000 });
    for (const row of rows) this.ledger.row(row);
    this.#lastRow = rows.at(-1)?.id ?? this.#lastRow;
    this.ledger.settle();
    for (const [index, process] of this.processes.entries()) {
      if (!process.dead) continue;
      this.processes[index] = await Process.start(this.database);
      await process.store.close();
    }
  }
}
