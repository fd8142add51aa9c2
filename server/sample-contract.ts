import type { BankService, NewUser } from "./bank-service.js";
import type { Caller } from "./core/caller.js";

const CONTRACT = "1000001";
const PAPER = { form: "A-0001", staff: "demo" } as const;

/** The users of the sample contract, with the passwords the branch has handed them. */
export const SAMPLE_USERS = {
  master: sampleUser("masuodt", "割符益男", "master", "warifu-masuo", "masuo123"),
  general: sampleUser("ichirodt", "データ一郎", "general", "warifu-ichiro", "ichiro12"),
} as const;

/** Who works at the branch's desk. */
export const SAMPLE_STAFF = {
  id: "madoguchi",
  name: "窓口花子",
  password: "warifu-branch",
} as const;

/** A payee registered beforehand. */
export const SAMPLE_PAYEE = {
  id: "payee-1",
  contract: CONTRACT,
  bank: "見本銀行",
  branch: "本店営業部",
  account: "普通 1234567",
  name: "カ)ミホンシヨウジ",
} as const;

/**
 * Opens a contract with a master and a user, each lent a token, and one payee registered beforehand:
 * for the demonstration and for tests.
 */
export async function openSampleContract(
  bank: BankService,
  serials: { readonly master: string; readonly general: string },
  caller: Caller,
): Promise<void> {
  const contract = { id: CONTRACT, name: "割符商事株式会社", otpFrom: 0, dailyLimit: 10_000_000 };
  const form = { form: PAPER.form, formDate: "2026-04-01" };
  await bank.keepContract({ ...contract, ...form }, PAPER, caller);
  for (const role of ["master", "general"] as const) {
    await bank.addUser(SAMPLE_USERS[role], PAPER, caller);
    await bank.lend(SAMPLE_USERS[role].id, serials[role], PAPER, caller);
  }
  await bank.keepPayee(SAMPLE_PAYEE, PAPER, caller);
  await bank.keepStaff(SAMPLE_STAFF.id, SAMPLE_STAFF.name, SAMPLE_STAFF.password, caller);
}

function sampleUser(
  id: string,
  name: string,
  userClass: NewUser["class"],
  password: string,
  confirmationPassword: string,
): NewUser {
  const mail = `${id}@example.co.jp`;
  const named = { id, contract: CONTRACT, name, class: userClass, mail, needsCode: true };
  return { ...named, password, confirmationPassword };
}
