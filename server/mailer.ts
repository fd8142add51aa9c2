import { createTransport, type Transporter } from "nodemailer";
import { InputError } from "../firmware/seedfile/input-error.js";
import type { AuditEntry } from "./core/audit.js";
import { entryBy } from "./core/caller.js";
import type { Store, WaitingMail } from "./store/store.js";

/** Milliseconds between two looks at what waits to be sent. */
const INTERVAL = 2_000;
/** Milliseconds for which a mail that was taken is nobody else's; one that fails is tried again after. */
const CLAIM = 60_000;
const AT_ONCE = 20;
/** Milliseconds that the mail under way has, once all is to stop. */
const LAST_MAIL = 2_000;
/** Tries of one mail, over a day and a half; one that the server refuses still is then set aside. */
const TRIES = 12;

/** An address, which may be at a host that has no domain, or `NAME <ADDRESS>`. */
const SENDER = /^(?:[^\p{Cc}@<>]*<[^\s@<>]+@[^\s@<>]+>|[^\s@<>]+@[^\s@<>]+)$/u;

/** What nodemailer throws: https://nodemailer.com/smtp/#error-codes */
interface SendError {
  readonly code?: string;
  /** The server's own, RFC 5321 section 4.2. */
  readonly responseCode?: number;
}

/** Where mails go, and whom they are from. */
export interface MailRoute {
  /** `smtp://HOST:PORT` or `smtps://…`, with a user and a password where the server wants them. */
  readonly url: string;
  readonly from: string;
}

/**
 * Sends the mails that wait in the store. Each was written in the transaction of what it tells of; a
 * mail is gone from the store once the mail server has taken it, so one may arrive twice, and none is
 * lost.
 */
export class Mailer {
  readonly #transport: Transporter;
  readonly #break = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #stopped = false;

  constructor(
    readonly store: Store,
    readonly route: MailRoute,
    readonly onError: (problem: string) => void,
  ) {
    // A connection that is over does not wait for the server to end it too.
    const options = { url: route.url, socketCloseTimeout: 0 };
    this.#transport = createTransport(options);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#sending ??= this.send().finally(() => {
        this.#sending = undefined;
      });
    }, INTERVAL);
  }

  /** Sends what waits now. */
  async send(now = Date.now()): Promise<void> {
    try {
      for (const mail of await this.store.claimMails(now, now + CLAIM, AT_ONCE)) {
        if (this.#stopped) break;
        await this.#sendOne(mail, now);
      }
    } catch (error) {
      this.onError((error as Error).name);
    }
  }

  /** One that fails waits longer each time, and keeps no other from going; in the end it is given up. */
  async #sendOne({ id, to, subject, text, attempts }: WaitingMail, now: number): Promise<void> {
    const { signal } = this.#break;
    const mail = { from: this.route.from, to, subject, text, signal };
    try {
      await this.#transport.sendMail(mail);
    } catch (error) {
      // The address and the server's words may hold a name: only what kind of failure it was is kept.
      const { code: problem = "unknown", responseCode = 0 } = error as SendError;
      this.onError(problem);
      // A server that cannot be reached, or says "later", is waited for; one that refuses is not.
      if (responseCode >= 500 && attempts + 1 >= TRIES)
        await this.store.mailGivenUp(id, givenUp(id, problem, now));
      return;
    }
    await this.store.mailSent(id);
  }

  /** Sends no more; a mail that takes its time is broken off, and sent anew by whoever looks next. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    const timer = setTimeout(() => {
      this.#break.abort();
    }, LAST_MAIL);
    await this.#sending;
    clearTimeout(timer);
    this.#transport.close();
  }
}

function givenUp(id: number, problem: string, at: number): AuditEntry {
  const caller = { actor: "mailer", source: undefined, at };
  return entryBy(caller, "mail", "given_up", { mail: id, problem });
}

/**
 * The mail server that the command line or the environment names.
 * @returns undefined where none is named: no mail is sent then
 * @throws InputError
 */
export function mailRoute(
  option: string | undefined,
  from: string,
  environment: NodeJS.ProcessEnv,
): MailRoute | undefined {
  if (!SENDER.test(from)) throw new InputError("--mail-from", "must be a mail address");
  const name = option === undefined ? "WARIFU_MAIL" : "--mail";
  const url = option ?? environment.WARIFU_MAIL;
  if (url === undefined) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === "") {
    throw new InputError(name, "must be smtp://HOST:PORT or smtps://HOST:PORT");
  }
  if (option !== undefined && parsed.password !== "") {
    throw new InputError(name, "holds a password, which others could see: use WARIFU_MAIL");
  }
  return { url, from };
}
