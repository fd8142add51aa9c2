import type { VNode } from "preact";
import { Page, type PageInput, sayIn } from "../layout.js";
import { Field, Form, Notice, QuietLink } from "../parts.js";

export function LoginPage({
  visit,
  message,
  id,
  loggedOut,
}: PageInput & { readonly id?: string; readonly loggedOut?: boolean }): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("login")} help="login" message={message}>
      {loggedOut && <Notice>{say("loggedOut")}</Notice>}
      <Form visit={visit} action="/login">
        <p>{say("required")}</p>
        <Field name="id" label={say("loginId")} value={id} required autocomplete="username" />
        <Field
          name="password"
          label={say("loginPassword")}
          type="password"
          required
          autocomplete="current-password"
        />
        <div class="actions">
          <button>{say("login")}</button>
        </div>
      </Form>
      <p>
        <a href="/stop">{say("emergencyStop")}</a>
      </p>
    </Page>
  );
}

/** Registration of a token, BLG020 in the manual. */
export function RegistrationPage({
  visit,
  message,
  serial,
}: PageInput & { readonly serial?: string }): VNode {
  const say = sayIn(visit.language);
  return (
    <Page
      visit={visit}
      title={say("registrationTitle")}
      screen="BLG020"
      help="registration"
      message={message}
    >
      <p>
        {say("registrationWhy")}
        <br />
        {say("registrationFirst")}
      </p>
      <h2>{say("registration")}</h2>
      <p>
        {say("registrationHow")}
        <br />
        {say("required")}
      </p>
      <Form visit={visit} action="/registration">
        <h2>{say("tokenInformation")}</h2>
        <Field
          name="serial"
          label={say("serial")}
          hint={say("serialHint")}
          value={serial}
          required
          digits
          class="serial"
        />
        <h2>{say("code")}</h2>
        <Field
          name="code"
          label={say("code")}
          required
          digits
          class="code"
          autocomplete="one-time-code"
        />
        <div class="actions">
          <button>{say("verify")}▶</button>
        </div>
      </Form>
    </Page>
  );
}

export function StopPage({ visit, message, done }: PageInput & { readonly done?: boolean }): VNode {
  const say = sayIn(visit.language);
  return (
    <Page visit={visit} title={say("emergencyStop")} help="stop" message={message}>
      {done ? (
        <Notice>{say("stopped")}</Notice>
      ) : (
        <>
          <p>{say("stopWhat")}</p>
          <p>{say("required")}</p>
          <Form visit={visit} action="/stop">
            <Field
              name="id"
              label={say("loginId")}
              value={visit.user?.id}
              required
              autocomplete="username"
            />
            <Field
              name="password"
              label={say("loginPassword")}
              type="password"
              required
              autocomplete="current-password"
            />
            <div class="actions">
              <QuietLink href={visit.user ? "/" : "/login"}>{say("back")}</QuietLink>
              <button class="danger">{say("stop")}</button>
            </div>
          </Form>
        </>
      )}
    </Page>
  );
}
