import type { ComponentChildren, VNode } from "preact";
import type { Staff } from "../core/book.js";
import type { Contract, User } from "../core/user.js";
import type { Language } from "./language.js";
import { type Message, messageText, type TextKey, TEXTS } from "./text.js";
import { CLASSES } from "./words.js";

/** Who looks at a page, and how. */
export interface Visit {
  readonly language: Language;
  /** Unix seconds. */
  readonly now: number;
  /** Sent along with each form: proves that it was drawn for this visitor. */
  readonly formToken: string;
  /** Where the link to the other language leads: the page's own path, or that of the form it answers. */
  readonly path: string;
  /** Undefined before the login. */
  readonly user: User | undefined;
  readonly contract: Contract | undefined;
  /** A member of the branch's staff, at its own pages. */
  readonly staff: Staff | undefined;
  /** Whether a token has to be registered before anything else. */
  readonly mustRegister: boolean;
}

/** The view of a user whose session was ended by what he did: he has no name and no navigation there. */
export function loggedOut(visit: Visit): Visit {
  return { ...visit, user: undefined };
}

/** The texts in a visitor's language. */
export type Say = (key: TextKey) => string;
export function sayIn(language: Language): Say {
  return (key) => TEXTS[key][language];
}

/** What a page is drawn from. */
export interface PageInput {
  readonly visit: Visit;
  readonly message?: Message | undefined;
}

interface PageProps extends PageInput {
  readonly title: string;
  /** The screen's number, as the manual prints it. */
  readonly screen?: string;
  /** Which entry of the global navigation it belongs to. */
  readonly section?: TextKey;
  /** The name of its help page. */
  readonly help?: string;
  readonly children: ComponentChildren;
}

/** A whole page: header, navigation, its title and what belongs to it. */
export function Page({ visit, title, screen, section, help, message, children }: PageProps): VNode {
  const say = sayIn(visit.language);
  return (
    <html lang={visit.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} | ${say("bankName")}`}</title>
        <link rel="stylesheet" href="/fonts/400.css" />
        <link rel="stylesheet" href="/fonts/700.css" />
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <a class="skip" href="#content">
          {say("toContent")}
        </a>
        <Header visit={visit} />
        {visit.user && !visit.mustRegister && (
          <Navigation visit={visit} sections={USER_SECTIONS} section={section} />
        )}
        {visit.staff && <Navigation visit={visit} sections={BRANCH_SECTIONS} section={section} />}
        <main id="content">
          <h1>
            {title}
            {screen && <span class="screen">{screen}</span>}
          </h1>
          {help && (
            <p class="helplink">
              <a href={`/help/${help}`}>{say("help")}</a>
            </p>
          )}
          {message && (
            <p class="message" role="alert">
              {messageText(message, visit.language)}
            </p>
          )}
          {children}
        </main>
        <footer>
          <div class="bar">{say("bankName")}</div>
        </footer>
      </body>
    </html>
  );
}

function Header({ visit }: { readonly visit: Visit }): VNode {
  const say = sayIn(visit.language);
  const other = visit.language === "ja" ? "en" : "ja";
  const { user, staff } = visit;
  return (
    <header class="bank">
      <div class="bar">
        <span class="name">
          {say("bankName")} {say(staff ? "branchDesk" : "service")}
        </span>
        {user && (
          <span>
            {say("loginName")}: {user.name} {say("honorific")} (
            {CLASSES[user.class][visit.language]})
          </span>
        )}
        {staff && (
          <span>
            {say("staffName")}: {staff.name}
          </span>
        )}
        <a href={`/language/${other}?to=${encodeURIComponent(visit.path)}`} lang={other}>
          {say("otherLanguage")}
        </a>
        {(user ?? staff) && (
          <form method="post" action="/logout">
            <FormToken visit={visit} />
            <button class="plain">{say("logout")}</button>
          </form>
        )}
      </div>
    </header>
  );
}

type Sections = readonly (readonly [path: string, name: TextKey])[];
const USER_SECTIONS: Sections = [
  ["/", "topPage"],
  ["/transfer", "transfers"],
  ["/inquiries", "inquiries"],
  ["/administration", "administration"],
];
const BRANCH_SECTIONS: Sections = [
  ["/branch", "contracts"],
  ["/branch/tokens", "tokens"],
  ["/branch/expiring", "expiring"],
];

function Navigation({
  visit,
  sections,
  section,
}: {
  readonly visit: Visit;
  readonly sections: Sections;
  readonly section: TextKey | undefined;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <nav class="global" aria-label={say("navigation")}>
      <ul>
        {sections.map(([href, key]) => (
          <li>
            <a href={href} aria-current={key === section ? "page" : undefined}>
              {say(key)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** The proof that a form was drawn for this visitor. */
export function FormToken({ visit }: { readonly visit: Visit }): VNode {
  return <input type="hidden" name="formToken" value={visit.formToken} />;
}
