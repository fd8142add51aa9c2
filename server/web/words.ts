import { timeText } from "../core/japan.js";
import type { TokenStanding, UserClass } from "../core/user.js";
import type { Language, Text } from "./language.js";

/** What states and classes are called in the manual's tables. */
export const STANDINGS: Readonly<Record<TokenStanding, Text>> = {
  unregistered: { ja: "未登録", en: "Not registered" },
  issued: { ja: "トークン発行済み", en: "Token issued" },
  registered: { ja: "サービス利用中", en: "In use" },
  expired: { ja: "トークン有効期限切れ", en: "Token expired" },
  revoked: { ja: "失効中", en: "Revoked (waiting)" },
};

export const CLASSES: Readonly<Record<UserClass, Text>> = {
  master: { ja: "マスターユーザ", en: "Master user" },
  administrator: { ja: "管理者ユーザ", en: "Administrator user" },
  general: { ja: "一般ユーザ", en: "General user" },
};

export const AUTHENTICATION: Readonly<Record<"available" | "suspended", Text>> = {
  available: { ja: "利用可能", en: "Available" },
  suspended: { ja: "停止中", en: "Suspended" },
};

/** The states of a token in the eyes of the branch. */
export const TOKEN_STATES = {
  stock: { ja: "在庫", en: "In stock" },
  lent: { ja: "発行済み", en: "Lent" },
  suspended: { ja: "停止中", en: "Suspended" },
  expired: { ja: "有効期限切れ", en: "Expired" },
  revoked: { ja: "失効", en: "Revoked" },
  lost: { ja: "紛失・盗難", en: "Lost or stolen" },
  faulty: { ja: "故障", en: "Faulty" },
} as const satisfies Record<string, Text>;

/** What the audit's events are called. */
export const EVENTS: Readonly<Record<string, Text>> = {
  login: { ja: "ログイン", en: "Login" },
  register: { ja: "利用開始登録", en: "Registration" },
  verify: { ja: "ワンタイムパスワード認証", en: "One-time password" },
  lock: { ja: "利用停止", en: "Suspension" },
  unlock: { ja: "停止解除", en: "Lifting a suspension" },
  revoke: { ja: "トークン失効", en: "Revocation" },
  resync: { ja: "時刻補正", en: "Time correction" },
  confirmation: { ja: "確認用パスワード", en: "Confirmation password" },
  transfer: { ja: "資金移動", en: "Transfer" },
  profile: { ja: "お客さま情報変更", en: "Customer information" },
  stop: { ja: "緊急利用停止", en: "Emergency stop" },
  resume: { ja: "利用再開", en: "Resumption" },
  contract: { ja: "契約", en: "Contract" },
  user: { ja: "利用者", en: "User" },
  staff: { ja: "職員", en: "Staff" },
  notice: { ja: "お知らせ", en: "Notice" },
  lend: { ja: "トークン発行", en: "Lending a token" },
  token: { ja: "トークン", en: "Token" },
  mail: { ja: "メール通知", en: "Email notice" },
  payee: { ja: "事前登録先", en: "Pre-registered payee" },
};

const DONE: Text = { ja: "完了", en: "Done" };
const WRONG: Text = { ja: "誤り", en: "Wrong" };

export const RESULTS: Readonly<Record<string, Text>> = {
  accepted: { ja: "認証成功", en: "Accepted" },
  wrong_code: WRONG,
  wrong_password: WRONG,
  already_used: { ja: "使用済み", en: "Already used" },
  suspended: { ja: "停止中", en: "Suspended" },
  locked: { ja: "利用停止", en: "Suspended" },
  expired: { ja: "有効期限切れ", en: "Expired" },
  revoked: { ja: "失効", en: "Revoked" },
  revoked_while_suspended: { ja: "失効(停止中)", en: "Revoked while suspended" },
  unregistered: { ja: "未登録", en: "Not registered" },
  forbidden: { ja: "権限なし", en: "Not allowed" },
  not_allowed: { ja: "権限なし", en: "Not allowed" },
  none_chosen: { ja: "対象なし", en: "Nobody chosen" },
  changed: { ja: "変更あり", en: "Changed" },
  unchanged: { ja: "変更なし", en: "Unchanged" },
  over_limit: { ja: "限度額超過", en: "Over the limit" },
  code_needed: { ja: "ワンタイムパスワード未入力", en: "One-time password missing" },
  unknown_payee: { ja: "振込先不明", en: "Unknown payee" },
  bad_date: { ja: "振込指定日の誤り", en: "Wrong transfer date" },
  stopped: { ja: "緊急利用停止中", en: "Stopped" },
  lost: { ja: "紛失・盗難", en: "Lost or stolen" },
  faulty: { ja: "故障", en: "Faulty" },
  expiring: { ja: "有効期限のご案内", en: "Expires soon" },
  given_up: { ja: "送信不可", en: "Given up" },
  off: { ja: "送信なし", en: "Not sent" },
  logged_in: DONE,
  registered: DONE,
  resynchronized: DONE,
  unlocked: DONE,
  booked: DONE,
  resumed: DONE,
  opened: DONE,
  added: DONE,
  lent: DONE,
};

/** The time in Japan from which on something is so: rounded up to the minute, never told too early. */
export function timeFromText(unixSeconds: number, language: Language): string {
  return timeText(Math.ceil(unixSeconds / 60) * 60, language);
}

/** A date (YYYY-MM-DD) as the manual prints it: YYYY年MM月DD日; in English as it is. */
export function dateText(date: string, language: Language): string {
  return language === "ja" ? date.replace(/^(\d+)-(\d+)-(\d+)$/, "$1年$2月$3日") : date;
}

/** Yen with commas. */
export function yenText(amount: number, language: Language): string {
  return `${amount.toLocaleString("en-US")}${language === "ja" ? "円" : " yen"}`;
}
