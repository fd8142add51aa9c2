import type { VNode } from "preact";
import { type TokenStanding } from "../../core/user.js";
import { timeText } from "../../core/japan.js";
import { Page, sayIn, type Visit } from "../layout.js";
import { Facts, Notice } from "../parts.js";
import { CLASSES, STANDINGS } from "../words.js";

export function TopPage({
  visit,
  standing,
  serial,
  expiry,
  soon,
  registered,
}: {
  readonly visit: Visit;
  readonly standing: TokenStanding;
  readonly serial: string | undefined;
  readonly expiry: number | undefined;
  /** Whether the token expires soon. */
  readonly soon: boolean;
  /** Whether a token was registered just now. */
  readonly registered: boolean;
}): VNode {
  const { language } = visit;
  const say = sayIn(language);
  const user = visit.user!;
  const time = expiry === undefined ? say("none") : timeText(expiry, language);
  const notice =
    language === "ja"
      ? `ハードウェアトークンの有効期限は${time}です。`
      : `Your hardware token expires on ${time}.`;
  return (
    <Page visit={visit} title={say("topPage")} section="topPage" help="top">
      {registered && <Notice>{say("registered")}</Notice>}
      {soon && <p class="message">{notice}</p>}
      <Facts
        facts={[
          [say("loginId"), user.id],
          [say("loginName"), `${user.name} ${say("honorific")}`],
          [say("userClass"), CLASSES[user.class][language]],
          [
            say("lastLogin"),
            user.previousLogin === undefined
              ? say("firstLogin")
              : timeText(user.previousLogin, language),
          ],
          [say("otpState"), STANDINGS[standing][language]],
          [say("serial"), serial ?? say("none")],
          [say("tokenExpiry"), time],
        ]}
      />
      <ul class="tasks">
        <li>
          <a href="/transfer">{say("transfers")}</a>
        </li>
        <li>
          <a href="/profile">{say("profile")}</a>
        </li>
        {serial !== undefined && (
          <li>
            <a href="/resync">{say("resyncTask")}</a>
          </li>
        )}
        <li>
          <a href="/stop">{say("emergencyStop")}</a>
        </li>
      </ul>
    </Page>
  );
}
