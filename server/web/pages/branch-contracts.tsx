import type { VNode } from "preact";
import type { Book, Payee } from "../../core/book.js";
import { japanDate } from "../../core/japan.js";
import type { Contract, User } from "../../core/user.js";
import { Page, type PageInput, sayIn, type Visit } from "../layout.js";
import { type PaperField } from "../paper-form.js";
import { Facts, Field, Form, More, Notice, QuietLink, Table } from "../parts.js";
import type { TextKey } from "../text.js";
import { dateText, yenText } from "../words.js";
import { PaperFields } from "./branch-parts.js";
import { BRANCH_ROWS } from "./user-rows.js";

export function StaffLoginPage({
  visit,
  message,
  id,
}: PageInput & { readonly id?: string }): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={`${say("branchDesk")} ${say("login")}`} message={message}>
      <Form visit={visit} action="/branch/login">
        <p>{say("required")}</p>
        <Field name="id" label={say("staffId")} value={id} required autocomplete="username" />
        <Field
          name="password"
          label={say("staffPassword")}
          type="password"
          required
          autocomplete="current-password"
        />
        <div class="actions">
          <button>{say("login")}</button>
        </div>
      </Form>
    </Page>
  );
}

/** A part of the list of contracts, by their numbers. */
export function ContractsPage({
  visit,
  message,
  contracts,
  more,
}: PageInput & {
  readonly contracts: readonly Pick<Contract, "id" | "name">[];
  /** The number of the last one shown, where there are more. */
  readonly more: string | undefined;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("contracts")} section="contracts" message={message}>
      <form method="get" action="/branch/find">
        <Field name="id" label={`${say("contractId")} / ${say("loginId")} / ${say("serial")}`} />
        <div class="actions">
          <button>{say("find")}</button>
          <QuietLink href="/branch/new-contract">{say("newContract")}</QuietLink>
        </div>
      </form>
      <h2>{say("contracts")}</h2>
      <Table
        empty={say("noneYet")}
        caption={say("contracts")}
        columns={[say("contractId"), say("contractName")]}
        rows={contracts.map(({ id, name }) => ({
          cells: [<a href={`/branch/contracts/${id}`}>{id}</a>, name],
        }))}
      />
      <More visit={visit} href={more && `/branch?after=${encodeURIComponent(more)}`} />
    </Page>
  );
}

/** One of the branch's forms on a page of its own. */
export function PaperPage({
  visit,
  message,
  title,
  form,
  values,
  action,
  back,
  shown,
}: PageInput & {
  readonly shown?: string;
  readonly title: TextKey;
  readonly form: readonly PaperField[];
  readonly values: Readonly<Record<string, string>>;
  readonly action: string;
  readonly back: string;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say(title)} section="contracts" message={message}>
      <p>{say("required")}</p>
      <Form visit={visit} action={action}>
        {shown !== undefined && <input type="hidden" name="shown" value={shown} />}
        <PaperFields visit={visit} form={form} values={values} />
        <div class="actions">
          <QuietLink href={back}>{say("back")}</QuietLink>
          <button>{say("keep")}</button>
        </div>
      </Form>
    </Page>
  );
}

export function ContractPage({
  visit,
  contract,
  book,
  payees,
  done,
}: {
  readonly visit: Visit;
  readonly contract: Contract;
  readonly book: Book;
  readonly payees: readonly Payee[];
  readonly done: boolean;
}): VNode {
  const { language } = visit;
  const say = sayIn(language);
  const { id, name, form, formDate, otpFrom, dailyLimit } = contract;
  const path = `/branch/contracts/${id}`;
  return (
    <Page visit={visit} title={`${say("contract")} ${id}`} section="contracts">
      {done && <Notice>{say("done")}</Notice>}
      <Facts
        facts={[
          [say("contractId"), id],
          [say("contractName"), name],
          [say("formNumber"), form],
          [say("formDate"), dateText(formDate, language)],
          [
            say("otpFrom"),
            otpFrom === undefined ? say("none") : dateText(japanDate(otpFrom), language),
          ],
          [say("dailyLimit"), yenText(dailyLimit, language)],
        ]}
      />
      <p>
        <a href={`${path}/edit`}>{say("editContract")}</a>
      </p>
      <h2>{say("users")}</h2>
      <UsersTable visit={visit} book={book} users={book.usersOf(id)} />
      <p>
        <a href={`${path}/users/new`}>{say("newUser")}</a>
      </p>
      <h2>{say("payees")}</h2>
      <PayeesTable visit={visit} payees={payees} />
      <p>
        <a href={`${path}/payees/new`}>{say("newPayee")}</a>
      </p>
    </Page>
  );
}

function UsersTable({
  visit,
  book,
  users,
}: {
  readonly visit: Visit;
  readonly book: Book;
  readonly users: readonly User[];
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Table
      empty={say("noneYet")}
      caption={say("users")}
      columns={BRANCH_ROWS.columns(visit)}
      rows={users.map((user) => {
        const [id, ...cells] = BRANCH_ROWS.cells(visit, book, user);
        return { cells: [<a href={`/branch/users/${user.id}`}>{id}</a>, ...cells] };
      })}
    />
  );
}

function PayeesTable({
  visit,
  payees,
}: {
  readonly visit: Visit;
  readonly payees: readonly Payee[];
}): VNode {
  const say = sayIn(visit.language);
  const columns = ["payeeId", "payeeBank", "payeeBranch", "payeeAccount", "payeeName"] as const;
  return (
    <Table
      empty={say("noneYet")}
      caption={say("payees")}
      columns={columns.map(say)}
      rows={payees.map(({ id, bank, branch, account, name }) => ({
        cells: [id, bank, branch, account, name],
      }))}
    />
  );
}

/** The passwords of a user, to be handed to him; shown once. */
export function PasswordsPage({
  visit,
  user,
  passwords,
  back,
}: {
  readonly visit: Visit;
  readonly user: string;
  readonly passwords: { readonly password: string; readonly confirmationPassword: string };
  readonly back: string;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("done")} section="contracts">
      <Notice>{say("passwordsOnce")}</Notice>
      <Facts
        facts={[
          [say("loginId"), user],
          [say("loginPassword"), <code>{passwords.password}</code>],
          [say("confirmationPassword"), <code>{passwords.confirmationPassword}</code>],
        ]}
      />
      <div class="actions">
        <a class="button" href={back}>
          {say("back")}
        </a>
      </div>
    </Page>
  );
}
