import type { FastifyInstance } from "fastify";
import { provision } from "../../firmware/factory/provision.js";
import type { Seed } from "../../firmware/seedfile/seed.js";
import { tokenRecord } from "../../firmware/seedfile/token-record.js";
import { BankService, type NewUser } from "../../server/bank-service.js";
import { Batcher } from "../../server/batcher.js";
import { Clerk } from "../../server/clerk.js";
import type { Caller } from "../../server/core/caller.js";
import { DEFAULT_POLICY } from "../../server/core/policy.js";
import type { Contract } from "../../server/core/user.js";
import { buildApp, type Parts } from "../../server/http/app.js";
import { importSeeds } from "../../server/import-seeds.js";
import { openVault } from "../../server/open.js";
import { Passwords } from "../../server/passwords.js";
import { openSqlite } from "../../server/store/sqlite.js";
import type { Store } from "../../server/store/store.js";
import { VirtualClock } from "../../simulator/clock.js";
import { displayOf } from "../../simulator/display.js";
import { loadImage } from "../../simulator/image.js";
import { SimulatedToken } from "../../simulator/token.js";
import { MASTER_KEY, NOW } from "./server.js";

/** What hashing a password costs in tests: its strength is not what they are about. */
const COST = { logN: 10 };
export const PAPER = { form: "A-0001", staff: "s1" } as const;

/** A password every test's user has, and his confirmation password. */
export const PASSWORD = "password-1";
export const CONFIRMATION = "kakunin1";

/** A bank whose clock is in the test's hand, and the tokens it has lent. */
export class TestBank {
  /** Unix milliseconds. */
  now = NOW;
  url = "";

  private constructor(
    readonly store: Store,
    readonly bank: BankService,
    readonly seeds: readonly Seed[],
    private readonly clock: { read: () => number },
    readonly app: FastifyInstance,
  ) {}

  /** @param tokens how many tokens there are, from serial 10000001 on */
  static async start(
    tokens: number,
    expiry = NOW / 1000 + 365 * 86_400,
    app: Partial<Parts> = {},
  ): Promise<TestBank> {
    const store = openSqlite(":memory:");
    const vault = await openVault(store, MASTER_KEY);
    const start = NOW / 1000 - 86_400;
    const batch = { algorithm: "SHA1", board: "pixljs", firstSerial: "10000001" } as const;
    const seeds = provision({ ...batch, start, count: tokens, expiry });
    await importSeeds(store, vault, seeds, { actor: "test", source: undefined, at: NOW });
    const clock = { read: () => NOW };
    const now = (): number => clock.read();
    const server = await buildApp({ store, vault, now, passwordCost: COST, ...app });
    const clerk = new Clerk(new Batcher(store), vault, DEFAULT_POLICY);
    const bank = new TestBank(
      store,
      new BankService(clerk, new Passwords(app.passwordCost ?? COST)),
      seeds,
      clock,
      server,
    );
    clock.read = () => bank.now;
    bank.url = await server.listen({ host: "127.0.0.1", port: 0 });
    return bank;
  }

  close(): Promise<void> {
    return this.app.close();
  }

  caller(): Caller {
    return { actor: "test", source: undefined, at: this.now };
  }

  async contract(changes: Partial<Contract> = {}): Promise<void> {
    const contract = { id: "C1", name: "割符商事株式会社", otpFrom: 0, dailyLimit: 10_000_000 };
    const paper = { form: "A-0001", formDate: "2026-04-01" };
    await this.bank.keepContract({ ...contract, ...paper, ...changes }, PAPER, this.caller());
  }

  async user(id: string, name: string, changes: Partial<NewUser> = {}): Promise<void> {
    const user = {
      id,
      name,
      contract: "C1",
      class: "general",
      mail: `${id}@example.co.jp`,
    } as const;
    const passwords = { password: PASSWORD, confirmationPassword: CONFIRMATION };
    await this.bank.addUser(
      { ...user, needsCode: true, ...passwords, ...changes },
      PAPER,
      this.caller(),
    );
  }

  /** Somebody at the branch's desk, with every test's password. */
  async staff(id = "madoguchi"): Promise<void> {
    await this.bank.keepStaff(id, "窓口 花子", PASSWORD, this.caller());
  }

  async lend(user: string, serial: string): Promise<void> {
    await this.bank.lend(user, serial, PAPER, this.caller());
  }

  /** A user who has registered a token, by the code on its display. */
  async holder(
    id: string,
    name: string,
    serial: string,
    changes: Partial<NewUser> = {},
  ): Promise<void> {
    await this.user(id, name, changes);
    await this.lend(id, serial);
    const answer = await this.bank.register(id, serial, this.read(serial), this.caller());
    if (!answer.registered) throw new Error(`${id}: ${answer.reason}`);
    this.now += 60_000;
  }

  /** Presses a token's button and reads the code off its display. */
  read(serial: string): string {
    const seed = this.seeds.find((each) => each.serial === serial)!;
    const clock = new VirtualClock(this.now / 1000);
    const image = loadImage("pixljs");
    const token = new SimulatedToken({ board: "pixljs", image, record: tokenRecord(seed), clock });
    token.press();
    return displayOf(token).code ?? "";
  }

  /** A code that the token does not show. */
  wrong(serial: string): string {
    const near = [-2, -1, 0, 1, 2].map((minutes) => {
      this.now += minutes * 60_000;
      const code = this.read(serial);
      this.now -= minutes * 60_000;
      return code;
    });
    return ["000000", "111111", "222222"].find((code) => !near.includes(code))!;
  }

  /** Suspends a token by five wrong codes of one of its users. */
  async suspend(user: string, serial: string): Promise<void> {
    const payee = { bank: "a", branch: "b", account: "c", name: "d" };
    for (let guess = 0; guess < 5; guess++) {
      const order = { id: `${user}-${String(guess)}`, user, payee, amount: 1, date: "2026-11-24" };
      const proof = { confirmationPassword: CONFIRMATION, code: this.wrong(serial) };
      await this.bank.transfer({ ...order, ...proof }, this.caller());
    }
  }
}
