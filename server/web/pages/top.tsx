import type { VNode } from "preact";
import { type TokenStanding } from "../../core/user.js";
import { Page, sayIn, type Visit } from "../layout.js";
import { Facts } from "../parts.js";
import { CLASSES, STANDINGS, timeText } from "../words.js";

/** Seconds before its expiry from which a token's user is told of it. */
const NOTICE = 90 * 86_400;

export function TopPage({
  visit,
  standing,
  serial,
  expiry,
  registered,
}: {
  readonly visit: Visit;
  readonly standing: TokenStanding;
  readonly serial: string | undefined;
  readonly expiry: number | undefined;
  /** Whether a token was registered just now. */
  readonly registered: boolean;
}): VNode {
  const { language } = visit;
  const say = sayIn(language);
  const user = visit.user!;
  const soon = expiry !== undefined && expiry - visit.now < NOTICE;
  const time = expiry === undefined ? say("none") : timeText(expiry, language);
  const notice =
    language === "ja"
      ? `ハードウェアトークンの有効期限は${time}です。`
      : `Your hardware token expires on ${time}.`;
  return (
    <Page visit={visit} title={say("topPage")} section="topPage" help="top">
      {registered && (
        <p class="notice" role="status">
          {say("registered")}
        </p>
      )}
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
