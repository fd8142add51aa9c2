import type { Text } from "./language.js";

/** Messages of what cannot be done, by their numbers. */
export const MESSAGES = {
  "E-01": {
    ja: "ログインIDまたはログインパスワードが正しくありません。ご確認のうえ、もう一度入力してください。",
    en: "The login ID or password is not correct. Check them and enter them again.",
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
    ja: "シリアル番号またはワンタイムパスワードが正しくありません。シリアル番号をご確認のうえ、表示が変わってからもう一度入力してください。",
    en: "The serial number or one-time password is not correct. Check the serial number, wait until the display changes, and enter both again.",
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
    ja: "ワンタイムパスワードが正しくありません。トークンの表示をご確認のうえ、もう一度入力してください。",
    en: "The one-time password is not correct. Check your token's display and enter it again.",
  },
  "E-08": {
    ja: "トークンが失効されています。{value}以降にログインし、利用開始登録を行ってください。",
    en: "Your token is revoked. Log in from {value} and register a token.",
  },
  "E-09": {
    ja: "トークンの有効期限が切れています。マスターユーザによるトークンの失効後、新しいトークンの利用開始登録を行ってください。",
    en: "Your token has expired. Once a master user has revoked it, register a new token.",
  },
  "E-10": {
    ja: "確認用パスワードが正しくありません。連続して誤ると、確認用パスワードの利用が停止されます。正しく入力してもこのメッセージが表示される場合は、お取引店へご連絡ください。",
    en: "The confirmation password is not correct. Repeated wrong ones suspend it. If you see this although yours is right, contact your branch.",
  },
  "E-11": { ja: "対象となる利用者を選択してください。", en: "Select the users concerned." },
  "E-12": {
    ja: "1日の振込限度額(20万円)を超えています。金額または振込指定日をご確認ください。",
    en: "This exceeds the daily transfer limit (200,000 yen). Check the amount or the transfer date.",
  },
  "E-13": {
    ja: "この操作を行う権限がありません。マスターユーザ(マスターユーザの方はお取引店)へお問い合わせください。",
    en: "You are not allowed to do this. Ask your master user (master users: your branch).",
  },
  "E-14": {
    ja: "利用者の状態が変更されています。一覧を確認してください。",
    en: "A user's status has changed. Check the list again.",
  },
  "E-15": {
    ja: "1日の振込限度額を超えています。金額または振込指定日をご確認ください。",
    en: "This exceeds the daily transfer limit. Check the amount or the transfer date.",
  },
  "E-16": {
    ja: "入力の誤りが続いたため、ただいまお取り扱いできません。{value}秒ほどお待ちください。その後、もう一度操作してください。",
    en: "There were several wrong entries. Please wait about {value} seconds, then try again.",
  },
  "E-17": {
    ja: "緊急利用停止中です。再開をご希望の場合は、お取引店へご連絡ください。",
    en: "Your login ID is stopped. To resume it, contact your branch.",
  },
  "E-18": {
    ja: "画面の有効期限が切れました。お手数ですが、最初から操作してください。",
    en: "This page has expired. Please start again.",
  },
  "E-19": {
    ja: "振込先を正しく入力してください。事前登録先の場合は、もう一度選択してください。",
    en: "Fill in every item of the payee correctly, or select the pre-registered payee again.",
  },
  "E-20": {
    ja: "金額は1円以上の額を半角数字で入力してください。",
    en: "Enter the amount in half-width digits, at least 1 yen.",
  },
  "E-21": {
    ja: "振込指定日は本日から30日以内の日付を入力してください。",
    en: "Enter a transfer date from today to 30 days ahead.",
  },
  "E-22": {
    ja: "メールアドレスを正しく入力してください。",
    en: "Enter a valid email address.",
  },
  "E-23": {
    ja: "新しいパスワードの形式が正しくないか、再入力の内容と一致しません。もう一度入力してください。",
    en: "The new password does not have the required form, or the two entries differ. Enter it again.",
  },
  "E-24": {
    ja: "2つのワンタイムパスワードから時刻を補正できません。続けて表示された2つを順に入力してください。補正できない場合は、お取引店へご連絡ください。",
    en: "The time cannot be corrected from these. Enter two that were shown one after the other. If it still cannot be corrected, contact your branch.",
  },
  "E-25": { ja: "変更する項目を入力してください。", en: "Enter at least one item to change." },
  "E-26": {
    ja: "ただいまお取り扱いできません。しばらくたってから、もう一度操作してください。",
    en: "This is not available just now. Please try again later.",
  },
  "E-27": {
    ja: "ページが見つかりません。URLをご確認ください。",
    en: "There is no such page. Check its address.",
  },
  "E-28": { ja: "入力内容をご確認ください: {value}", en: "Please check what you entered: {value}" },
  "E-29": {
    ja: "該当する契約・利用者・トークンがありません。番号またはログインIDをご確認ください。",
    en: "There is no such contract, user or token. Check the number or the login ID.",
  },
  "E-30": {
    ja: "この番号またはログインIDはすでに登録されています。",
    en: "This number or login ID is already registered.",
  },
  "E-31": {
    ja: "他の契約のものです。番号をご確認ください。",
    en: "This belongs to another contract. Check the number.",
  },
  "E-32": {
    ja: "紛失・故障のトークンは発行できません。他のトークンを発行してください。",
    en: "A lost or faulty token cannot be lent. Lend another one.",
  },
  "E-33": {
    ja: "この利用者はすでにトークンを利用中です。トークンの失効後に発行してください。",
    en: "This user already has a token registered. Revoke it first.",
  },
  "E-34": {
    ja: "職員IDまたはパスワードが正しくありません。ご確認のうえ、もう一度入力してください。",
    en: "The staff ID or password is not correct. Check them and enter them again.",
  },
  "E-35": {
    ja: "この手続きの対象ではありません。変更は行われていません。",
    en: "This procedure does not apply here. Nothing has changed.",
  },
  "E-36": {
    ja: "他の操作により変更されています。内容をご確認のうえ、もう一度登録してください。",
    en: "Somebody else has changed this. Check it and save it again.",
  },
} as const satisfies Record<string, Text>;
