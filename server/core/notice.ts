import { timeText } from "./japan.js";
import type { User } from "./user.js";

/** What users are told by mail. Never a code, a serial or a password. */
const NOTICES = {
  registered: {
    ja: "ハードウェアトークンの利用開始登録が完了しました。",
    en: "A hardware token was registered.",
  },
  suspended: {
    ja: "ワンタイムパスワードを連続して誤ったため、利用を停止しました。",
    en: "One-time passwords were suspended after repeated wrong ones.",
  },
  reinstated: {
    ja: "ワンタイムパスワードの利用停止状態を解除しました。",
    en: "The suspension of one-time passwords was lifted.",
  },
  revoked: {
    ja: "ハードウェアトークンを失効しました。",
    en: "A hardware token was revoked.",
  },
  resynchronized: {
    ja: "ハードウェアトークンの時刻補正を行いました。",
    en: "A hardware token's time was corrected.",
  },
  stopped: {
    ja: "緊急利用停止を受け付けました。",
    en: "The emergency stop was carried out.",
  },
  expiring: {
    ja: "ハードウェアトークンの有効期限が近づいています。",
    en: "A hardware token expires soon.",
  },
  changed: {
    ja: "お客さま情報が変更されました。",
    en: "Customer information was changed.",
  },
} as const;
export type NoticeKind = keyof typeof NOTICES;

const UNKNOWN = {
  ja: "お心当たりのない場合は、お取引店へご連絡ください。",
  en: "If this was not you, contact your branch.",
};
const ASK = {
  ja: "ご不明な点は、お取引店へお問い合わせください。",
  en: "If anything is unclear, ask your branch.",
};

/**
 * A notice about a user, in both languages.
 * @param expiry of the token, Unix seconds, where the notice is about that
 */
export function noticeOf(
  kind: NoticeKind,
  user: User,
  expiry?: number,
): { subject: string; text: string } {
  const { ja, en } = NOTICES[kind];
  const last = expiry === undefined ? UNKNOWN : ASK;
  const until =
    expiry === undefined
      ? { ja: [], en: [] }
      : {
          ja: [`有効期限: ${timeText(expiry, "ja")}`],
          en: [`Expires: ${timeText(expiry, "en")} (Japan)`],
        };
  const text = [
    ...[ja, `ログインID: ${user.id}`, ...until.ja, last.ja, ""],
    ...[en, `Login ID: ${user.id}`, ...until.en, last.en, ""],
  ].join("\n");
  return { subject: `${ja} / ${en}`, text };
}
