import type { VNode } from "preact";
import { type Book } from "../../core/book.js";
import { type Rules } from "../../core/rules.js";
import { mayBeRevoked } from "../../core/revoke-users.js";
import { isSuspended } from "../../core/suspension.js";
import { mayUnlock } from "../../core/unlock-users.js";
import { standingOf, type User } from "../../core/user.js";
import { Page, sayIn, type Visit } from "../layout.js";
import { Authentication, Facts, Form, Onward, Steps, Table } from "../parts.js";
import { AUTHENTICATION, CLASSES, STANDINGS, timeFromText, timeText } from "../words.js";
import type { PageInput } from "./entrance.js";

interface ListInput extends PageInput {
  readonly book: Book;
  readonly rules: Rules;
  readonly users: readonly User[];
  readonly chosen?: readonly string[];
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

export function TasksPage({ visit }: PageInput): VNode {
  const say = sayIn(visit.language);
  const master = visit.user?.class === "master";
  const tasks = [
    ["/administration/users/unlock", "unlockTask"],
    ["/administration/users/revoke", "revokeTask"],
    ["/administration/users/history", "history"],
  ] as const;
  return (
    <Page visit={visit} title={say("selectTask")} section="administration" help="administration">
      <p class="path">
        {say("administration")} &gt; {say("userAdministration")}
      </p>
      <ul class="tasks">
        {master ? (
          tasks.map(([href, key]) => (
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

export function UnlockPage({ visit, message, book, rules, users, chosen }: ListInput): VNode {
  const say = sayIn(visit.language);
  const offered = users.filter((user) => mayUnlock(book, rules, user)).map(({ id }) => id);
  return (
    <Page
      visit={visit}
      title={`${say("userAdministration")} > ${say("unlockList")}`}
      section="administration"
      help="unlock"
      message={message}
    >
      <Steps names={[say("unlockChoose"), say("changeDone")]} current={0} />
      <p>
        {say("unlockWhat")}
        <br />
        {say("unlockHow")}
        <br />
        {say("unlockShared")}
        <br />
        {say("required")}
      </p>
      <Form visit={visit} action="/administration/users/unlock">
        <h2>{say("users")}</h2>
        <Offered ids={offered} />
        <Table
          caption={say("users")}
          columns={[say("select"), ...unlockColumns(visit)]}
          rows={users.map((user) => ({
            cells: [
              <Choice user={user} offered={offered} chosen={chosen} label={say("select")} />,
              ...unlockCells(visit, book, user),
            ],
          }))}
        />
        <Authentication visit={visit} />
        <div class="actions">
          <a class="button quiet" href="/administration/users">
            {say("back")}
          </a>
          <button>{say("unlock")}</button>
        </div>
      </Form>
    </Page>
  );
}

export function UnlockedPage({
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
    <Page
      visit={visit}
      title={`${say("userAdministration")} > ${say("unlockResult")}`}
      section="administration"
      help="unlock"
    >
      <Steps names={[say("unlockChoose"), say("changeDone")]} current={1} />
      <p role="status">{say("unlockDone")}</p>
      <h2>{say("usersConcerned")}</h2>
      <Table
        caption={say("usersConcerned")}
        columns={unlockColumns(visit)}
        rows={users.map((user) => ({ cells: unlockCells(visit, book, user) }))}
      />
      <Onward say={say} administration />
    </Page>
  );
}

export function RevokePage({ visit, message, book, users, chosen }: ListInput): VNode {
  const say = sayIn(visit.language);
  const offered = users.filter(mayBeRevoked).map(({ id }) => id);
  const shared = sharedSerials(book, users);
  return (
    <Page
      visit={visit}
      title={`${say("userAdministration")} > ${say("revokeTitle")}`}
      section="administration"
      help="revoke"
      message={message}
    >
      <Steps names={[say("revokeChoose"), say("changeDone")]} current={0} />
      <p>
        {say("revokeWhat")}
        <br />
        {say("revokeEffect")}
        <br />
        {say("revokeDelay")}
        <br />
        {say("revokeNight")}
        <br />
        {say("required")}
      </p>
      <Form visit={visit} action="/administration/users/revoke">
        <h2>{say("users")}</h2>
        <Offered ids={offered} />
        <Table
          caption={say("users")}
          columns={[say("select"), ...revokeColumns(visit)]}
          rows={users.map((user) => ({
            cells: [
              <Choice user={user} offered={offered} chosen={chosen} label={say("select")} />,
              ...revokeCells(visit, book, user),
            ],
          }))}
        />
        {shared.map(([serial, ids]) => (
          <p>
            {say("revokeShared")}: {serial}: {ids.join(", ")}
          </p>
        ))}
        <label class="check">
          <input type="checkbox" name="lost" value="yes" /> {say("revokeLost")}
        </label>
        <Authentication visit={visit} />
        <div class="actions">
          <a class="button quiet" href="/administration/users">
            {say("back")}
          </a>
          <button class="danger">{say("revoke")}</button>
        </div>
      </Form>
    </Page>
  );
}

export function RevokedPage({
  visit,
  book,
  users,
}: {
  readonly visit: Visit;
  readonly book: Book;
  readonly users: readonly User[];
}): VNode {
  const { language } = visit;
  const say = sayIn(language);
  const available = Math.max(...users.map(({ availableAt }) => availableAt ?? 0));
  return (
    <Page
      visit={visit}
      title={`${say("userAdministration")} > ${say("revokeResult")}`}
      section="administration"
      help="revoke"
    >
      <Steps names={[say("revokeChoose"), say("changeDone")]} current={1} />
      <p role="status">{say("revokeDone")}</p>
      <h2>{say("usersConcerned")}</h2>
      <Table
        caption={say("usersConcerned")}
        columns={revokeColumns(visit)}
        rows={users.map((user) => ({
          // The serial and the expiry of what was revoked just now.
          cells: revokeCells(visit, book, user, true),
        }))}
      />
      <Facts facts={[[say("availableAt"), timeFromText(available, language)]]} />
      <Onward say={say} administration />
    </Page>
  );
}

/** A row's box; one that cannot be chosen is drawn, and disabled. */
function Choice({
  user,
  offered,
  chosen = [],
  label,
}: {
  readonly user: User;
  readonly offered: readonly string[];
  readonly chosen?: readonly string[] | undefined;
  readonly label: string;
}): VNode {
  return (
    <input
      type="checkbox"
      name="users"
      value={user.id}
      aria-label={`${label} ${user.id}`}
      disabled={!offered.includes(user.id)}
      checked={chosen.includes(user.id)}
    />
  );
}

/** Whom the page offered: where that has changed when the form comes back, nothing is done. */
function Offered({ ids }: { readonly ids: readonly string[] }): VNode {
  return <input type="hidden" name="offered" value={ids.join(" ")} />;
}

function unlockColumns(visit: Visit): string[] {
  const say = sayIn(visit.language);
  return [
    say("loginId"),
    say("userName"),
    say("userClass"),
    say("serial"),
    say("authenticationState"),
  ];
}

function unlockCells({ language }: Visit, book: Book, user: User): string[] {
  const state = isSuspended(book, user) ? "suspended" : "available";
  const serial = user.holding === "registered" ? user.serial : undefined;
  return [
    ...[user.id, user.name, CLASSES[user.class][language]],
    ...[serial ?? sayIn(language)("none"), AUTHENTICATION[state][language]],
  ];
}

function revokeColumns(visit: Visit): string[] {
  const say = sayIn(visit.language);
  return [
    ...[say("loginId"), say("userName"), say("userClass"), say("serial")],
    ...[say("otpState"), say("tokenExpiry")],
  ];
}

function revokeCells(visit: Visit, book: Book, user: User, justRevoked = false): string[] {
  const { language, now } = visit;
  const none = sayIn(language)("none");
  const expiry = book.token(user.serial)?.expiry;
  const standing = standingOf(user, expiry, now);
  const shown = standing === "registered" || standing === "expired" || justRevoked;
  const until = expiry === undefined ? none : timeText(expiry, language);
  return [
    ...[user.id, user.name, CLASSES[user.class][language]],
    ...[shown ? (user.serial ?? none) : none, STANDINGS[standing][language], shown ? until : none],
  ];
}

/** Serials with more than one user, and who they are. */
function sharedSerials(book: Book, users: readonly User[]): [string, string[]][] {
  const serials = new Set(
    users.map(({ serial }) => serial).filter((serial) => serial !== undefined),
  );
  return [...serials]
    .map((serial): [string, string[]] => [serial, book.holders(serial).map(({ id }) => id)])
    .filter(([, ids]) => ids.length > 1);
}
