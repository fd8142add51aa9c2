import type { Payee, Staff, Transfer } from "../core/book.js";
import type { Contract, Holding, User, UserClass } from "../core/user.js";

/** A contract's row as SQLite returns it; those of users, staff, payees and transfers are below. */
export interface ContractRecord {
  id: string;
  name: string;
  otp_from: number | null;
  form: string;
  form_date: string;
  daily_limit: number;
}

export function storedContract(row: ContractRecord): Contract {
  const { id, name, form } = row;
  const otpFrom = row.otp_from ?? undefined;
  return { id, name, otpFrom, form, formDate: row.form_date, dailyLimit: row.daily_limit };
}

/** In the order of the contracts' columns. */
export function contractParameters(contract: Contract): unknown[] {
  const { id, name, otpFrom, form, formDate, dailyLimit } = contract;
  return [id, name, otpFrom ?? null, form, formDate, dailyLimit];
}

export interface UserRecord {
  id: string;
  contract_id: string;
  name: string;
  class: UserClass;
  mail: string;
  needs_code: number;
  password_hash: string;
  confirmation_hash: string;
  holding: Holding;
  serial: string | null;
  available_at: number | null;
  refused_serials: string;
  code_failures: number;
  code_suspended: number;
  confirmation_failures: number;
  confirmation_suspended: number;
  stopped: number;
  expiry_noticed: number | null;
  last_login: number | null;
  previous_login: number | null;
}

export function storedUser(row: UserRecord): User {
  return {
    id: row.id,
    contract: row.contract_id,
    name: row.name,
    class: row.class,
    mail: row.mail,
    needsCode: row.needs_code === 1,
    passwordHash: row.password_hash,
    confirmationHash: row.confirmation_hash,
    holding: row.holding,
    serial: row.serial ?? undefined,
    availableAt: row.available_at ?? undefined,
    refusedSerials: JSON.parse(row.refused_serials) as string[],
    codeFailures: row.code_failures,
    codeSuspended: row.code_suspended === 1,
    confirmationFailures: row.confirmation_failures,
    confirmationSuspended: row.confirmation_suspended === 1,
    stopped: row.stopped === 1,
    expiryNoticed: row.expiry_noticed ?? undefined,
    lastLogin: row.last_login ?? undefined,
    previousLogin: row.previous_login ?? undefined,
  };
}

/** In the order of the users' columns. */
export function userParameters(user: User): unknown[] {
  return [
    ...[user.id, user.contract, user.name, user.class, user.mail, Number(user.needsCode)],
    ...[user.passwordHash, user.confirmationHash, user.holding, user.serial ?? null],
    ...[user.availableAt ?? null, JSON.stringify(user.refusedSerials)],
    ...[user.codeFailures, Number(user.codeSuspended)],
    ...[user.confirmationFailures, Number(user.confirmationSuspended)],
    ...[
      Number(user.stopped),
      user.expiryNoticed ?? null,
      user.lastLogin ?? null,
      user.previousLogin ?? null,
    ],
  ];
}

export interface StaffRecord {
  id: string;
  name: string;
  password_hash: string;
  ended: number;
}

export function storedStaff({ id, name, password_hash, ended }: StaffRecord): Staff {
  return { id, name, passwordHash: password_hash, ended: ended === 1 };
}

export interface PayeeRecord {
  id: string;
  contract_id: string;
  bank: string;
  branch: string;
  account: string;
  name: string;
}

export function storedPayee({ contract_id, ...payee }: PayeeRecord): Payee {
  return { ...payee, contract: contract_id };
}

export interface TransferRecord {
  id: string;
  contract_id: string;
  user_id: string;
  payee: string;
  registered: number;
  amount: number;
  date: string;
  at: number;
}

export function storedTransfer(row: TransferRecord): Transfer {
  const { id, amount, date, at } = row;
  const payee = JSON.parse(row.payee) as Transfer["payee"];
  const registered = row.registered === 1;
  return { id, contract: row.contract_id, user: row.user_id, payee, registered, amount, date, at };
}
