import type { Command } from "commander";
import { InputError } from "../firmware/seedfile/input-error.js";
import { parseInstant } from "../firmware/seedfile/instant.js";
import { BankService } from "./bank-service.js";
import { Batcher } from "./batcher.js";
import { Clerk } from "./clerk.js";
import { BranchRefusal, type Paper } from "./core/branch.js";
import type { Caller } from "./core/caller.js";
import { DAY } from "./core/japan.js";
import { USER_CLASSES } from "./core/user.js";
import { lastOf } from "./expiry-watch.js";
import { isDate, isField } from "./fields.js";
import { masterKeysFrom } from "./keys/master-keys.js";
import { type Opening, openVault, withStore } from "./open.js";
import { freshPasswords, Passwords } from "./passwords.js";
import { readPolicy } from "./policy-file.js";
import type { Store, StoredToken } from "./store/store.js";
import { DB, JSON_OUTPUT, operator, print, Refused, type StoreOptions } from "./command-output.js";

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
      .option(...DB)
      .option(...JSON_OUTPUT);
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
  addStaffCommand(branch);
  branch
    .command("expiring")
    .description(
      "the tokens lent that expire soon, the first ones first: within 90 days, or as the policy says",
    )
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(listExpiring);
}

async function keepContract(id: string, options: ContractOptions): Promise<void> {
  check("id", "id", id);
  check("yen", "--daily-limit", options.dailyLimit);
  if (!isDate(options.formDate)) throw new InputError("--form-date", "must be YYYY-MM-DD");
  const { name, form, formDate, otpFrom } = options;
  check("name", "--name", name);
  // Left out, it would end the service of a contract that has it.
  if ((otpFrom === undefined) === options.otp) {
    throw new InputError("--otp-from", "is needed, or --no-otp; not both");
  }
  const contract = {
    id,
    name,
    form,
    formDate,
    dailyLimit: Number(options.dailyLimit),
    otpFrom: otpFrom === undefined ? undefined : startOfDay(otpFrom),
  };
  const keep = (bank: BankService, paper: Paper, caller: Caller): Promise<void> =>
    bank.keepContract(contract, paper, caller);
  await onPaper(options, keep, { mayBeNew: true });
  print(options, { contract: id }, `contract ${id} is kept`);
}

async function addUser(id: string, options: UserOptions): Promise<void> {
  check("id", "id", id);
  const userClass = USER_CLASSES.find((known) => known === options.class);
  if (!userClass) throw new InputError("--class", `must be one of ${USER_CLASSES.join(", ")}`);
  const { contract, name, mail } = options;
  check("id", "--contract", contract);
  check("name", "--name", name);
  check("mail", "--mail", mail);
  const passwords = freshPasswords();
  const user = { id, contract, name, mail, class: userClass, needsCode: true };
  await onPaper(options, (bank, paper, caller) =>
    bank.addUser({ ...user, ...passwords }, paper, caller),
  );
  printPasswords(options, id, passwords);
}

async function keepPayee(id: string, options: PayeeOptions): Promise<void> {
  check("id", "id", id);
  const { contract, bank: bankName, branch, account, name } = options;
  check("id", "--contract", contract);
  const payee = { id, contract, bank: bankName, branch, account, name };
  for (const field of ["bank", "branch", "account", "name"] as const) {
    check("name", `--${field}`, payee[field]);
  }
  await onPaper(options, (bank, paper, caller) => bank.keepPayee(payee, paper, caller));
  print(options, { payee: id }, `payee ${id} is registered`);
}

async function lend(user: string, serial: string, options: ActOptions): Promise<void> {
  check("id", "user", user);
  check("serial", "serial", serial);
  await onPaper(options, (bank, paper, caller) => bank.lend(user, serial, paper, caller));
  print(options, { user, serial }, `token ${serial} is lent to ${user}`);
}

function retire(status: "lost" | "faulty") {
  return async (serial: string, options: ActOptions): Promise<void> => {
    check("serial", "serial", serial);
    const users = await onPaper(options, (bank, paper, caller) =>
      bank.retire(serial, status, paper, caller),
    );
    const whose = users.length === 0 ? "nobody's" : users.join(", ");
    print(options, { serial, status, users }, `token ${serial} is ${status}; it was ${whose}`);
  };
}

async function unlock(users: string[], options: ActOptions): Promise<void> {
  for (const user of users) check("id", "user", user);
  const unlocked = await onPaper(options, (bank, paper, caller) =>
    bank.branchUnlock(users, paper, caller),
  );
  print(options, { unlocked }, `reinstated: ${unlocked.join(", ") || "nobody"}`);
}

async function resume(user: string, options: ActOptions): Promise<void> {
  check("id", "user", user);
  const passwords = freshPasswords();
  await onPaper(options, (bank, paper, caller) => bank.resume(user, passwords, paper, caller));
  printPasswords(options, user, passwords);
}

function addStaffCommand(branch: Command): void {
  branch
    .command("staff <id>")
    .description("let somebody in at the branch's pages, and print the password to hand over, once")
    .option("--name <name>", "his name")
    .option("--end", "let him in no more")
    .option(...DB)
    .option(...JSON_OUTPUT)
    .action(keepStaff);
}

async function keepStaff(
  id: string,
  options: StoreOptions & { name?: string; end?: boolean },
): Promise<void> {
  check("id", "id", id);
  if (options.end) {
    const ended = await withBank(options, (bank, caller) => bank.endStaff(id, caller));
    if (!ended) throw new InputError("id", "is nobody at the branch");
    print(options, { staff: id, ended }, `${id} is let in no more`);
    return;
  }
  const { name = "" } = options;
  check("name", "--name", name);
  const { password } = freshPasswords();
  const keep = (bank: BankService, caller: Caller): Promise<void> =>
    bank.keepStaff(id, name, password, caller);
  await withBank(options, keep, { mayBeNew: true });
  print(options, { staff: id, password }, `${id}: login password ${password}`);
}

async function listExpiring(options: StoreOptions): Promise<void> {
  const days = Math.max(...readPolicy(undefined, process.env).expiryNoticeDays);
  await withStore(options.db, async (store) => {
    const now = Date.now() / 1000;
    const tokens: { serial: string; contract: string; days: number }[] = [];
    let last: Parameters<Store["listExpiring"]>[1] | undefined = { expiry: now, serial: "" };
    while (last) {
      const page: StoredToken[] = await store.listExpiring(now + days * DAY, last, PAGE);
      for (const { serial, contract, expiry } of page) {
        tokens.push({ serial, contract: contract!, days: Math.floor((expiry! - now) / DAY) });
      }
      last = page.length === PAGE ? lastOf(page) : undefined;
    }
    const lines = tokens.map(
      ({ serial, contract, days }) => `${serial} contract ${contract}: ${String(days)} days`,
    );
    print(options, { tokens }, lines.join("\n") || "none");
  });
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
  opening?: Opening,
): Promise<Answer> {
  const { form, staff } = options;
  check("name", "--form", form);
  check("name", "--staff", staff);
  return withBank(options, (bank, caller) => act(bank, { form, staff }, caller), opening);
}

async function withBank<Answer>(
  options: StoreOptions,
  act: (bank: BankService, caller: Caller) => Promise<Answer>,
  opening?: Opening,
): Promise<Answer> {
  const policy = readPolicy(undefined, process.env);
  const masters = masterKeysFrom(process.env);
  const ask = async (store: Store): Promise<Answer> => {
    const vault = await openVault(store, masters);
    const clerk = new Clerk(new Batcher(store), vault, policy, hasMail());
    const caller = operator();
    return act(new BankService(clerk, new Passwords()), caller);
  };
  return withStore(options.db, ask, opening).catch((error: unknown) => {
    if (!(error instanceof BranchRefusal)) throw error;
    const { subject, reason } = error;
    // A name that nobody knows is a mistake of who types; the others may be right another day.
    if (reason.startsWith("unknown_")) throw new InputError(subject, REFUSALS[reason]);
    throw new Refused(`${subject}: ${REFUSALS[reason]}`);
  });
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
  other_contract: "belongs to another contract",
  not_in_service: "is lost or faulty",
  has_token: "has a token registered",
} as const;

/** The beginning of a day in Japan, Unix seconds. */
function startOfDay(date: string): number {
  if (!isDate(date)) throw new InputError("--otp-from", "must be YYYY-MM-DD");
  return parseInstant(`${date}T00:00:00+09:00`, "--otp-from");
}

const WHAT = {
  id: "must be letters, digits, dots, dashes, at most 64",
  serial: "must be 8 to 12 digits",
  yen: "must be whole yen",
  mail: "must be a mail address",
  name: "must be a line of at most 64 characters",
} as const;

function check(kind: keyof typeof WHAT, field: string, text: string): void {
  if (!isField(kind, text)) throw new InputError(field, WHAT[kind]);
}
