import { HttpConnection, post } from "../bench/load/http-connection.js";
import type { Device } from "../system/device.js";
import { Broken, type Ledger, type Request } from "../system/ledger.js";
import type { Random } from "../system/random.js";
import type { ServerProcess } from "./server-process.js";

/** Connections to each server, each with one request at a time. */
const CLIENTS = 6;
/** Steps around a code's own in which its digits must not come again: which step it was is then certain. */
const APART = 45;
/** Of codes that were sent, those that are sent again. */
const REMEMBERED = 40;

/** What somebody wants to ask. */
type Wish = Pick<Request, "serial" | "act" | "code" | "step" | "readAt">;

/** The API keys that the requests come with. */
export interface Keys {
  readonly verify: string;
  readonly branch: string;
}

/** Users, thieves and operators of a few tokens, over connections to servers that may die. */
export class Load {
  /** Unix seconds: no server is behind it. */
  now = Math.floor(Date.now() / 1000);
  readonly answers: Record<string, number> = {};
  /** Requests that go out before all others. */
  #next: Wish[] = [];
  #sent: Request[] = [];
  #requests = 0;
  #over = false;
  #stopped = false;
  #awaited = 0;
  #enough: (() => void) | undefined;
  #untilLater = 0;
  readonly #suspended = new Set<string>();
  readonly #accepted = new Set<string>();

  constructor(
    readonly random: Random,
    readonly devices: readonly Device[],
    readonly ledger: Ledger,
    readonly keys: Keys,
  ) {}

  /** Sends until all servers have died, or it is stopped. @throws Broken */
  async run(servers: readonly ServerProcess[]): Promise<void> {
    const clients = servers.flatMap((server) =>
      Array.from({ length: CLIENTS }, () => this.#client(server, servers)),
    );
    this.#over = this.#stopped = false;
    try {
      await Promise.all(clients);
    } finally {
      this.#over = true;
      this.#enough?.();
    }
  }

  /** Has each client wait for its last answer, and go. */
  stop(): void {
    this.#stopped = true;
  }

  /** Waits for so many answers more, or for the end. @returns whether there is more to come */
  async heard(answers: number): Promise<boolean> {
    if (this.#over) return false;
    this.#awaited = answers;
    await new Promise<void>((resolve) => (this.#enough = resolve));
    return !this.#over;
  }

  /** Has the codes that were accepted last, and those whose answer was lost, sent again first. */
  repeat(): void {
    const used = this.#sent.filter(({ answer }) => answer === "accepted" || answer === "died");
    this.#next = used.filter(({ act }) => act === "verify").slice(-2 * CLIENTS);
  }

  async #client(server: ServerProcess, all: readonly ServerProcess[]): Promise<void> {
    const connection = await HttpConnection.open(await server.port).catch(() => undefined);
    while (connection && !this.#stopped && !connection.socket.destroyed) {
      if (this.#untilLater-- <= 0) await this.#letTimePass(all);
      const what = this.#next.shift() ?? this.#choose();
      const known = { id: this.#newId(), trueTime: true, user: undefined, first: undefined };
      const request: Request = { ...what, ...known, answer: undefined };
      this.ledger.sent(request);
      const answer = await this.#ask(connection, request);
      this.#heard(request, answer);
    }
    connection?.close();
  }

  /** An address of its own for each request, under which the audit tells of it. */
  #newId(): string {
    const number = (this.#requests += 1);
    return `fd00::${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
  }

  async #letTimePass(all: readonly ServerProcess[]): Promise<void> {
    this.#untilLater = 20 + this.random.below(60);
    const later = this.now + 20 + this.random.below(80);
    await Promise.allSettled(all.map((server) => server.setClock(later)));
    this.now = Math.max(this.now, later);
  }

  #choose(): Wish {
    const { random } = this;
    const chosen = random.next();
    const device = random.pick(this.devices);
    const { serial } = device;
    const [suspended] = this.#suspended;
    if (suspended !== undefined && chosen < 0.1) {
      this.#suspended.delete(suspended);
      const nothing = { code: "", step: undefined, readAt: undefined };
      return { serial: suspended, act: "unlock", ...nothing };
    }
    if (chosen < 0.3 && this.#sent.length > 0) {
      return random.pick(this.#sent);
    }
    const step = device.stepAt(this.now);
    const near = Array.from({ length: 2 * APART + 1 }, (_, i) => device.codeAt(step + i - APART));
    const code = near[APART]!;
    if (chosen < 0.45 || near.filter((each) => each === code).length > 1) {
      let guess: string;
      do guess = String(random.below(1_000_000)).padStart(6, "0");
      while (near.includes(guess));
      return { serial, act: "verify", code: guess, step: undefined, readAt: undefined };
    }
    const use = { serial, act: "verify", code, step, readAt: this.now } as const;
    // The same code at the same time, once or several times more.
    if (chosen > 0.75) this.#next.push(...Array.from({ length: random.below(4) }, () => use));
    return use;
  }

  async #ask(connection: HttpConnection, request: Request): Promise<string> {
    const { act, serial, code, id } = request;
    const key = act === "verify" ? this.keys.verify : this.keys.branch;
    const body = act === "verify" ? { serial, code } : { serials: [serial], form: "A", staff: "s" };
    const headers = [`authorization: Bearer ${key}`, `x-forwarded-for: ${id}`];
    const text = post(`/v1/${act}`, headers, JSON.stringify(body));
    const reply = await connection.send(text).catch(() => undefined);
    if (!reply) return "died";
    if (reply.status === 503) return "unavailable";
    if (reply.status !== 200) throw new Broken("audit", `HTTP ${String(reply.status)}`);
    const told = JSON.parse(reply.body) as {
      readonly accepted?: boolean;
      readonly reason?: string;
      readonly unlocked?: readonly string[];
    };
    if (told.unlocked) return told.unlocked.length > 0 ? "unlocked" : "unchanged";
    return told.accepted === true ? "accepted" : told.reason!;
  }

  #heard(request: Request, answer: string): void {
    request.answer = answer;
    if (--this.#awaited === 0) this.#enough?.();
    this.answers[answer] = (this.answers[answer] ?? 0) + 1;
    const { act, serial, code, step } = request;
    if (answer === "suspended") this.#suspended.add(serial);
    if (act !== "verify") return;
    this.#sent = [...this.#sent.slice(1 - REMEMBERED), request];
    if (answer !== "accepted") return;
    const used = `${serial} ${String(step)}`;
    if (this.#accepted.has(used)) {
      throw new Broken("accepted_once", `${serial} was answered accepted twice for ${code}`);
    }
    this.#accepted.add(used);
  }
}
