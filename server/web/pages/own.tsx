import type { VNode } from "preact";
import { Page, type PageInput, sayIn } from "../layout.js";
import { Authentication, CodeField, Field, Form, Notice, Onward, QuietLink } from "../parts.js";

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
          <Notice>{say("profileChanged")}</Notice>
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
            <QuietLink href="/">{say("back")}</QuietLink>
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
          <Notice>{say("resyncDone")}</Notice>
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
            <QuietLink href="/">{say("back")}</QuietLink>
            <button>{say("resyncDo")}</button>
          </div>
        </Form>
      )}
    </Page>
  );
}
