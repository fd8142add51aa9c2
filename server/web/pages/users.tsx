import type { ComponentChildren, VNode } from "preact";
import { type Book } from "../../core/book.js";
import { lentTo, mayBeRevoked, mayRevoke } from "../../core/revoke-users.js";
import { type Rules } from "../../core/rules.js";
import { mayUnlock } from "../../core/unlock-users.js";
import { type User } from "../../core/user.js";
import { Page, type PageInput, sayIn, type Visit } from "../layout.js";
import { Authentication, Facts, Form, Onward, QuietLink, Steps, Table } from "../parts.js";
import type { TextKey } from "../text.js";
import { timeFromText } from "../words.js";
import { REVOKE_ROWS, REVOKED_ROWS, UNLOCK_ROWS, type UserRows } from "./user-rows.js";

interface ListInput extends PageInput {
  readonly book: Book;
  readonly rules: Rules;
  readonly users: readonly User[];
  readonly chosen?: readonly string[];
}

interface ResultInput {
  readonly visit: Visit;
  readonly book: Book;
  readonly users: readonly User[];
}

/** 管理 > 業務選択, and 利用者管理 > 作業内容選択. */
export function AdministrationPage({ visit }: PageInput): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("selectService")} section="administration" help="administration">
      <p class="path">{say("administration")}</p>
      <ul class="tasks">
        <li>
          <a href="/administration/users">{say("userAdministration")}</a>
        </li>
        <li>
          <a href="/profile">{say("profile")}</a>
        </li>
      </ul>
    </Page>
  );
}

export function TasksPage({
  visit,
  user,
  rules,
}: {
  readonly visit: Visit;
  readonly user: User;
  readonly rules: Rules;
}): VNode {
  const say = sayIn(visit.language);
  const master = user.class === "master";
  const tasks = [
    [master, "/administration/users/unlock", "unlockTask"],
    [mayRevoke(user, rules), "/administration/users/revoke", "revokeTask"],
    [master, "/administration/users/history", "history"],
  ] as const;
  const open = tasks.filter(([may]) => may);
  return (
    <Page visit={visit} title={say("selectTask")} section="administration" help="administration">
      <p class="path">
        {say("administration")} &gt; {say("userAdministration")}
      </p>
      <ul class="tasks">
        {open.length > 0 ? (
          open.map(([, href, key]) => (
            <li>
              <a href={href}>{say(key)}</a>
            </li>
          ))
        ) : (
          <li>
            <span>{say("mastersOnly")}</span>
          </li>
        )}
      </ul>
    </Page>
  );
}

/** What the pages of the two acts over users differ in. */
interface Act {
  /** As its path and its help page are called. */
  readonly name: "unlock" | "revoke";
  readonly choose: TextKey;
  readonly what: readonly TextKey[];
  readonly button: TextKey;
  readonly danger: boolean;
}

const UNLOCK: Act = {
  name: "unlock",
  choose: "unlockChoose",
  what: ["unlockWhat", "unlockHow", "unlockShared", "required"],
  button: "unlock",
  danger: false,
};
const REVOKE: Act = {
  name: "revoke",
  choose: "revokeChoose",
  what: ["revokeWhat", "revokeEffect", "revokeDelay", "revokeNight", "required"],
  button: "revoke",
  danger: true,
};

export function UnlockPage(input: ListInput): VNode {
  const { book, rules, users } = input;
  const offered = users.filter((user) => mayUnlock(book, rules, user));
  return (
    <ListPage act={UNLOCK} title="unlockList" rows={UNLOCK_ROWS} input={input} offered={offered} />
  );
}

export function RevokePage(input: ListInput): VNode {
  const { visit, book, users } = input;
  const say = sayIn(visit.language);
  const offered = users.filter((user) => mayBeRevoked(user, visit.now));
  return (
    <ListPage act={REVOKE} title="revokeTitle" rows={REVOKE_ROWS} input={input} offered={offered}>
      {sharedSerials(book, users).map(([serial, ids]) => (
        <p>
          {say("revokeShared")} ({say("serial")} {serial}): {ids.join(", ")}
        </p>
      ))}
      <label class="check">
        <input type="checkbox" name="lost" value="yes" /> {say("revokeLost")}
      </label>
    </ListPage>
  );
}

/** The list to choose users from: all are shown, but only those who are offered can be chosen. */
function ListPage({
  act,
  title,
  rows,
  input,
  offered,
  children,
}: {
  readonly act: Act;
  readonly title: TextKey;
  readonly rows: UserRows;
  readonly input: ListInput;
  readonly offered: readonly User[];
  readonly children?: ComponentChildren;
}): VNode {
  const { visit, message, book, users, chosen = [] } = input;
  const say = sayIn(visit.language);
  const ids = offered.map(({ id }) => id);
  const choice = ({ id }: User): VNode => (
    <input
      type="checkbox"
      name="users"
      value={id}
      aria-label={`${say("select")} ${id}`}
      disabled={!ids.includes(id)}
      checked={chosen.includes(id)}
    />
  );
  return (
    <ActPage act={act} title={title} step={0} visit={visit} message={message}>
      <p>{act.what.flatMap((key, index) => (index === 0 ? [say(key)] : [<br />, say(key)]))}</p>
      <Form visit={visit} action={`/administration/users/${act.name}`}>
        <h2>{say("users")}</h2>
        {/* Whom the page offered: where that has changed when it comes back, nothing is done. */}
        <input type="hidden" name="offered" value={ids.join(" ")} />
        <Table
          caption={say("users")}
          columns={[say("select"), ...rows.columns(visit)]}
          rows={users.map((user) => ({ cells: [choice(user), ...rows.cells(visit, book, user)] }))}
        />
        {children}
        <Authentication visit={visit} />
        <div class="actions">
          <QuietLink href="/administration/users">{say("back")}</QuietLink>
          <button class={act.danger ? "danger" : undefined}>{say(act.button)}</button>
        </div>
      </Form>
    </ActPage>
  );
}

export function UnlockedPage(input: ResultInput): VNode {
  return (
    <ResultPage act={UNLOCK} title="unlockResult" told="unlockDone" rows={UNLOCK_ROWS} {...input} />
  );
}

export function RevokedPage(input: ResultInput): VNode {
  const { visit, users } = input;
  const say = sayIn(visit.language);
  const available = Math.max(...users.map(({ availableAt }) => availableAt ?? 0));
  return (
    <ResultPage act={REVOKE} title="revokeResult" told="revokeDone" rows={REVOKED_ROWS} {...input}>
      <Facts facts={[[say("availableAt"), timeFromText(available, visit.language)]]} />
    </ResultPage>
  );
}

function ResultPage({
  act,
  title,
  told,
  rows,
  visit,
  book,
  users,
  children,
}: ResultInput & {
  readonly act: Act;
  readonly title: TextKey;
  readonly told: TextKey;
  readonly rows: UserRows;
  readonly children?: ComponentChildren;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <ActPage act={act} title={title} step={1} visit={visit}>
      <p role="status">{say(told)}</p>
      <h2>{say("usersConcerned")}</h2>
      <Table
        caption={say("usersConcerned")}
        columns={rows.columns(visit)}
        rows={users.map((user) => ({ cells: rows.cells(visit, book, user) }))}
      />
      {children}
      <Onward say={say} list={`/administration/users/${act.name}`} />
    </ActPage>
  );
}

function ActPage({
  act,
  title,
  step,
  visit,
  message,
  children,
}: PageInput & {
  readonly act: Act;
  readonly title: TextKey;
  readonly step: number;
  readonly children: ComponentChildren;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Page
      visit={visit}
      title={`${say("userAdministration")} > ${say(title)}`}
      section="administration"
      help={act.name}
      message={message}
    >
      <Steps names={[say(act.choose), say("changeDone")]} current={step} />
      {children}
    </Page>
  );
}

/** Serials with more than one user, and who they are. */
function sharedSerials(book: Book, users: readonly User[]): [string, string[]][] {
  const serials = new Set(
    users.map(({ serial }) => serial).filter((serial) => serial !== undefined),
  );
  return [...serials]
    .map((serial): [string, string[]] => [serial, lentTo(book, serial).map(({ id }) => id)])
    .filter(([, ids]) => ids.length > 1);
}
