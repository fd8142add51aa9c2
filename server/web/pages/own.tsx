import type { VNode } from "preact";
import type { ListedAuditRow } from "../../store/store.js";
import { timeText } from "../../core/japan.js";
import { Page, sayIn, type Visit } from "../layout.js";
import { Authentication, CodeField, Field, Form, Onward, Table } from "../parts.js";
import type { Text } from "../language.js";
import { EVENTS, RESULTS } from "../words.js";
import type { PageInput } from "./entrance.js";

/** お客さま情報変更. */
export function ProfilePage({
  visit,
  message,
  codeNeeded,
  done,
}: PageInput & { readonly codeNeeded: boolean; readonly done?: boolean }): VNode {
  const say = sayIn(visit.language);
  const user = visit.user!;
  const twice = (name: string, label: string, hint: string): VNode => (
    <>
      <Field name={name} label={label} hint={hint} type="password" autocomplete="new-password" />
      <Field
        name={`${name}Repeat`}
        label={`${label}${say("passwordRepeat")}`}
        type="password"
        autocomplete="new-password"
      />
    </>
  );
  return (
    <Page visit={visit} title={say("profile")} help="profile" message={message}>
      {done ? (
        <>
          <p class="notice" role="status">
            {say("profileChanged")}
          </p>
          <Onward say={say} />
        </>
      ) : (
        <Form visit={visit} action="/profile">
          <p>{say("required")}</p>
          <Field name="mail" label={say("mail")} type="email" value={user.mail} />
          {twice("password", say("newLoginPassword"), say("loginPasswordHint"))}
          {twice(
            "newConfirmationPassword",
            say("newConfirmationPassword"),
            say("confirmationPasswordHint"),
          )}
          {user.class === "master" && (
            <Field
              name="dailyLimit"
              label={say("dailyLimitYen")}
              value={String(visit.contract?.dailyLimit ?? "")}
              digits
            />
          )}
          <Authentication visit={visit}>{codeNeeded && <CodeField visit={visit} />}</Authentication>
          <div class="actions">
            <a class="button quiet" href="/">
              {say("back")}
            </a>
            <button>{say("change")}</button>
          </div>
        </Form>
      )}
    </Page>
  );
}

/** 時刻補正: two codes shown one after the other. */
export function ResyncPage({
  visit,
  message,
  done,
}: PageInput & { readonly done?: boolean }): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("resyncTitle")} help="resync" message={message}>
      {done ? (
        <>
          <p class="notice" role="status">
            {say("resyncDone")}
          </p>
          <Onward say={say} />
        </>
      ) : (
        <Form visit={visit} action="/resync">
          <p>
            {say("resyncHow")}
            <br />
            {say("required")}
          </p>
          <CodeField visit={visit} name="firstCode" label={say("firstCode")} />
          <CodeField visit={visit} name="secondCode" label={say("secondCode")} />
          <Authentication visit={visit} />
          <div class="actions">
            <a class="button quiet" href="/">
              {say("back")}
            </a>
            <button>{say("resyncDo")}</button>
          </div>
        </Form>
      )}
    </Page>
  );
}

/** 操作履歴照会: what happened in the contract, the newest first. */
export function HistoryPage({
  visit,
  rows,
  older,
}: {
  readonly visit: Visit;
  readonly rows: readonly ListedAuditRow[];
  /** Where the older rows begin; undefined where there are none. */
  readonly older: number | undefined;
}): VNode {
  const { language } = visit;
  const say = sayIn(language);
  const word = (words: Readonly<Record<string, Text>>, key: string): string =>
    words[key]?.[language] ?? key;
  const who = ({ actor, detail }: ListedAuditRow): string => {
    if (detail.by !== undefined) return String(detail.by);
    if (actor.startsWith("user:")) return actor.slice("user:".length);
    if (actor === "page") return say("none");
    // An API key speaks for the user, and for the branch where there is a paper.
    const own = actor.startsWith("key:") && detail.form === undefined;
    return own ? String(detail.user ?? say("none")) : say("branch");
  };
  const columns = [
    ...[say("historyWhen"), say("historyWho"), say("historyWhom"), say("historyWhat")],
    ...[say("historyResult"), say("serial"), say("historySource")],
  ];
  return (
    <Page
      visit={visit}
      title={`${say("userAdministration")} > ${say("history")}`}
      section="administration"
      help="history"
    >
      {rows.length === 0 && <p>{say("historyEmpty")}</p>}
      <Table
        caption={say("history")}
        columns={columns}
        rows={rows.map((row) => ({
          cells: [
            ...[
              timeText(row.at / 1000, language),
              who(row),
              String(row.detail.user ?? say("none")),
            ],
            ...[word(EVENTS, row.event), word(RESULTS, row.result)],
            ...[row.serial ?? say("none"), row.source ?? say("none")],
          ],
        }))}
      />
      <div class="actions">
        <a class="button quiet" href="/administration/users">
          {say("back")}
        </a>
        {older !== undefined && (
          <a class="button quiet" href={`/administration/users/history?before=${String(older)}`}>
            {say("historyOlder")}
          </a>
        )}
      </div>
    </Page>
  );
}

/** A page that says only what is wrong. */
export function MessagePage({ visit, message }: PageInput): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("service")} message={message}>
      <Onward say={say} />
    </Page>
  );
}
