import type { ComponentChildren, VNode } from "preact";
import { FormToken, Page, type PageInput, type Say, sayIn, type Visit } from "./layout.js";

/** A form that is sent to this site and carries its token. */
export function Form({
  visit,
  action,
  children,
}: {
  readonly visit: Visit;
  readonly action: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <form method="post" action={action} autocomplete="off" noValidate>
      <FormToken visit={visit} />
      {children}
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly hint?: string | undefined;
  readonly type?: "text" | "password" | "email" | "date";
  readonly value?: string | undefined;
  readonly required?: boolean;
  readonly digits?: boolean;
  readonly autocomplete?: string;
  readonly class?: string;
}

/** A field with its label; ※ marks one that is required. */
export function Field(props: FieldProps): VNode {
  const { name, label, hint, type = "text", value, required = false, digits = false } = props;
  return (
    <div class="field">
      <label for={name}>
        {label}
        {required && "※"}
      </label>
      {hint && (
        <span class="hint" id={`${name}-hint`}>
          {hint}
        </span>
      )}
      <input
        id={name}
        name={name}
        type={type}
        class={props.class}
        value={value}
        aria-required={required ? "true" : undefined}
        aria-describedby={hint ? `${name}-hint` : undefined}
        inputMode={digits ? "numeric" : undefined}
        autocomplete={props.autocomplete ?? "off"}
      />
    </div>
  );
}

export function CodeField({
  visit,
  name = "code",
  label,
}: {
  readonly visit: Visit;
  readonly name?: string;
  readonly label?: string;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <Field
      name={name}
      label={label ?? say("code")}
      hint={say("codeHint")}
      required
      digits
      class="code"
      autocomplete="one-time-code"
    />
  );
}

/** 認証項目: the confirmation password, and a code where one is asked for. */
export function Authentication({
  visit,
  children,
}: {
  readonly visit: Visit;
  readonly children?: ComponentChildren;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <>
      <h2>{say("authentication")}</h2>
      <Field
        name="confirmationPassword"
        label={say("confirmationPassword")}
        type="password"
        required
      />
      {children}
    </>
  );
}

/** The steps of a procedure, the current one marked. */
export function Steps({
  names,
  current,
}: {
  readonly names: readonly string[];
  readonly current: number;
}): VNode {
  return (
    <ol class="steps">
      {names.map((name, index) => (
        <li aria-current={index === current ? "step" : undefined}>{name}</li>
      ))}
    </ol>
  );
}

/** A table; on a phone each row of it is a card. */
export function Table({
  columns,
  rows,
  caption,
  empty,
}: {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly cells: readonly ComponentChildren[] }[];
  readonly caption: string;
  /** What is said in place of a table without rows. */
  readonly empty?: string;
}): VNode {
  if (rows.length === 0 && empty !== undefined) return <p>{empty}</p>;
  return (
    <div class="table" tabIndex={0} role="region" aria-label={caption}>
      <table class="cards">
        <thead>
          <tr>
            {columns.map((column) => (
              <th scope="col">{column}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ cells }) => (
            <tr>
              {cells.map((cell, index) => (
                <td data-label={columns[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A box that says what was done. */
export function Notice({ children }: { readonly children: ComponentChildren }): VNode {
  return (
    <p class="notice" role="status">
      {children}
    </p>
  );
}

/** A link that looks like a button, for ways out beside the form's own, such as back. */
export function QuietLink({
  href,
  children,
}: {
  readonly href: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <a class="button quiet" href={href}>
      {children}
    </a>
  );
}

/** The way to a list's next page, where there is one. */
export function More({
  visit,
  href,
}: {
  readonly visit: Visit;
  readonly href: string | undefined;
}): VNode | null {
  return href === undefined ? null : (
    <p>
      <a href={href}>{sayIn(visit.language)("more")}</a>
    </p>
  );
}

/** A list of names and values. */
export function Facts({
  facts,
}: {
  readonly facts: readonly (readonly [name: string, value: ComponentChildren])[];
}): VNode {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
    </dl>
  );
}

/** The links at the end of a result's page. @param list the list that it came from, in the administration */
export function Onward({ say, list }: { say: Say; list?: string }): VNode {
  return (
    <div class="actions">
      {list !== undefined && <QuietLink href={list}>{say("back")}</QuietLink>}
      <a class="button" href="/">
        {say("toTopPage")}
      </a>
      {list !== undefined && (
        <QuietLink href="/administration/users">{say("toUserAdministration")}</QuietLink>
      )}
    </div>
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
