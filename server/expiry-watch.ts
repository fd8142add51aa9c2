import type { Clerk } from "./clerk.js";
import { noticeExpiry } from "./core/expiry-notice.js";
import { DAY } from "./core/japan.js";
import type { StoredToken } from "./store/store.js";

const INTERVAL = 3_600_000; // milliseconds between two looks
const PAGE = 500;

/** Has the users told whose tokens expire soon. Each is told once, whatever the number of processes. */
export class ExpiryWatch {
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    readonly clerk: Clerk,
    /** Unix milliseconds. */
    readonly now: () => number,
    readonly onError: (problem: string) => void,
  ) {}

  start(): void {
    const look = (): void => {
      this.#looking = this.#looking
        .then(() => this.look())
        .catch((error: unknown) => {
          this.onError((error as Error).name);
        });
    };
    look();
    this.#timer = setInterval(look, INTERVAL);
  }

  /** Looks through all tokens that expire soon; only through those of a page, once all is to stop. */
  async look(): Promise<void> {
    const { clerk } = this;
    const first = Math.max(...clerk.policy.expiryNoticeDays);
    const until = this.now() / 1000 + first * DAY + 1;
    let last: { readonly expiry: number; readonly serial: string } | undefined = {
      expiry: this.now() / 1000,
      serial: "",
    };
    while (last) {
      const tokens: StoredToken[] = await clerk.store.listExpiring(until, last, PAGE);
      const caller = { actor: "expiry", source: undefined, at: this.now() };
      await Promise.all(
        tokens.map(({ serial }) =>
          clerk.decide({ serials: [serial] }, caller, (book, rules) => {
            noticeExpiry(book, rules, serial);
          }),
        ),
      );
      last = tokens.length === PAGE && !this.#stopped ? lastOf(tokens) : undefined;
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
  }
}

/** Where a page of tokens ends. */
export function lastOf(tokens: readonly StoredToken[]): { expiry: number; serial: string } {
  const { expiry, serial } = tokens.at(-1)!;
  return { expiry: expiry!, serial };
}
