import { attempt } from "./attempts.js";
import type { Book, Payee } from "./core/book.js";
import type { Caller } from "./core/caller.js";
import {
  addUser,
  type Before,
  branchRevoke,
  branchUnlock,
  keepContract,
  keepPayee,
  lend,
  type Paper,
  resume,
  retire,
} from "./core/branch.js";
import { confirm } from "./core/confirmation.js";
import {
  barOfChange,
  changeProfile,
  type ProfileAnswer,
  type ProfileChange,
} from "./core/profile.js";
import { register, type Registration } from "./core/register.js";
import type { ResyncAnswer } from "./core/resync.js";
import { type RevokeRequest, revokeUsers } from "./core/revoke-users.js";
import type { Rules } from "./core/rules.js";
import { keepStaff } from "./core/staff.js";
import { transfer, type TransferAnswer, type TransferRequest } from "./core/transfer.js";
import { type ActRequest, type UsersAct, unlockUsers } from "./core/unlock-users.js";
import { resyncUser } from "./core/user-code.js";
import { type Contract, NEW_USER, type User } from "./core/user.js";
import type { Clerk } from "./clerk.js";
import type { Passwords } from "./passwords.js";

/** A request as it comes in: with the confirmation password itself in place of what it proves. */
export type Confirmed<Request> = Omit<Request, "confirmed"> & {
  readonly confirmationPassword: string;
};

/** A change of customer information with the new passwords themselves. */
export type ProfileRequest = Confirmed<Omit<ProfileChange, "passwordHash" | "confirmationHash">> & {
  readonly password?: string | undefined;
  readonly newConfirmationPassword?: string | undefined;
};

/** A new user, with the passwords the branch has handed him. */
export type NewUser = Pick<User, "id" | "contract" | "name" | "class" | "mail" | "needsCode"> & {
  readonly password: string;
  readonly confirmationPassword: string;
};

/** What users and the branch can do: the rules of core, over the store. Pages and API both call it. */
export class BankService {
  constructor(
    readonly clerk: Clerk,
    readonly passwords: Passwords,
  ) {}

  /** @throws TooSoon where the contract's users have guessed too often */
  async register(
    user: string,
    serial: string,
    code: string,
    caller: Caller,
  ): Promise<Registration> {
    const { store, policy } = this.clerk;
    const contract = (await this.#user(user))?.contract ?? "";
    const { serial: atSerial, contract: atAll } = policy.freeRegistrationFailures;
    // Counted within the contract alone: from another one nobody can make its users wait.
    const limits = [
      { key: `registration ${contract} ${serial}`, free: atSerial },
      { key: `registration ${contract}`, free: atAll },
    ];
    return attempt(store, limits, caller.at, async () => {
      const about = { users: [user], tokens: [serial] };
      return this.clerk.decide(about, caller, (book, rules) => {
        const answer = register(book, rules, user, serial, code);
        // The answer does not tell a wrong code from a used one, or from a user who may not register; the
        // audit does. Only a wrong code is a guess.
        const wrong = book.changes.audit.some(({ result }) => result === "wrong_code");
        return { answer, proof: answer.registered ? "right" : wrong ? "wrong" : "none" };
      });
    });
  }

  /** Gives somebody a place at the branch's desk, with a password or a new one. */
  async keepStaff(id: string, name: string, password: string, caller: Caller): Promise<void> {
    const passwordHash = await this.#hash(password, caller);
    await this.clerk.decide({ staff: id }, caller, (book, rules) => {
      keepStaff(book, rules, { id, name, passwordHash, ended: false });
    });
  }

  /** Takes it away. @returns whether there was such a member */
  async endStaff(id: string, caller: Caller): Promise<boolean> {
    return this.clerk.decide({ staff: id }, caller, (book, rules) => {
      const member = book.staff(id);
      if (!member || member.ended) return false;
      keepStaff(book, rules, { ...member, ended: true });
      return true;
    });
  }

  async transfer(request: Confirmed<TransferRequest>, caller: Caller): Promise<TransferAnswer> {
    const { user, id, date, payee } = request;
    const about = {
      users: [user],
      transfer: id,
      transferDate: date,
      payee: typeof payee === "string" ? payee : undefined,
    };
    return this.#confirmed(
      user,
      request.confirmationPassword,
      about,
      caller,
      (book, rules, confirmed) => transfer(book, rules, { ...request, confirmed }),
    );
  }

  async changeProfile(request: ProfileRequest, caller: Caller): Promise<ProfileAnswer> {
    const { user, password, newConfirmationPassword, confirmationPassword } = request;
    const hash = async (text: string | undefined): Promise<string | undefined> =>
      text === undefined ? undefined : this.passwords.hash(text);
    let hashes: Pick<ProfileChange, "passwordHash" | "confirmationHash"> | undefined;
    return this.#confirmed(
      user,
      confirmationPassword,
      {},
      caller,
      (book, rules, confirmed) => {
        const ready = { ...hashes, confirmed: confirmed && hashes !== undefined };
        return changeProfile(book, rules, { ...request, ...ready });
      },
      async (book) => {
        const found = book.user(user)!;
        // Where wrong passwords are not counted, they could be tried without end: a right one must not
        // be told by the time that hashing the new passwords takes.
        const bar = barOfChange(book, found, caller.at / 1000, request);
        if (bar !== undefined || found.confirmationSuspended) return;
        hashes = {
          passwordHash: await hash(password),
          confirmationHash: await hash(newConfirmationPassword),
        };
      },
    );
  }

  async unlock(request: Confirmed<ActRequest>, caller: Caller): Promise<UsersAct> {
    const { actor, confirmationPassword } = request;
    return this.#confirmed(actor, confirmationPassword, {}, caller, (book, rules, confirmed) =>
      unlockUsers(book, rules, { ...request, confirmed }),
    );
  }

  async revoke(request: Confirmed<RevokeRequest>, caller: Caller): Promise<UsersAct> {
    const { actor, confirmationPassword } = request;
    return this.#confirmed(actor, confirmationPassword, {}, caller, (book, rules, confirmed) =>
      revokeUsers(book, rules, { ...request, confirmed }),
    );
  }

  /** @param confirmationPassword undefined where the portal has asked for it itself */
  async resync(
    user: string,
    codes: readonly [string, string],
    confirmationPassword: string | undefined,
    caller: Caller,
  ): Promise<ResyncAnswer | { readonly resynchronized: false; readonly reason: "wrong_password" }> {
    return this.#confirmed(user, confirmationPassword, {}, caller, (book, rules, confirmed) => {
      const found = book.user(user);
      if (!found) return { resynchronized: false, reason: "wrong_code" };
      if (confirmationPassword !== undefined && !confirm(book, rules, found, confirmed)) {
        return { resynchronized: false, reason: "wrong_password" };
      }
      return resyncUser(book, rules, book.user(user)!, codes);
    });
  }

  /** @param before what has to stand there; whatever it is where not given */
  async keepContract(
    contract: Contract,
    paper: Paper,
    caller: Caller,
    before?: Before,
  ): Promise<void> {
    await this.clerk.decide({ contracts: [contract.id] }, caller, (book, rules) => {
      keepContract(book, rules, contract, paper, before);
    });
  }

  async addUser(user: NewUser, paper: Paper, caller: Caller): Promise<void> {
    const { password, confirmationPassword, ...named } = user;
    const [passwordHash, confirmationHash] = [
      await this.#hash(password, caller),
      await this.#hash(confirmationPassword, caller),
    ];
    const about = { contracts: [user.contract], users: [user.id] };
    await this.clerk.decide(about, caller, (book, rules) => {
      addUser(book, rules, { ...NEW_USER, ...named, passwordHash, confirmationHash }, paper);
    });
  }

  async lend(user: string, serial: string, paper: Paper, caller: Caller): Promise<void> {
    await this.clerk.decide({ users: [user], serials: [serial] }, caller, (book, rules) => {
      lend(book, rules, user, serial, paper);
    });
  }

  async retire(
    serial: string,
    status: "lost" | "faulty",
    paper: Paper,
    caller: Caller,
  ): Promise<string[]> {
    return this.clerk.decide({ serials: [serial] }, caller, (book, rules) =>
      retire(book, rules, serial, status, paper),
    );
  }

  async branchUnlock(users: readonly string[], paper: Paper, caller: Caller): Promise<string[]> {
    return this.clerk.decide({ users }, caller, (book, rules) =>
      branchUnlock(book, rules, users, paper),
    );
  }

  async branchRevoke(users: readonly string[], paper: Paper, caller: Caller): Promise<string[]> {
    return this.clerk.decide({ users }, caller, (book, rules) =>
      branchRevoke(book, rules, users, paper),
    );
  }

  async resume(
    user: string,
    given: { readonly password?: string; readonly confirmationPassword?: string },
    paper: Paper,
    caller: Caller,
  ): Promise<void> {
    const { password, confirmationPassword } = given;
    const hashes = {
      ...(password === undefined ? {} : { passwordHash: await this.#hash(password, caller) }),
      ...(confirmationPassword === undefined
        ? {}
        : { confirmationHash: await this.#hash(confirmationPassword, caller) }),
    };
    await this.clerk.decide({ users: [user] }, caller, (book, rules) => {
      resume(book, rules, user, hashes, paper);
    });
  }

  /** @param fresh whether it must not be there yet */
  async keepPayee(payee: Payee, paper: Paper, caller: Caller, fresh = false): Promise<void> {
    const about = { contracts: [payee.contract], payee: payee.id };
    await this.clerk.decide(about, caller, (book, rules) => {
      keepPayee(book, rules, payee, paper, fresh);
    });
  }

  /**
   * A decision over a user's book that a confirmation password has to do with. Checking one takes a
   * while, and is done outside of the transaction: one that was changed meanwhile is not right.
   * @param prepare what takes long and is done in the same turn, once the password is right
   */
  async #confirmed<Answer>(
    id: string,
    password: string | undefined,
    about: {
      readonly payee?: string | undefined;
      readonly transfer?: string;
      readonly transferDate?: string;
    },
    caller: Caller,
    decide: (book: Book, rules: Rules, confirmed: boolean) => Answer,
    prepare?: (book: Book) => Promise<void>,
  ): Promise<Answer> {
    let hash: string | undefined;
    const check = async (given: string): Promise<boolean> => {
      const book = await this.clerk.store.read({ users: [id] });
      hash = book.user(id)?.confirmationHash;
      const matches = await this.passwords.check(given, hash);
      if (matches) await prepare?.(book);
      return matches;
    };
    const right =
      password !== undefined &&
      (await this.passwords.turns.take(`user ${id}`, () => check(password)));
    return this.clerk.decide({ users: [id], ...about }, caller, (book, rules) =>
      decide(book, rules, right && book.user(id)?.confirmationHash === hash),
    );
  }

  async #hash(password: string, { actor }: Caller): Promise<string> {
    return this.passwords.turns.take(actor, () => this.passwords.hash(password));
  }

  async #user(id: string): Promise<User | undefined> {
    const book = await this.clerk.store.read({ users: [id] });
    return book.user(id);
  }
}
