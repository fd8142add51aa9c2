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
  readonly act: "verify" | "unlock" | "revoke";
  readonly code: string;
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
  lastStep: number;
  /** Unix seconds of the last code that was accepted, or of the import. */
  learnedAt: number;
  /**
   * A code was taken by a process whose clock was wrong, or one that was older than reading and typing
   * take (somebody's who has seen it): what was learned from it may be wrong too, until two codes in a
   * row set it right.
   */
  misled: boolean;
}

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
  /** Requests on their way, and what the audit says of each. */
  readonly #open = new Map<string, { readonly request: Request; readonly rows: string[] }>();

  add(device: Device, expiry: number): void {
    this.#accounts.set(device.serial, {
      ...{ device, expiry, suspended: false, revoked: false, failures: 0, lastStep: -1 },
      ...{ learnedAt: device.began, misled: false },
    });
  }

  sent(request: Request): void {
    this.#open.set(request.id, { request, rows: [] });
  }

  isSuspended(serial: string): boolean {
    return this.#accounts.get(serial)!.suspended;
  }

  /** Takes a row in the order they were committed. */
  row({ event, result, source, at }: ListedAuditRow): void {
    if (!["verify", "lock", "unlock", "revoke"].includes(event)) return;
    const open = this.#open.get(source ?? "");
    if (!open) throw new Broken("audit", `a row of ${event} that nobody asked for`);
    this.told[`${event} ${result}`] = (this.told[`${event} ${result}`] ?? 0) + 1;
    open.rows.push(event === "lock" ? "suspended" : result.replace(/_while_suspended$/, ""));
    const account = this.#accounts.get(open.request.serial)!;
    if (event === "verify") this.#verified(account, open.request, result, at / 1000);
    if (event === "lock") this.#locked(account);
    if (event === "unlock" && result === "unlocked") {
      Object.assign(account, { suspended: false, failures: 0 });
    }
    if (event === "revoke" && result !== "unchanged") account.revoked = true;
  }

  /** Closes the requests that were answered, or whose process died, and compares them with their rows. */
  settle(): void {
    for (const [id, { request, rows }] of this.#open) {
      const { answer } = request;
      if (answer === undefined) continue;
      this.#open.delete(id);
      if (answer === "died") continue;
      const said = answer === "unavailable" ? undefined : answer;
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
      const { failures, lastStep, suspended, revoked } = account;
      const own = [failures, lastStep, suspended, revoked];
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

  #verified(account: Account, request: Request, result: string, at: number): void {
    const barred = account.revoked || account.suspended || at >= account.expiry;
    const { serial } = request;
    if (barred && ["accepted", "wrong_code", "already_used"].includes(result)) {
      throw new Broken("barred", `${serial} answered ${result}`);
    }
    if (result === "accepted") this.#accepted(account, request, at);
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

  #accepted(account: Account, request: Request, at: number): void {
    const step = request.step ?? nearest(account.device, request.code, at);
    if (step <= account.lastStep) {
      const steps = `${String(step)} after ${String(account.lastStep)}`;
      throw new Broken("accepted_once", `${request.serial} accepted step ${steps}`);
    }
    Object.assign(account, { failures: 0, lastStep: step, learnedAt: at });
    const { device } = account;
    const current = step >= device.stepAt(at - TRANSMISSION) && step <= device.stepAt(at);
    if (!request.trueTime || !current) account.misled = true;
  }

  #locked(account: Account): void {
    if (account.failures < maxFailures) {
      throw new Broken("limit", `${account.device.serial} was suspended too early`);
    }
    account.suspended = true;
  }

  /** Read off the display within the last minute, for the first time, by a clock within its bounds. */
  #isHonest(account: Account, { readAt, step, trueTime }: Request, at: number): boolean {
    if (readAt === undefined || !trueTime || account.misled) return false;
    const inTime = at >= readAt && at - readAt <= TRANSMISSION;
    return inTime && step! > account.lastStep && at - account.learnedAt < HEARD_OF;
  }
}

/** The step a guessed code was accepted for. */
function nearest(device: Device, code: string, at: number): number {
  const expected = device.stepAt(at);
  for (let distance = 0; distance <= 40; distance++) {
    for (const step of [expected - distance, expected + distance]) {
      if (device.codeAt(step) === code) return step;
    }
  }
  throw new Broken("accepted_once", `${device.serial} accepted a code it never shows`);
}
