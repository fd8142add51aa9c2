import type { Text } from "./language.js";

/** Messages of what cannot be done, by their numbers. */
export const MESSAGES = {
  "E-01": {
    ja: "ログインIDまたはログインパスワードが正しくありません。",
    en: "The login ID or password is not correct.",
  },
  "E-02": {
    ja: "シリアル番号は半角数字8桁以上12桁以内で入力してください。",
    en: "Enter the serial number as 8–12 half-width digits.",
  },
  "E-03": {
    ja: "ワンタイムパスワードは半角数字6桁で入力してください。",
    en: "Enter the one-time password as 6 half-width digits.",
  },
  "E-04": {
    ja: "シリアル番号またはワンタイムパスワードが正しくありません。",
    en: "The serial number or one-time password is not correct.",
  },
  "E-05": {
    ja: "ワンタイムパスワードを連続して誤ったため、利用を停止しました。マスターユーザへご連絡ください。(マスターユーザの方はお取引店へ)",
    en: "Suspended after repeated wrong one-time passwords. Ask your master user (master users: your branch).",
  },
  "E-06": {
    ja: "このワンタイムパスワードは使用済みです。表示が変わってから入力してください。",
    en: "This one-time password was already used. Wait until the display changes.",
  },
  "E-07": {
    ja: "ワンタイムパスワードが正しくありません。",
    en: "The one-time password is not correct.",
  },
  "E-08": {
    ja: "トークンが失効されています。{value}以降にログインし、利用開始登録を行ってください。",
    en: "Your token is revoked. Log in from {value} and register a token.",
  },
  "E-09": { ja: "トークンの有効期限が切れています。", en: "Your token has expired." },
  "E-10": {
    ja: "確認用パスワードが正しくありません。",
    en: "The confirmation password is not correct.",
  },
  "E-11": { ja: "対象となる利用者を選択してください。", en: "Select the users concerned." },
  "E-12": {
    ja: "1日の振込限度額(20万円)を超えています。",
    en: "This exceeds the daily transfer limit (200,000 yen).",
  },
  "E-13": { ja: "この操作を行う権限がありません。", en: "You are not allowed to do this." },
  "E-14": {
    ja: "利用者の状態が変更されています。一覧を確認してください。",
    en: "A user's status has changed. Check the list again.",
  },
  "E-15": {
    ja: "1日の振込限度額を超えています。",
    en: "This exceeds the daily transfer limit.",
  },
  "E-16": {
    ja: "入力の誤りが続いたため、ただいま受け付けられません。{value}秒ほどお待ちください。",
    en: "There were several wrong entries. Please wait about {value} seconds.",
  },
  "E-17": {
    ja: "緊急利用停止中です。お取引店へご連絡ください。",
    en: "Your login ID is stopped. Contact your branch.",
  },
  "E-18": {
    ja: "画面の有効期限が切れました。もう一度操作してください。",
    en: "This page has expired. Please do it once more.",
  },
  "E-19": { ja: "振込先を入力してください。", en: "Enter the payee." },
  "E-20": {
    ja: "金額は1円以上の半角数字で入力してください。",
    en: "Enter the amount in half-width digits, at least 1 yen.",
  },
  "E-21": {
    ja: "振込指定日は本日から30日以内の日付を入力してください。",
    en: "Enter a transfer date from today to 30 days ahead.",
  },
  "E-22": {
    ja: "メールアドレスを正しく入力してください。",
    en: "Enter a valid mail address.",
  },
  "E-23": {
    ja: "新しいパスワードの形式が正しくないか、再入力と一致しません。",
    en: "The new password is not as it must be, or not the same twice.",
  },
  "E-24": {
    ja: "2つのワンタイムパスワードから時刻を補正できません。続けて表示された2つを入力してください。",
    en: "The time cannot be corrected from these. Enter two that were shown one after the other.",
  },
  "E-25": { ja: "変更する項目を入力してください。", en: "Enter what is to be changed." },
  "E-26": {
    ja: "ただいまお取り扱いできません。しばらくたってから操作してください。",
    en: "This is not available just now. Please try again later.",
  },
  "E-27": { ja: "ページが見つかりません。", en: "There is no such page." },
  "E-28": { ja: "入力内容をご確認ください: {value}", en: "Please check what you entered: {value}" },
  "E-29": {
    ja: "該当する契約・利用者・トークンがありません。",
    en: "There is no such contract, user or token.",
  },
  "E-30": { ja: "すでに登録されています。", en: "This is registered already." },
  "E-31": { ja: "他の契約のものです。", en: "This belongs to another contract." },
  "E-32": {
    ja: "紛失・故障のトークンは発行できません。",
    en: "A lost or faulty token cannot be lent.",
  },
  "E-33": {
    ja: "すでにトークンを利用中です。失効後に発行してください。",
    en: "This user has a token registered: revoke it first.",
  },
  "E-34": {
    ja: "IDまたはパスワードが正しくありません。",
    en: "The ID or password is not correct.",
  },
  "E-35": {
    ja: "対象ではありません。変更はありません。",
    en: "There was nothing to be done; nothing has changed.",
  },
  "E-36": {
    ja: "ほかの操作により変更されています。内容を確認のうえ、もう一度登録してください。",
    en: "Somebody else has changed this. Check it and save once more.",
  },
} as const satisfies Record<string, Text>;
