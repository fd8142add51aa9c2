import type { VNode } from "preact";
import type { Payee, Transfer } from "../../core/book.js";
import { timeText } from "../../core/japan.js";
import { Page, type PageInput, sayIn, type Visit } from "../layout.js";
import {
  Authentication,
  CodeField,
  Facts,
  Field,
  Form,
  Notice,
  Onward,
  QuietLink,
  Steps,
  Table,
} from "../parts.js";
import { dateText, yenText } from "../words.js";

/** A transfer's fields as they were typed. */
export interface TransferForm {
  readonly kind: string;
  readonly registered: string;
  readonly bank: string;
  readonly branch: string;
  readonly account: string;
  readonly name: string;
  readonly amount: string;
  readonly date: string;
}

function steps(visit: Visit): string[] {
  const say = sayIn(visit.language);
  return [say("entry"), say("confirm"), say("accepted")];
}

export function TransferPage({
  visit,
  message,
  form,
  payees,
  limit,
}: PageInput & {
  readonly form: TransferForm;
  readonly payees: readonly Payee[];
  /** Yen. */
  readonly limit: number;
}): VNode {
  const say = sayIn(visit.language);
  const radio = (kind: string, label: string): VNode => (
    <label class="check">
      <input type="radio" name="kind" value={kind} checked={form.kind === kind} /> {label}
    </label>
  );
  return (
    <Page
      visit={visit}
      title={say("transferEntry")}
      section="transfers"
      help="transfer"
      message={message}
    >
      <Steps names={steps(visit)} current={0} />
      <p>{say("required")}</p>
      <Form visit={visit} action="/transfer/confirm">
        <fieldset>
          <legend>{say("payee")}※</legend>
          {payees.length > 0 && (
            <>
              {radio("registered", say("payeeRegistered"))}
              <div class="field">
                <label for="registered">{say("payeeRegistered")}</label>
                <select id="registered" name="registered">
                  {payees.map((payee) => (
                    <option value={payee.id} selected={payee.id === form.registered}>
                      {[payee.bank, payee.branch, payee.account, payee.name].join(" ")}
                    </option>
                  ))}
                </select>
              </div>
            </>
          )}
          {radio("entered", say("payeeEntered"))}
          <Field name="bank" label={say("payeeBank")} value={form.bank} />
          <Field name="branch" label={say("payeeBranch")} value={form.branch} />
          <Field name="account" label={say("payeeAccount")} value={form.account} />
          <Field name="name" label={say("payeeName")} value={form.name} />
        </fieldset>
        <Field
          name="amount"
          label={say("amountYen")}
          hint={`${say("dailyLimit")}: ${yenText(limit, visit.language)}`}
          value={form.amount}
          required
          digits
        />
        <Field name="date" label={say("date")} type="date" value={form.date} required />
        <div class="actions">
          <button>{say("confirm")}</button>
        </div>
      </Form>
    </Page>
  );
}

/** What was checked and is to be executed. */
export interface Draft {
  readonly id: string;
  /** The id of a payee registered beforehand; undefined for one entered now. */
  readonly registered: string | undefined;
  readonly payee: Transfer["payee"];
  readonly amount: number;
  readonly date: string;
}

export function TransferConfirmPage({
  visit,
  message,
  draft,
  sealed,
  codeNeeded,
}: PageInput & {
  readonly draft: Draft;
  /** The draft, sealed: what is shown here is what is executed. */
  readonly sealed: string;
  readonly codeNeeded: boolean;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Page
      visit={visit}
      title={say("transferConfirm")}
      section="transfers"
      help="transfer"
      message={message}
    >
      <Steps names={steps(visit)} current={1} />
      <p>
        {say("transferCheck")}
        <br />
        {say("required")}
      </p>
      <DraftFacts visit={visit} draft={draft} />
      <Form visit={visit} action="/transfer">
        <input type="hidden" name="draft" value={sealed} />
        <Authentication visit={visit}>{codeNeeded && <CodeField visit={visit} />}</Authentication>
        <div class="actions">
          <QuietLink href="/transfer">{say("back")}</QuietLink>
          <button>{say("execute")}</button>
        </div>
      </Form>
    </Page>
  );
}

function DraftFacts({
  visit,
  draft,
  receipt,
}: {
  readonly visit: Visit;
  readonly draft: Draft;
  readonly receipt?: string;
}): VNode {
  const say = sayIn(visit.language);
  const { payee, amount, date, registered } = draft;
  const kind = registered === undefined ? say("payeeEntered") : say("payeeRegistered");
  return (
    <Facts
      facts={[
        ...(receipt === undefined ? [] : [[say("receipt"), receipt] as const]),
        [
          say("payee"),
          <>
            {`${payee.bank} ${payee.branch} ${payee.account} ${payee.name}`}
            <br />({kind})
          </>,
        ],
        [say("amount"), yenText(amount, visit.language)],
        [say("date"), dateText(date, visit.language)],
      ]}
    />
  );
}

export function TransferDonePage({
  visit,
  draft,
}: {
  readonly visit: Visit;
  readonly draft: Draft;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("transferDone")} section="transfers" help="transfer">
      <Steps names={steps(visit)} current={2} />
      <Notice>{say("transferAccepted")}</Notice>
      <DraftFacts visit={visit} draft={draft} receipt={draft.id.slice(0, 8)} />
      <Onward say={say} />
    </Page>
  );
}

/** 照会: the contract's transfers. */
export function InquiriesPage({
  visit,
  transfers,
}: {
  readonly visit: Visit;
  readonly transfers: readonly Transfer[];
}): VNode {
  const say = sayIn(visit.language);
  const columns = ["receipt", "historyWhen", "user", "payee", "amount", "date"] as const;
  return (
    <Page visit={visit} title={say("transferList")} section="inquiries" help="inquiries">
      <Table
        empty={say("noTransfers")}
        caption={say("transferList")}
        columns={columns.map(say)}
        rows={transfers.map(({ id, at, user, payee, amount, date }) => ({
          cells: [
            id.slice(0, 8),
            timeText(at, visit.language),
            user,
            `${payee.bank} ${payee.branch} ${payee.account} ${payee.name}`,
            yenText(amount, visit.language),
            dateText(date, visit.language),
          ],
        }))}
      />
    </Page>
  );
}
