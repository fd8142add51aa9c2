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
    ja: "ハードウェアトークンの有効期限が近づいています。トップページで有効期限をご確認ください。",
    en: "A hardware token expires soon: its expiry stands on the top page.",
  },
  changed: {
    ja: "お客さま情報が変更されました。",
    en: "Customer information was changed.",
  },
} as const;
export type NoticeKind = keyof typeof NOTICES;

/** A notice about a user, in both languages. */
export function noticeOf(kind: NoticeKind, user: User): { subject: string; text: string } {
  const { ja, en } = NOTICES[kind];
  const text = [
    ja,
    `ログインID: ${user.id}`,
    "お心当たりのない場合は、お取引店へご連絡ください。",
    "",
    en,
    `Login ID: ${user.id}`,
    "If this was not you, contact your branch.",
    "",
  ].join("\n");
  return { subject: `${ja} / ${en}`, text };
}
