import { timeText } from "./japan.js";
import type { User } from "./user.js";

/** A notice in one language: what has happened, and what is to be done about it. */
interface NoticeText {
  readonly subject: string;
  readonly what: string;
  readonly next?: string;
}

/** What users are told by mail. Never a code, a serial or a password. */
const NOTICES = {
  registered: {
    ja: {
      subject: "ハードウェアトークン利用開始登録のお知らせ",
      what: "ハードウェアトークンの利用開始登録が完了しました。",
    },
    en: { subject: "Hardware token registered", what: "A hardware token was registered." },
  },
  suspended: {
    ja: {
      subject: "ワンタイムパスワード利用停止のお知らせ",
      what: "ワンタイムパスワードを連続して誤ったため、利用を停止しました。",
      next: "停止の解除には、マスターユーザによる「ワンタイムパスワードの利用停止解除」の操作が必要です。マスターユーザご自身が利用停止となった場合は、お取引店へご連絡ください。",
    },
    en: {
      subject: "One-time passwords suspended",
      what: "One-time passwords were suspended after repeated wrong ones.",
      next: "A master user can lift this under “Lift one-time password suspension”. Master users who are suspended themselves: contact your branch.",
    },
  },
  reinstated: {
    ja: {
      subject: "ワンタイムパスワード利用停止解除のお知らせ",
      what: "ワンタイムパスワードの利用停止状態を解除しました。",
    },
    en: {
      subject: "Suspension of one-time passwords lifted",
      what: "The suspension of one-time passwords was lifted.",
    },
  },
  revoked: {
    ja: {
      subject: "トークン失効のお知らせ",
      what: "ハードウェアトークンを失効しました。",
    },
    en: { subject: "Token revoked", what: "A hardware token was revoked." },
  },
  resynchronized: {
    ja: {
      subject: "トークンの時刻補正のお知らせ",
      what: "ハードウェアトークンの時刻補正を行いました。",
    },
    en: { subject: "Token's time corrected", what: "A hardware token's time was corrected." },
  },
  stopped: {
    ja: {
      subject: "緊急利用停止のお知らせ",
      what: "緊急利用停止を受け付けました。",
      next: "再開をご希望の場合は、お取引店へご連絡ください。",
    },
    en: {
      subject: "Emergency stop",
      what: "The login ID was stopped by an emergency stop.",
      next: "To resume it, contact your branch.",
    },
  },
  expiring: {
    ja: {
      subject: "ハードウェアトークンの有効期限のお知らせ",
      what: "ハードウェアトークンの有効期限が近づいています。",
      next: "新しいトークンがお手元に届きましたら、マスターユーザによる現在のトークンの失効後、新しいトークンの利用開始登録を行ってください。",
    },
    en: {
      subject: "Hardware token expires soon",
      what: "A hardware token expires soon.",
      next: "When your new token has arrived, have a master user revoke the current one, then register the new one.",
    },
  },
  changed: {
    ja: { subject: "お客さま情報変更のお知らせ", what: "お客さま情報が変更されました。" },
    en: { subject: "Customer information changed", what: "Customer information was changed." },
  },
} as const satisfies Record<string, Record<"ja" | "en", NoticeText>>;
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
  const { ja, en }: Record<"ja" | "en", NoticeText> = NOTICES[kind];
  const last = expiry === undefined ? UNKNOWN : ASK;
  const until =
    expiry === undefined
      ? { ja: [], en: [] }
      : {
          ja: [`有効期限: ${timeText(expiry, "ja")}`],
          en: [`Expires: ${timeText(expiry, "en")} (Japan)`],
        };
  const todo = ({ next }: NoticeText): string[] => (next === undefined ? [] : [next]);
  const text = [
    ja.what,
    `ログインID: ${user.id}`,
    ...until.ja,
    ...todo(ja),
    last.ja,
    "",
    en.what,
    `Login ID: ${user.id}`,
    ...until.en,
    ...todo(en),
    last.en,
    "",
  ].join("\n");
  return { subject: `${ja.subject} / ${en.subject}`, text };
}
