import { codeGenerator } from "../../firmware/otp/totp.js";
import {
  Book,
  type BookToken,
  type Changes,
  type Payee,
  type Staff,
  type Transfer,
} from "../../server/core/book.js";
import { type ClockEstimate, startClock } from "../../server/core/clock/estimate.js";
import { DEFAULT_POLICY, type Policy } from "../../server/core/policy.js";
import type { Rules } from "../../server/core/rules.js";
import type { Contract, User } from "../../server/core/user.js";
import { nodeHash } from "../../server/hashes.js";

/** Noon in Japan on 23 November 2026, in the middle of a minute; Unix seconds. */
export const NOON = Date.UTC(2026, 10, 23, 3, 0, 30) / 1000;
const YEAR = 365 * 86_400;

/** A user without a token, whose passwords are his login ID and its reverse. */
export function userOf(id: string, changes: Partial<User> = {}): User {
  return {
    ...{ id, contract: "C1", name: `データ${id}`, class: "general", mail: `${id}@example.co.jp` },
    ...{ needsCode: true, passwordHash: "", confirmationHash: "" },
    ...{ holding: "none", serial: undefined, availableAt: undefined, refusedSerials: [] },
    ...{ codeFailures: 0, codeSuspended: false },
    ...{ confirmationFailures: 0, confirmationSuspended: false },
    ...{ stopped: false, expiryNoticed: undefined, lastLogin: undefined, previousLogin: undefined },
    ...changes,
  };
}

/** A user who has registered a token. */
export function holder(id: string, serial: string, changes: Partial<User> = {}): User {
  return userOf(id, { holding: "registered", serial, ...changes });
}

export function tokenOf(serial: string, changes: Partial<BookToken> = {}): BookToken {
  return {
    ...{ serial, algorithm: 1, sealedSeed: secretOf(serial), dataKey: 2, contract: "C1" },
    ...{ start: NOON - YEAR, expiry: NOON + YEAR, status: "usable", suspended: false },
    ...{ failures: 0, lastStep: -1, clock: clockNear(0) },
    ...changes,
  };
}

export function contractOf(id: string, changes: Partial<Contract> = {}): Contract {
  return {
    ...{ id, name: `${id}株式会社`, otpFrom: NOON - YEAR, form: "A-1", formDate: "2026-04-01" },
    dailyLimit: 10_000_000,
    ...changes,
  };
}

/**
 * A token's clock, known so well that in the middle of a minute the current step is accepted and one
 * either way. @param steps how far it is ahead
 */
export function clockNear(steps: number, at = NOON): ClockEstimate {
  const range = { lowest: steps * 60 - 29, highest: steps * 60 + 59 };
  return startClock(0, range, at, DEFAULT_POLICY.clock);
}

function secretOf(serial: string): Uint8Array {
  return Buffer.from(serial.padStart(20, "0"));
}

/** The code a token shows at a time, so many steps away. */
function codeAt(serial: string, time: number, distance = 0): string {
  return codeGenerator(nodeHash(1), secretOf(serial))(Math.floor(time / 60) + distance);
}

/** A code that a token shows nowhere near a time. */
function wrongCode(serial: string, time: number): string {
  const generate = codeGenerator(nodeHash(1), secretOf(serial));
  const step = Math.floor(time / 60);
  const near = Array.from({ length: 63 }, (_, index) => generate(step + index - 31));
  return ["000000", "111111", "222222"].find((code) => !near.includes(code))!;
}

/** A bank in memory: what is decided stays decided. */
export class CoreBank {
  now = NOON;
  policy: Policy = DEFAULT_POLICY;
  /** What the last decision changed. */
  changes: Changes | undefined;
  /** How many codes were computed so far. */
  computed = 0;
  readonly #tokens = new Map<string, BookToken>();
  readonly #users = new Map<string, User>();
  readonly #contracts = new Map<string, Contract>();
  readonly #payees = new Map<string, Payee>();
  readonly #transfers: Transfer[] = [];
  readonly #staff = new Map<string, Staff>();

  constructor(...things: (User | BookToken | Contract | Payee)[]) {
    this.#contracts.set("C1", contractOf("C1"));
    for (const thing of things) {
      if ("holding" in thing) this.#users.set(thing.id, thing);
      else if ("sealedSeed" in thing) this.#tokens.set(thing.serial, thing);
      else if ("otpFrom" in thing) this.#contracts.set(thing.id, thing);
      else this.#payees.set(thing.id, thing);
    }
  }

  readonly rules = (actor = "test"): Rules => {
    const open = (token: BookToken) => {
      const generate = codeGenerator(nodeHash(1), token.sealedSeed);
      const codeAt = (step: number): string => {
        this.computed++;
        return generate(step);
      };
      return { ...token, codeAt };
    };
    const { now, policy } = this;
    const caller = { actor, source: undefined, at: now * 1000 };
    return { now, policy, open, caller, decoy: tokenOf("0") };
  };

  act<Answer>(decide: (book: Book, rules: Rules) => Answer): Answer {
    const book = this.book();
    const answer = decide(book, this.rules());
    const { changes } = book;
    for (const [serial, next] of changes.tokens)
      this.#tokens.set(serial, { ...this.#tokens.get(serial)!, ...next });
    for (const user of changes.users.values()) this.#users.set(user.id, user);
    for (const contract of changes.contracts.values()) this.#contracts.set(contract.id, contract);
    for (const payee of changes.payees.values()) this.#payees.set(payee.id, payee);
    for (const member of changes.staff.values()) this.#staff.set(member.id, member);
    this.#transfers.push(...changes.transfers);
    this.changes = changes;
    return answer;
  }

  book(): Book {
    return new Book({
      tokens: this.#tokens.values(),
      users: this.#users.values(),
      contracts: this.#contracts.values(),
      payees: this.#payees.values(),
      transfers: this.#transfers,
      staff: this.#staff.values(),
    });
  }

  user(id: string): User {
    return this.#users.get(id)!;
  }

  token(serial: string): BookToken {
    return this.#tokens.get(serial)!;
  }

  code(serial: string, distance = 0): string {
    return codeAt(serial, this.now, distance);
  }

  wrong(serial: string): string {
    return wrongCode(serial, this.now);
  }

  /** What the last decision said, as `event result`. */
  said(): string[] {
    return this.changes!.audit.map(({ event, result }) => `${event} ${result}`);
  }
}
