import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { SERIAL_PATTERN } from "../firmware/seedfile/seed.js";
import { BankService } from "./bank-service.js";
import { Batcher } from "./batcher.js";
import { Clerk } from "./clerk.js";
import { BranchRefusal, type Paper } from "./core/branch.js";
import type { Caller } from "./core/book.js";
import { DEFAULT_POLICY } from "./core/policy.js";
import { USER_CLASSES, type UserClass } from "./core/user.js";
import { openStore, openVault } from "./open.js";
import { Passwords } from "./passwords.js";
import type { Store } from "./store/store.js";
import { masterKeyFrom } from "./vault.js";
import { operator, print, type StoreOptions } from "./command-output.js";

type ActOptions = StoreOptions & Paper;

interface ContractOptions extends ActOptions {
  name: string;
  otpFrom?: string;
  otp: boolean;
  formDate: string;
  dailyLimit: string;
}
interface UserOptions extends ActOptions {
  contract: string;
  name: string;
  class: string;
  mail: string;
}
interface PayeeOptions extends ActOptions {
  contract: string;
  bank: string;
  branch: string;
  account: string;
  name: string;
}

const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const ID = /^[A-Za-z0-9._-]{1,64}$/;
/** Days before a token's expiry that its user gets another. */
const WORKLIST_DAYS = 90;
const PAGE = 1000;

/** `warifu branch …`: what the bank's branch (お取引店) does, each on its application form. */
export function addBranchCommands(program: Command): void {
  const branch = program
    .command("branch")
    .description("contracts, users and the tokens they are lent");
  const act = (name: string, description: string): Command =>
    branch
      .command(name)
      .description(description)
      .requiredOption("--form <number>", "the application form's number")
      .requiredOption("--staff <id>", "who does it")
      .option("--db <url>", "sqlite:PATH (default: WARIFU_DB, else sqlite:warifu.db)")
      .option("--json", "the result as JSON");
  act("contract <id>", "open a contract, or change it")
    .requiredOption("--name <name>", "the company's name")
    .requiredOption("--form-date <date>", "the form's date, YYYY-MM-DD")
    .option("--otp-from <date>", "YYYY-MM-DD from which one-time passwords are asked for")
    .option("--no-otp", "the contract has no one-time passwords")
    .requiredOption("--daily-limit <yen>", "the contract's own limit of transfers a day")
    .action(keepContract);
  act("user <id>", "add a user, and print the passwords to hand him, once")
    .requiredOption("--contract <id>", "his contract")
    .requiredOption("--name <name>", "his name")
    .requiredOption("--class <class>", USER_CLASSES.join(", "))
    .requiredOption("--mail <address>", "his mail address")
    .action(addUser);
  act("payee <id>", "register a payee beforehand (事前登録先)")
    .requiredOption("--contract <id>", "whose payee")
    .requiredOption("--bank <name>", "bank")
    .requiredOption("--branch <name>", "branch")
    .requiredOption("--account <account>", "kind and number of the account")
    .requiredOption("--name <name>", "its holder")
    .action(keepPayee);
  act("lend <user> <serial>", "lend a user a token").action(lend);
  act("lost <serial>", "a token is lost: nobody uses it any more").action(retire("lost"));
  act("faulty <serial>", "a token is faulty: nobody uses it any more").action(retire("faulty"));
  act("unlock <users...>", "lift suspensions, of masters too").action(unlock);
  act("resume <user>", "give a user his ID back, with new passwords").action(resume);
  branch
    .command("expiring")
    .description("the tokens lent that expire within 90 days, the first ones first")
    .option("--db <url>", "sqlite:PATH (default: WARIFU_DB, else sqlite:warifu.db)")
    .option("--json", "the list as JSON")
    .action(listExpiring);
}

async function keepContract(id: string, options: ContractOptions): Promise<void> {
  checkId("id", id);
  if (!/^[0-9]{1,12}$/.test(options.dailyLimit)) {
    throw new InputError("--daily-limit", "must be whole yen");
  }
  if (!DATE.test(options.formDate)) throw new InputError("--form-date", "must be YYYY-MM-DD");
  const { name, form, formDate, otpFrom } = options;
  // Left out, it would end the service of a contract that has it.
  if ((otpFrom === undefined) === options.otp) {
    throw new InputError("--otp-from", "is needed, or --no-otp; not both");
  }
  const contract = {
    ...{ id, name, form, formDate, dailyLimit: Number(options.dailyLimit) },
    otpFrom: otpFrom === undefined ? undefined : startOfDay(otpFrom),
  };
  await onPaper(options, (bank, paper, caller) => bank.keepContract(contract, paper, caller));
  print(options, { contract: id }, `contract ${id} is kept`);
}

async function addUser(id: string, options: UserOptions): Promise<void> {
  checkId("id", id);
  const userClass = USER_CLASSES.find((known) => known === options.class);
  if (!userClass) throw new InputError("--class", `must be one of ${USER_CLASSES.join(", ")}`);
  const { contract, name, mail } = options;
  const passwords = freshPasswords();
  const user = { id, contract, name, mail, class: userClass satisfies UserClass, needsCode: true };
  await onPaper(options, (bank, paper, caller) =>
    bank.addUser({ ...user, ...passwords }, paper, caller),
  );
  printPasswords(options, id, passwords);
}

async function keepPayee(id: string, options: PayeeOptions): Promise<void> {
  checkId("id", id);
  const { contract, bank: bankName, branch, account, name } = options;
  const payee = { id, contract, bank: bankName, branch, account, name };
  await onPaper(options, (bank, paper, caller) => bank.keepPayee(payee, paper, caller));
  print(options, { payee: id }, `payee ${id} is registered`);
}

async function lend(user: string, serial: string, options: ActOptions): Promise<void> {
  checkSerial(serial);
  await onPaper(options, (bank, paper, caller) => bank.lend(user, serial, paper, caller));
  print(options, { user, serial }, `token ${serial} is lent to ${user}`);
}

function retire(status: "lost" | "faulty") {
  return async (serial: string, options: ActOptions): Promise<void> => {
    checkSerial(serial);
    const users = await onPaper(options, (bank, paper, caller) =>
      bank.retire(serial, status, paper, caller),
    );
    const whose = users.length === 0 ? "nobody's" : users.join(", ");
    print(options, { serial, status, users }, `token ${serial} is ${status}; it was ${whose}`);
  };
}

async function unlock(users: string[], options: ActOptions): Promise<void> {
  const unlocked = await onPaper(options, (bank, paper, caller) =>
    bank.branchUnlock(users, paper, caller),
  );
  print(options, { unlocked }, `reinstated: ${unlocked.join(", ") || "nobody"}`);
}

async function resume(user: string, options: ActOptions): Promise<void> {
  const passwords = freshPasswords();
  await onPaper(options, (bank, paper, caller) => bank.resume(user, passwords, paper, caller));
  printPasswords(options, user, passwords);
}

async function listExpiring(options: StoreOptions): Promise<void> {
  const store = openStore(options.db, process.env);
  try {
    const now = Date.now() / 1000;
    const tokens = [];
    let after = "";
    for (let page = await store.listTokens(after, PAGE); page.length > 0;) {
      for (const { serial, contract, expiry, status } of page) {
        const days = expiry === undefined ? Infinity : Math.floor((expiry - now) / 86_400);
        const lent = contract !== undefined && status === "usable";
        if (lent && days < WORKLIST_DAYS) tokens.push({ serial, contract, days });
      }
      after = page.at(-1)!.serial;
      page = await store.listTokens(after, PAGE);
    }
    tokens.sort((one, other) => one.days - other.days);
    const lines = tokens.map(
      ({ serial, contract, days }) => `${serial} contract ${contract}: ${String(days)} days`,
    );
    print(options, { tokens }, lines.join("\n") || "none");
  } finally {
    await store.close();
  }
}

/** Passwords the branch hands over on paper; the store keeps only their hashes. */
function freshPasswords(): { password: string; confirmationPassword: string } {
  return {
    password: randomBytes(12).toString("base64url"),
    confirmationPassword: randomBytes(6).toString("hex"),
  };
}

function printPasswords(
  options: StoreOptions,
  user: string,
  passwords: ReturnType<typeof freshPasswords>,
): void {
  const { password, confirmationPassword } = passwords;
  const text = `${user}: login password ${password}, confirmation password ${confirmationPassword}`;
  print(options, { user, ...passwords }, text);
}

/** Does an act over the store; what the branch cannot do so is a refusal, told by name. */
async function onPaper<Answer>(
  options: ActOptions,
  act: (bank: BankService, paper: Paper, caller: Caller) => Promise<Answer>,
): Promise<Answer> {
  const store: Store = openStore(options.db, process.env);
  try {
    const vault = await openVault(store, masterKeyFrom(process.env));
    const clerk = new Clerk(new Batcher(store), vault, DEFAULT_POLICY, hasMail());
    const { form, staff } = options;
    const caller = { actor: operator(), source: undefined, at: Date.now() };
    return await act(new BankService(clerk, new Passwords()), { form, staff }, caller);
  } catch (error) {
    if (!(error instanceof BranchRefusal)) throw error;
    throw new InputError(error.subject, REFUSALS[error.reason]);
  } finally {
    await store.close();
  }
}

/** Whether a serving process sends the notices of what is done here. */
function hasMail(): boolean {
  return process.env.WARIFU_MAIL !== undefined;
}

const REFUSALS = {
  unknown_contract: "is no contract",
  unknown_user: "is no user",
  unknown_serial: "is no token",
  exists: "is a user already",
  other_contract: "is lent to another contract",
  not_in_service: "is lost or faulty",
  has_token: "has a token registered",
} as const;

/** The beginning of a day in Japan, Unix seconds. */
function startOfDay(date: string): number {
  if (!DATE.test(date)) throw new InputError("--otp-from", "must be YYYY-MM-DD");
  return parseInstant(`${date}T00:00:00+09:00`, "--otp-from");
}

function checkId(field: string, id: string): void {
  if (!ID.test(id))
    throw new InputError(field, "must be letters, digits, dots, dashes, at most 64");
}

function checkSerial(serial: string): void {
  if (!SERIAL_PATTERN.test(serial)) throw new InputError("serial", "must be 8 to 12 digits");
}
