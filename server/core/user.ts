/** What a user may do: masters administer the others' tokens. */
export const USER_CLASSES = ["master", "administrator", "general"] as const;
export type UserClass = (typeof USER_CLASSES)[number];

/**
 * How a user stands to a token: none; one lent by the branch and not registered yet; one registered;
 * or one revoked, until another is lent.
 */
export type Holding = "none" | "issued" | "registered" | "revoked";

/** A user of a contract. Times are Unix seconds. */
export interface User {
  /** The login ID. */
  readonly id: string;
  readonly contract: string;
  readonly name: string;
  readonly class: UserClass;
  readonly mail: string;
  /** Whether the user has a right that asks for one-time passwords. */
  readonly needsCode: boolean;
  readonly passwordHash: string;
  /** Of the confirmation password (確認用パスワード). */
  readonly confirmationHash: string;
  readonly holding: Holding;
  /** The serial issued, registered or last revoked; undefined without any. */
  readonly serial: string | undefined;
  /** When a token may be registered again; undefined unless one was revoked before. */
  readonly availableAt: number | undefined;
  /** Serials revoked from this user: not registered again unless the branch lends them anew. */
  readonly refusedSerials: readonly string[];
  /** Consecutive wrong codes at registration: they count on the user, not on the token. */
  readonly codeFailures: number;
  readonly codeSuspended: boolean;
  readonly confirmationFailures: number;
  readonly confirmationSuspended: boolean;
  /** Stopped by the user's own emergency stop (緊急利用停止). */
  readonly stopped: boolean;
  /** The fewest days before the token's expiry that the user was told of it; undefined before. */
  readonly expiryNoticed: number | undefined;
  readonly lastLogin: number | undefined;
  readonly previousLogin: number | undefined;
}

/** A company's contract. Times are Unix seconds. */
export interface Contract {
  readonly id: string;
  readonly name: string;
  /** From when one-time passwords are asked for; undefined for a contract without the service. */
  readonly otpFrom: number | undefined;
  /** The application form's number and date (ワンタイムパスワード機能申込書). */
  readonly form: string;
  readonly formDate: string;
  /** The contract's own limit of transfers a day, in yen, where one-time passwords are asked for. */
  readonly dailyLimit: number;
}

/** The states a user's token has on the bank's pages. */
export type TokenStanding = "unregistered" | "issued" | "registered" | "expired" | "revoked";

/**
 * The state as it is shown (ワンタイムパスワード状態): expiry and the end of the waiting time come from
 * the clock.
 * @param expiry the token's, Unix seconds
 */
export function standingOf(user: User, expiry: number | undefined, now: number): TokenStanding {
  if (waitsUntil(user, now) !== undefined) return "revoked";
  switch (user.holding) {
    case "none":
    case "revoked":
      return "unregistered";
    case "issued":
      return "issued";
    case "registered":
      return now < (expiry ?? Infinity) ? "registered" : "expired";
  }
}

/**
 * Until when a user whose token was revoked waits, also where another is lent to him by then; undefined
 * for who does not wait.
 */
export function waitsUntil({ availableAt }: User, now: number): number | undefined {
  return availableAt !== undefined && now < availableAt ? availableAt : undefined;
}

/** Whether a token is with the user: one that he has registered, or that was lent to him. */
export function hasToken({ holding }: User): boolean {
  return holding === "registered" || holding === "issued";
}

/** Whether the contract asks its users for one-time passwords at a time. */
export function asksForCodes(contract: Contract, now: number): boolean {
  return contract.otpFrom !== undefined && now >= contract.otpFrom;
}

/** How a user begins. */
export const NEW_USER = {
  holding: "none",
  serial: undefined,
  availableAt: undefined,
  refusedSerials: [],
  codeFailures: 0,
  codeSuspended: false,
  confirmationFailures: 0,
  confirmationSuspended: false,
  stopped: false,
  expiryNoticed: undefined,
  lastLogin: undefined,
  previousLogin: undefined,
} as const;
