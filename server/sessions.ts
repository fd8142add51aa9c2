import { createHash, randomBytes } from "node:crypto";
import type { Book, Caller, Session } from "./core/book.js";
import { type Login, logIn, stop } from "./core/login.js";
import type { Rules } from "./core/rules.js";
import type { Clerk } from "./clerk.js";
import type { Passwords } from "./passwords.js";
import type { Attempts } from "./store/store.js";

/** Failed logins of one address at one user, and of one address at all, that cost no waiting yet. */
const FREE_FAILURES = { pair: 3, address: 20 };
/** Milliseconds: each further failure doubles the waiting, up to a quarter of an hour. */
const FIRST_WAIT = 1000;
const LONGEST_WAIT = 900_000;

/** A login that may be tried again only later; nothing of it was looked at. */
export interface TooSoon {
  readonly in: false;
  readonly reason: "too_soon";
  /** Seconds. */
  readonly wait: number;
}

/** Logs users in and keeps their sessions: the cookie holds a secret, the store only its hash. */
export class Sessions {
  constructor(
    readonly clerk: Clerk,
    readonly passwords: Passwords,
  ) {}

  /**
   * Tries a login. Failures make an address wait, at this user and at all, but never keep a user out
   * who comes from elsewhere.
   * @returns with a login, the new session's secret
   */
  async logIn(
    user: string,
    password: string,
    caller: Caller,
  ): Promise<(Login | TooSoon) & { readonly secret?: string }> {
    const secret = randomBytes(32).toString("base64url");
    const login = await this.#tried(user, password, caller, (book, rules, right) => {
      const answer = logIn(book, rules, user, right, idOf(secret));
      return { answer, wrong: !answer.in && answer.reason === "wrong_password" };
    });
    if ("wait" in login) return { in: false, reason: "too_soon", wait: login.wait };
    return login.answer.in ? { ...login.answer, secret } : login.answer;
  }

  /**
   * A user's emergency stop (緊急利用停止), by his password as for a login.
   * @returns whether the ID is stopped, or how many seconds to wait before trying again
   */
  async stop(
    user: string,
    password: string,
    caller: Caller,
  ): Promise<{ readonly stopped: boolean; readonly wait?: number }> {
    const stopping = await this.#tried(user, password, caller, (book, rules, right) => {
      const found = book.user(user);
      if (found && right) stop(book, rules, found);
      else book.say(caller, "stop", "wrong_password", { user: found });
      return { answer: right, wrong: !right };
    });
    return "wait" in stopping ? { stopped: false, ...stopping } : { stopped: stopping.answer };
  }

  /**
   * Decides by a login password, with the same work whether there is such a user or not. Checking it
   * takes a while, and is done outside of the transaction: one that was changed meanwhile is not right.
   */
  async #tried<Answer>(
    user: string,
    password: string,
    caller: Caller,
    decide: (
      book: Book,
      rules: Rules,
      right: boolean,
    ) => { readonly answer: Answer; readonly wrong: boolean },
  ): Promise<{ readonly answer: Answer } | { readonly wait: number }> {
    const { store } = this.clerk.batcher;
    const address = caller.source ?? "";
    const pair = `${address} ${user}`;
    const untilOf = ([atUser, atAll]: readonly Attempts[]): number =>
      Math.max(waitOf(atUser!, FREE_FAILURES.pair), waitOf(atAll!, FREE_FAILURES.address));
    // Counted before it is tried: of many at once no more are tried than may be.
    const before = await store.countAttempt(
      [pair, address],
      caller.at,
      (counted) => caller.at >= untilOf(counted),
    );
    const until = untilOf(before);
    if (caller.at < until) return { wait: Math.ceil((until - caller.at) / 1000) };
    const hash = (await store.read({ users: [user] })).user(user)?.passwordHash;
    const matches = await this.passwords.check(password, hash);
    const { answer, wrong } = await this.clerk.decide({ users: [user] }, caller, (book, rules) =>
      decide(book, rules, matches && book.user(user)?.passwordHash === hash),
    );
    if (!wrong) {
      await store.forgetAttempts(pair);
      await store.uncountAttempt(address);
    }
    return { answer };
  }

  /** The session of a cookie's secret. @param now Unix seconds */
  async find(secret: string, now: number): Promise<Session | undefined> {
    return this.clerk.batcher.store.session(idOf(secret), now);
  }

  async end(secret: string): Promise<void> {
    await this.clerk.batcher.store.endSession(idOf(secret));
  }
}

/** Unix milliseconds until which nothing is tried. */
function waitOf(
  { failures, lastAt }: { readonly failures: number; readonly lastAt: number },
  free: number,
): number {
  if (failures <= free) return 0;
  return lastAt + Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - free - 1));
}

function idOf(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/** What a form proves by that it was drawn for this cookie's owner. */
export function formToken(secret: string): string {
  return createHash("sha256").update(`warifu form ${secret}`).digest("base64url");
}
