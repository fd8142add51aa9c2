import type { VNode } from "preact";
import { Page, sayIn, type Visit } from "../layout.js";
import type { Text } from "../language.js";
import { QuietLink } from "../parts.js";
import type { TextKey } from "../text.js";

interface Help {
  readonly title: TextKey;
  /** The path of the page that it helps with. */
  readonly page: string;
  readonly lines: readonly Text[];
}

const SHOWN: Text = {
  ja: "トークンのボタンを押すと、6桁のワンタイムパスワードが表示されます。ワンタイムパスワードは1分毎に変わり、一度使用したワンタイムパスワードは再度使用できません。",
  en: "Press the token's button: it shows a one-time password of six digits. It changes every minute, and each can be used once.",
};
const COUNTED: Text = {
  ja: "ワンタイムパスワードを連続して一定回数以上誤ると、利用が停止されます。停止の解除には、マスターユーザによる「ワンタイムパスワードの利用停止解除」の操作が必要です。マスターユーザご自身が利用停止となった場合は、お取引店へご連絡ください。",
  en: "Too many wrong one-time passwords in a row suspend the token. A master user can lift the suspension under “Lift one-time password suspension”. Master users who are suspended themselves: contact your branch.",
};
const BRANCH: Text = {
  ja: "ご不明な点は、お取引店へお問い合わせください。",
  en: "If anything is unclear, ask your branch.",
};

const HELPS = {
  login: {
    title: "login",
    page: "/login",
    lines: [
      {
        ja: "ログインIDとログインパスワードを入力し、「ログイン」ボタンを押してください。ワンタイムパスワードは必要ありません。",
        en: "Enter your login ID and password and press “Log in”. No one-time password is needed for this.",
      },
      {
        ja: "連続して誤ると、次に入力できるまでお待ちいただく場合があります。",
        en: "After several wrong ones you may have to wait before you can try again.",
      },
      BRANCH,
    ],
  },
  registration: {
    title: "registration",
    page: "/registration",
    lines: [
      {
        ja: "トークン裏面に記載のシリアル番号(半角数字8桁以上12桁以内)と、トークンに表示されているワンタイムパスワードを入力し、「認証確認」ボタンを押してください。",
        en: "Enter the serial number (8–12 half-width digits) that is written on the back of the token and the one-time password it shows, then press “Verify”.",
      },
      SHOWN,
      {
        ja: "一つのトークンを複数の利用者で共有することができます。共有する場合は、他の利用者が使用しているトークンのシリアル番号とワンタイムパスワードを入力してください。",
        en: "Several users can share one token. To share one, enter the serial number and a one-time password of the token that the other user has.",
      },
    ],
  },
  top: {
    title: "topPage",
    page: "/",
    lines: [
      {
        ja: "前回ログイン日時にお心当たりがない場合は、直ちに緊急利用停止を行い、お取引店へご連絡ください。",
        en: "If you do not recognize the last login, use the emergency stop at once and contact your branch.",
      },
      BRANCH,
    ],
  },
  transfer: {
    title: "transfers",
    page: "/transfer",
    lines: [
      {
        ja: "事前登録先への振込には確認用パスワード、都度指定の振込には確認用パスワードとワンタイムパスワードが必要です。",
        en: "Transfers to a pre-registered payee need the confirmation password; those to a payee entered now need a one-time password as well.",
      },
      SHOWN,
      COUNTED,
    ],
  },
  inquiries: {
    title: "inquiries",
    page: "/inquiries",
    lines: [
      {
        ja: "受け付けた資金移動を新しい順に表示します。",
        en: "The transfers that were accepted, the newest first.",
      },
      BRANCH,
    ],
  },
  administration: {
    title: "userAdministration",
    page: "/administration/users",
    lines: [
      {
        ja: "マスターユーザは、ワンタイムパスワードの利用停止解除、トークンの失効、操作履歴照会を行うことができます。",
        en: "Master users can lift suspensions, revoke tokens and see the operation history.",
      },
      BRANCH,
    ],
  },
  unlock: {
    title: "unlockTask",
    page: "/administration/users/unlock",
    lines: [
      {
        ja: "停止中の利用者を選択し、確認用パスワードを入力して「停止解除」ボタンを押してください。同じトークンを使用している利用者の停止も解除されます。",
        en: "Select suspended users, enter your confirmation password and press “Lift suspension”. Everyone who uses the same token is reinstated.",
      },
      {
        ja: "ご自身とご自身のトークンを使用している利用者は表示されません。ご自身が利用停止となり、他のマスターユーザがいない場合は、お取引店で「ワンタイムパスワード機能申込書」をご提出ください。",
        en: "You and the users of your own token are not listed. If you are suspended yourself and there is no other master user, hand in the application form at your branch.",
      },
    ],
  },
  revoke: {
    title: "revokeTask",
    page: "/administration/users/revoke",
    lines: [
      {
        ja: "トークンの紛失等の場合に、利用者を選択し、確認用パスワードを入力して「失効」ボタンを押してください。",
        en: "When a token is lost, for instance, select its user, enter your confirmation password and press “Revoke”.",
      },
      {
        ja: "失効後、対象の利用者は再登録可能日時以降にログインし、新しいトークンの利用開始登録を行ってください。紛失・盗難の場合は、お取引店へもご連絡ください。",
        en: "After that, the users concerned log in at or after the time shown and register a new token. If the token is lost or stolen, contact your branch as well.",
      },
    ],
  },
  history: {
    title: "history",
    page: "/administration/users/history",
    lines: [
      {
        ja: "ご契約の利用者とトークンについて、行われた操作を新しい順に表示します。",
        en: "What was done about your contract's users and tokens, the newest first.",
      },
      BRANCH,
    ],
  },
  profile: {
    title: "profile",
    page: "/profile",
    lines: [
      {
        ja: "変更する項目を入力し、確認用パスワードとワンタイムパスワードを入力して「変更」ボタンを押してください。ログインパスワードを変更すると、自動的にログアウトします。",
        en: "Enter what is to be changed, your confirmation password and a one-time password, and press “Change”. A new login password logs you out.",
      },
      SHOWN,
      COUNTED,
    ],
  },
  resync: {
    title: "resyncTitle",
    page: "/resync",
    lines: [
      {
        ja: "正しく入力しても認証されない場合は、トークンの時刻がずれている可能性があります。1つ目のワンタイムパスワードを入力し、表示が変わってから2つ目を入力してください。",
        en: "If right passwords are refused, the token's clock may be off. Enter the first one, wait until the display changes, then enter the second.",
      },
      COUNTED,
    ],
  },
  stop: {
    title: "emergencyStop",
    page: "/stop",
    lines: [
      {
        ja: "不正な利用のおそれがある場合に、ご自身のログインIDの利用を直ちに停止できます。",
        en: "If you fear that someone else uses your login ID, you can stop it at once.",
      },
      BRANCH,
    ],
  },
} as const satisfies Record<string, Help>;

type HelpTopic = keyof typeof HELPS;
export const HELP_TOPICS = Object.keys(HELPS) as HelpTopic[];

export function HelpPage({
  visit,
  topic,
}: {
  readonly visit: Visit;
  readonly topic: HelpTopic;
}): VNode {
  const say = sayIn(visit.language);
  const { title, page, lines }: Help = HELPS[topic];
  return (
    <Page visit={visit} title={`${say("help")}: ${say(title)}`}>
      {lines.map((line) => (
        <p>{line[visit.language]}</p>
      ))}
      <div class="actions">
        <QuietLink href={page}>{say("back")}</QuietLink>
      </div>
    </Page>
  );
}
