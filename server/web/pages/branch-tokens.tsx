import type { VNode } from "preact";
import type { Book, BookToken } from "../../core/book.js";
import { DAY, timeText } from "../../core/japan.js";
import { lentTo } from "../../core/revoke-users.js";
import { isSuspended } from "../../core/suspension.js";
import { hasToken, standingOf, type User } from "../../core/user.js";
import { Page, type PageInput, sayIn, type Visit } from "../layout.js";
import { TOKEN_ACT_FORM, USER_ACT_FORM } from "../paper-form.js";
import { Facts, Form, More, Notice, Table } from "../parts.js";
import { AUTHENTICATION, CLASSES, STANDINGS, TOKEN_STATES } from "../words.js";
import { PaperFields } from "./branch-parts.js";

/** A user as the branch sees him, and what it can do for him on an application form. */
export function BranchUserPage({
  visit,
  message,
  book,
  user,
  values,
  done,
}: PageInput & {
  readonly book: Book;
  readonly user: User;
  readonly values: Readonly<Record<string, string>>;
  readonly done: boolean;
}): VNode {
  const { language, now } = visit;
  const say = sayIn(language);
  const token = hasToken(user) ? book.token(user.serial) : undefined;
  const standing = standingOf(user, token?.expiry, now);
  const able = (suspended: boolean): string =>
    AUTHENTICATION[suspended ? "suspended" : "available"][language];
  const contract = `/branch/contracts/${user.contract}`;
  return (
    <Page visit={visit} title={`${say("user")} ${user.id}`} section="contracts" message={message}>
      {done && <Notice>{say("done")}</Notice>}
      <Facts
        facts={[
          [say("contractId"), <a href={contract}>{user.contract}</a>],
          [say("loginId"), user.id],
          [say("userName"), user.name],
          [say("userClass"), CLASSES[user.class][language]],
          [say("mail"), user.mail],
          [say("otpState"), STANDINGS[standing][language]],
          [say("serial"), tokenLink(visit, token)],
          [say("authenticationState"), able(isSuspended(book, user))],
          [say("confirmationState"), able(user.confirmationSuspended)],
          [say("emergencyStop"), user.stopped ? AUTHENTICATION.suspended[language] : say("none")],
        ]}
      />
      <h2>{say("actsOnUser")}</h2>
      <p>{say("required")}</p>
      <Form visit={visit} action={`/branch/users/${user.id}`}>
        <PaperFields visit={visit} form={USER_ACT_FORM} values={values} />
        <div class="actions">
          <ActButton act="lend" label={say("lendAct")} />
          <ActButton act="unlock" label={say("unlock")} />
          <ActButton act="resume" label={say("resumeAct")} />
          <ActButton act="revoke" label={say("revoke")} danger />
        </div>
      </Form>
    </Page>
  );
}

function ActButton({
  act,
  label,
  danger = false,
}: {
  readonly act: string;
  readonly label: string;
  readonly danger?: boolean;
}): VNode {
  return (
    <button name="act" value={act} class={danger ? "danger" : undefined}>
      {label}
    </button>
  );
}

function tokenLink(visit: Visit, token: BookToken | undefined): VNode | string {
  if (!token) return sayIn(visit.language)("none");
  return <a href={`/branch/tokens/${token.serial}`}>{token.serial}</a>;
}

function contractLink(visit: Visit, token: BookToken): VNode | string {
  if (token.contract === undefined) return sayIn(visit.language)("none");
  return <a href={`/branch/contracts/${token.contract}`}>{token.contract}</a>;
}

/** The state of a token: in stock, lent, or out of service. */
function stateText({ language, now }: Visit, token: BookToken): string {
  if (token.status !== "usable") return TOKEN_STATES[token.status][language];
  if (now >= (token.expiry ?? Infinity)) return TOKEN_STATES.expired[language];
  const state = token.contract === undefined ? "stock" : token.suspended ? "suspended" : "lent";
  return TOKEN_STATES[state][language];
}

function expiryText({ language }: Visit, token: BookToken): string {
  return token.expiry === undefined ? sayIn(language)("none") : timeText(token.expiry, language);
}

/** A part of the list of all tokens, by their serials. */
export function TokensPage({
  visit,
  tokens,
  more,
}: {
  readonly visit: Visit;
  readonly tokens: readonly BookToken[];
  readonly more: string | undefined;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("tokens")} section="tokens">
      <Table
        empty={say("noneYet")}
        caption={say("tokens")}
        columns={[say("serial"), say("tokenState"), say("contractId"), say("tokenExpiry")]}
        rows={tokens.map((token) => ({
          cells: [
            tokenLink(visit, token),
            stateText(visit, token),
            contractLink(visit, token),
            expiryText(visit, token),
          ],
        }))}
      />
      <More visit={visit} href={more && `/branch/tokens?after=${more}`} />
    </Page>
  );
}

export function TokenPage({
  visit,
  message,
  book,
  token,
  values,
  done,
}: PageInput & {
  readonly book: Book;
  readonly token: BookToken;
  readonly values: Readonly<Record<string, string>>;
  readonly done: boolean;
}): VNode {
  const say = sayIn(visit.language);
  const users = lentTo(book, token.serial);
  return (
    <Page
      visit={visit}
      title={`${say("token")} ${token.serial}`}
      section="tokens"
      message={message}
    >
      {done && <Notice>{say("done")}</Notice>}
      <Facts
        facts={[
          [say("serial"), token.serial],
          [say("tokenState"), stateText(visit, token)],
          [say("contractId"), contractLink(visit, token)],
          [say("tokenUsers"), <UserLinks visit={visit} users={users} />],
          [say("tokenExpiry"), expiryText(visit, token)],
        ]}
      />
      <h2>{say("actsOnUser")}</h2>
      <p>
        {say("retireWhat")}
        <br />
        {say("required")}
      </p>
      <Form visit={visit} action={`/branch/tokens/${token.serial}`}>
        <PaperFields visit={visit} form={TOKEN_ACT_FORM} values={values} />
        <div class="actions">
          <ActButton act="lost" label={say("lost")} danger />
          <ActButton act="faulty" label={say("faulty")} danger />
        </div>
      </Form>
    </Page>
  );
}

function UserLinks({
  visit,
  users,
}: {
  readonly visit: Visit;
  readonly users: readonly User[];
}): VNode {
  if (users.length === 0) return <>{sayIn(visit.language)("none")}</>;
  return (
    <>
      {users.map(({ id }) => (
        <>
          <a href={`/branch/users/${id}`}>{id}</a>{" "}
        </>
      ))}
    </>
  );
}

/** The tokens that expire soon, the first to expire first. */
export function ExpiringPage({
  visit,
  book,
  tokens,
  days,
  more,
}: {
  readonly visit: Visit;
  readonly book: Book;
  readonly tokens: readonly BookToken[];
  /** Days before the expiry: the list says within which of them each token expires. */
  readonly days: readonly number[];
  readonly more: string | undefined;
}): VNode {
  const say = sayIn(visit.language);
  const columns = [
    "serial",
    "contractId",
    "tokenUsers",
    "tokenExpiry",
    "daysLeft",
    "within",
  ] as const;
  return (
    <Page visit={visit} title={say("expiring")} section="expiring">
      <p>{say("expiringWhat")}</p>
      <Table
        empty={say("noneYet")}
        caption={say("expiring")}
        columns={columns.map(say)}
        rows={tokens.map((token) => {
          const left = (token.expiry! - visit.now) / DAY;
          return {
            cells: [
              tokenLink(visit, token),
              contractLink(visit, token),
              <UserLinks visit={visit} users={lentTo(book, token.serial)} />,
              expiryText(visit, token),
              String(Math.max(0, Math.floor(left))),
              String(Math.min(...days.filter((each) => left <= each))),
            ],
          };
        })}
      />
      <More visit={visit} href={more && `/branch/expiring?after=${more}`} />
    </Page>
  );
}
