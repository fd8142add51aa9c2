import { DEFAULT_POLICY } from "../../server/core/policy.js";
import type { ListedAuditRow, StoredToken } from "../../server/store/store.js";
import type { Device } from "./device.js";

/** What must hold at every step, by the name a failing run prints. */
export type Invariant =
  /** A code is accepted at most once for a token, and none of an earlier step after it. */
  | "accepted_once"
  /** A suspended, revoked or expired token accepts nothing and evaluates nothing. */
  | "barred"
  /** An honest code of a token whose clock is within its bounds is accepted. */
  | "honest"
  /** So many wrong codes in a row suspend; no further one is evaluated. */
  | "limit"
  /** What stands in the store is what the decisions make: no counter falls but by a success or an unlock. */
  | "counters"
  /** Every answer is in the audit, and every row was answered or its process died. */
  | "audit";

export class Broken extends Error {
  override readonly name = "Broken";

  constructor(
    readonly invariant: Invariant,
    what: string,
  ) {
    super(`${invariant}: ${what}`);
  }
}

/** A request as the world knows it. */
export interface Request {
  /** Stands in the audit as where the request came from. */
  readonly id: string;
  readonly serial: string;
  readonly act: "verify" | "unlock" | "revoke" | "resync" | "register" | "reinstate";
  /** Who asks, or is reinstated; by serial, at the branch's desk, where undefined. */
  readonly user: string | undefined;
  readonly code: string;
  /** Of a resynchronization: the code before. */
  readonly first: string | undefined;
  /** The step the device showed the code for; undefined for a guess. */
  readonly step: number | undefined;
  /** Unix seconds at which a user read it off the display; undefined for everybody else. */
  readonly readAt: number | undefined;
  /** Whether the process it reached had the right time. */
  trueTime: boolean;
  answer: string | undefined;
}

interface Account {
  readonly device: Device;
  readonly expiry: number;
  suspended: boolean;
  revoked: boolean;
  failures: number;
  /**
   * The last step accepted; several, in order, where the code that was sent is that of several, until
   * the store has told which of them it took.
   */
  lastSteps: readonly number[];
  /** Unix seconds of the last code that was accepted, or of the import. */
  learnedAt: number;
  /**
   * A code was taken by a process whose clock was wrong, or one that was older than reading and typing
   * take (somebody's who has seen it): what was learned from it may be wrong too, until two codes in a
   * row set it right.
   */
  misled: boolean;
}

/** Somebody who has no token yet. */
interface Newcomer {
  failures: number;
  suspended: boolean;
  registered: boolean;
}

/** Answers that leave nothing in the audit: nothing was decided. */
const WITHOUT_ROW = ["unavailable", "too_soon", "nothing_to_lift"];
/** What the audit says happened with codes. */
const EVENTS = ["verify", "lock", "unlock", "revoke", "resync", "register"];
const { maxFailures } = DEFAULT_POLICY;
/** Seconds a code may be old: reading and typing. */
const TRANSMISSION = 60;
/** A clock that was not heard of for longer may be beyond the widest window. Seconds. */
const HEARD_OF = 100 * 86_400;

/** Keeps its own books by the audit's rows, one after the other, and compares. */
export class Ledger {
  /** How often the audit told what. */
  readonly told: Record<string, number> = {};
  readonly #accounts = new Map<string, Account>();
  readonly #newcomers = new Map<string, Newcomer>();
  /** Requests on their way, and what the audit says of each. */
  readonly #open = new Map<string, { readonly request: Request; readonly rows: string[] }>();

  add(device: Device, expiry: number): void {
    this.#accounts.set(device.serial, {
      ...{ device, expiry, suspended: false, revoked: false, failures: 0, lastSteps: [-1] },
      ...{ learnedAt: device.began, misled: false },
    });
  }

  addNewcomer(user: string): void {
    this.#newcomers.set(user, { failures: 0, suspended: false, registered: false });
  }

  /** Newcomers who are suspended, or have no token yet. */
  newcomers(which: "suspended" | "without_token"): string[] {
    return [...this.#newcomers.entries()]
      .filter(([, each]) => (which === "suspended" ? each.suspended : !each.registered))
      .map(([user]) => user);
  }

  sent(request: Request): void {
    this.#open.set(request.id, { request, rows: [] });
  }

  isSuspended(serial: string): boolean {
    return this.#accounts.get(serial)!.suspended;
  }

  /** Takes a row in the order they were committed. */
  row({ event, result, source, at }: ListedAuditRow): void {
    if (!EVENTS.includes(event)) return;
    const open = this.#open.get(source ?? "");
    if (!open) throw new Broken("audit", `a row of ${event} that nobody asked for`);
    this.told[`${event} ${result}`] = (this.told[`${event} ${result}`] ?? 0) + 1;
    const { request, rows } = open;
    rows.push(answerTold(event, result));
    const account = this.#accounts.get(request.serial)!;
    const newcomer = this.#newcomers.get(request.user ?? "");
    if (event === "register") this.#registered(account, newcomer!, request, result, at / 1000);
    else if (newcomer && event === "lock") lockNewcomer(newcomer, request.user!);
    else if (newcomer && event === "unlock")
      Object.assign(newcomer, { failures: 0, suspended: false });
    else if (event === "verify" || event === "resync")
      this.#evaluated(account, request, result, at / 1000);
    else if (event === "lock") this.#locked(account);
    else if (event === "unlock" && result === "unlocked") {
      Object.assign(account, { suspended: false, failures: 0 });
    } else if (event === "revoke" && result !== "unchanged") account.revoked = true;
  }

  /** Closes the requests that were answered, or whose process died, and compares them with their rows. */
  settle(): void {
    for (const [id, { request, rows }] of this.#open) {
      const { answer } = request;
      if (answer === undefined) continue;
      this.#open.delete(id);
      if (answer === "died") continue;
      const said = WITHOUT_ROW.includes(answer) ? undefined : answer;
      if (rows.at(-1) !== said) {
        throw new Broken(
          "audit",
          `${id} was answered ${answer}, the audit says ${rows.join(", ")}`,
        );
      }
    }
  }

  /** Compares the books with what is stored. */
  compare(stored: readonly (StoredToken | undefined)[]): void {
    for (const token of stored) {
      const account = this.#accounts.get(token!.serial)!;
      const { failures, lastSteps, suspended, revoked } = account;
      if (lastSteps.includes(token!.lastStep)) account.lastSteps = [token!.lastStep];
      const own = [failures, account.lastSteps.join(" or "), suspended, revoked];
      const theirs = [
        token!.failures,
        token!.lastStep,
        token!.suspended,
        token!.status !== "usable",
      ];
      if (own.join() !== theirs.join()) {
        throw new Broken(
          "counters",
          `${token!.serial} is ${theirs.join()} and should be ${own.join()}`,
        );
      }
    }
  }

  /** A code by itself, or two in a row. */
  #evaluated(account: Account, request: Request, result: string, at: number): void {
    const barred = isBarred(account, at);
    const { serial } = request;
    if (barred && EVALUATED.includes(result)) {
      throw new Broken("barred", `${serial} answered ${result}`);
    }
    if (result === "accepted" || result === "resynchronized") this.#accepted(account, request, at);
    if (result === "wrong_code") {
      account.failures += 1;
      if (account.failures > maxFailures) {
        throw new Broken("limit", `${serial} evaluated wrong code ${String(account.failures)}`);
      }
    }
    const refused = result === "wrong_code" || result === "already_used";
    if (refused && this.#isHonest(account, request, at)) {
      throw new Broken("honest", `${serial} refused an honest code: ${result}`);
    }
  }

  #registered(
    account: Account,
    newcomer: Newcomer,
    request: Request,
    result: string,
    at: number,
  ): void {
    const barred = isBarred(account, at);
    const { serial } = request;
    const user = request.user!;
    if (result === "registered") {
      if (barred || newcomer.suspended || newcomer.registered) {
        throw new Broken("barred", `${user} registered ${serial}`);
      }
      this.#accepted(account, request, at);
      Object.assign(newcomer, { failures: 0, registered: true });
    }
    if (result === "wrong_code") {
      newcomer.failures += 1;
      if (newcomer.failures > maxFailures) {
        throw new Broken("limit", `${user} guessed ${String(newcomer.failures)} times`);
      }
    }
    const refused = result === "wrong_code" || result === "already_used";
    if (refused && !barred && this.#isHonest(account, request, at)) {
      throw new Broken("honest", `${user} could not register ${serial}: ${result}`);
    }
  }

  #accepted(account: Account, request: Request, at: number): void {
    const { device, lastSteps } = account;
    const steps = stepsOf(device, request, at);
    const later = steps.filter(
      (step) => step - Number(request.first !== undefined) > lastSteps[0]!,
    );
    if (later.length === 0) {
      const which = `${steps.join(" or ")} after ${lastSteps.join(" or ")}`;
      throw new Broken("accepted_once", `${request.serial} accepted step ${which}`);
    }
    Object.assign(account, { failures: 0, lastSteps: later, learnedAt: at });
    const [from, to] = [device.stepAt(at - TRANSMISSION), device.stepAt(at)];
    const current = later.every((step) => step >= from && step <= to);
    if (!request.trueTime || !current) account.misled = true;
  }

  #locked(account: Account): void {
    if (account.failures < maxFailures) {
      throw new Broken("limit", `${account.device.serial} was suspended too early`);
    }
    account.suspended = true;
  }

  /** Read off the display within the last minute, for the first time, by a clock within its bounds. */
  #isHonest(account: Account, request: Request, at: number): boolean {
    const { act, user, readAt, step, trueTime, first } = request;
    if (readAt === undefined || !trueTime) return false;
    const inTime = at >= readAt && at - readAt <= TRANSMISSION;
    if (!inTime || step! - Number(first !== undefined) <= account.lastSteps.at(-1)!) return false;
    // The branch's resynchronization is for tokens that nothing is known of any more.
    if (act === "resync" && user === undefined) return true;
    return !account.misled && at - account.learnedAt < HEARD_OF;
  }
}

/** Results of rows that say a code was looked at. */
const EVALUATED = ["accepted", "resynchronized", "wrong_code", "already_used"];

function isBarred({ revoked, suspended, expiry }: Account, at: number): boolean {
  return revoked || suspended || at >= expiry;
}

function lockNewcomer(newcomer: Newcomer, user: string): void {
  if (newcomer.failures < maxFailures) throw new Broken("limit", `${user} was suspended too early`);
  newcomer.suspended = true;
}

/** What was answered where the audit says so: a registration does not tell a used code from a wrong one. */
function answerTold(event: string, result: string): string {
  if (event === "lock") return "suspended";
  if (event === "register" && result === "already_used") return "wrong_code";
  return result.replace(/_while_suspended$/, "");
}

/** Steps as far from the time as a window reaches, and a clock that was misled beside it. */
const NEAR = 40;

/**
 * The steps a code can have been accepted for, in order: the one it was read at, and those near the time
 * that have the same digits. A guess has only these, and so has a code that is sent again when its own
 * time is over.
 */
function stepsOf(device: Device, { step, code, first }: Request, at: number): number[] {
  const expected = device.stepAt(at);
  const found = step === undefined ? [] : [step];
  for (let near = expected - NEAR; near <= expected + NEAR; near++) {
    const fits = first === undefined || device.codeAt(near - 1) === first;
    if (near !== step && fits && device.codeAt(near) === code) found.push(near);
  }
  return found.sort((one, other) => one - other);
}
