import type { Text } from "./language.js";

/** Words and sentences of the users' pages: the bank's manual's where it has them, word for word. */
export const USER_TEXTS = {
  bankName: { ja: "割符信用組合", en: "Warifu Credit Union" },
  service: { ja: "法人向けインターネットバンキング", en: "Business banking" },
  otherLanguage: { ja: "English", en: "日本語" },
  toContent: { ja: "本文へ移動", en: "Skip to content" },
  help: { ja: "ヘルプ", en: "Help" },
  back: { ja: "戻る", en: "Back" },
  required: { ja: "※は必須入力項目です。", en: "※ marks a required field." },
  none: { ja: "-", en: "-" },

  login: { ja: "ログイン", en: "Log in" },
  logout: { ja: "ログアウト", en: "Log out" },
  loginId: { ja: "ログインID", en: "Login ID" },
  loginPassword: { ja: "ログインパスワード", en: "Login password" },
  loggedOut: { ja: "ログアウトしました。", en: "You have logged out." },
  emergencyStop: { ja: "緊急利用停止", en: "Emergency stop" },

  topPage: { ja: "トップページ", en: "Top page" },
  toTopPage: { ja: "トップページへ", en: "To top page" },
  loginName: { ja: "ログイン名", en: "Login name" },
  honorific: { ja: "様", en: "" },
  lastLogin: { ja: "前回ログイン日時", en: "Last login" },
  firstLogin: { ja: "初回ログイン", en: "First login" },
  otpState: { ja: "ワンタイムパスワード状態", en: "One-time password status" },
  navigation: { ja: "グローバルナビゲーション", en: "Global navigation" },
  transfers: { ja: "資金移動", en: "Transfers" },
  inquiries: { ja: "照会", en: "Inquiries" },
  administration: { ja: "管理", en: "Administration" },
  profile: { ja: "お客さま情報変更", en: "Change customer information" },

  registrationTitle: {
    ja: "ワンタイムパスワード利用開始登録(ハードウェアトークン)",
    en: "Register for one-time passwords (hardware token)",
  },
  registrationWhy: {
    ja: "セキュリティ向上のため、ワンタイムパスワードでの認証が追加されました。",
    en: "To improve security, one-time password authentication has been added.",
  },
  registrationFirst: {
    ja: "事前準備としてハードウェアトークンの利用開始登録が必要となります。",
    en: "First you need to register your hardware token.",
  },
  registration: { ja: "ハードウェアトークン利用開始登録", en: "Hardware token registration" },
  registrationHow: {
    ja: "トークンに記載されているシリアル番号とワンタイムパスワードを入力の上、「認証確認」ボタンを押してください。",
    en: "Enter the serial number written on the token and the one-time password, then press “Verify”.",
  },
  tokenInformation: { ja: "トークン情報", en: "Token information" },
  serial: { ja: "シリアル番号", en: "Serial number" },
  serialHint: { ja: "(半角数字8桁以上12桁以内)", en: "(8–12 half-width digits)" },
  code: { ja: "ワンタイムパスワード", en: "One-time password" },
  codeHint: {
    ja: "トークンに表示されている6桁の数字を入力してください。",
    en: "Enter the 6 digits shown on your token.",
  },
  verify: { ja: "認証確認", en: "Verify" },
  registered: {
    ja: "ハードウェアトークンの利用開始登録が完了しました。",
    en: "Your hardware token is registered.",
  },

  selectService: { ja: "業務選択", en: "Select a service" },
  userAdministration: { ja: "利用者管理", en: "User administration" },
  selectTask: { ja: "作業内容選択", en: "Select a task" },
  toUserAdministration: { ja: "利用者管理メニューへ", en: "To user administration menu" },
  unlockTask: {
    ja: "ワンタイムパスワードの利用停止解除",
    en: "Lift one-time password suspension",
  },
  revokeTask: { ja: "トークンの失効", en: "Revoke token" },
  resyncTask: { ja: "トークンの時刻補正", en: "Correct the token's time" },
  history: { ja: "操作履歴照会", en: "Operation history" },
  mastersOnly: {
    ja: "マスターユーザのみご利用いただけます。",
    en: "For master users only.",
  },

  unlockList: {
    ja: "ワンタイムパスワード利用停止解除一覧",
    en: "Lift one-time password suspension: list",
  },
  unlockResult: {
    ja: "ワンタイムパスワード利用停止解除結果",
    en: "Lift one-time password suspension: result",
  },
  unlockChoose: {
    ja: "ワンタイムパスワード利用停止解除の対象利用者を選択",
    en: "Select users to reinstate",
  },
  changeDone: { ja: "変更完了", en: "Done" },
  unlockWhat: {
    ja: "ワンタイムパスワードの利用停止状態を解除します。",
    en: "This lifts the suspension of one-time passwords.",
  },
  unlockHow: {
    ja: "対象となる利用者を選択の上、「停止解除」ボタンを押してください。",
    en: "Select the users and press “Lift suspension”.",
  },
  unlockShared: {
    ja: "同じシリアル番号を使用している利用者も解除対象となります。",
    en: "Users of the same serial number are also reinstated.",
  },
  unlockDone: {
    ja: "以下の利用者に対して、ワンタイムパスワードの利用停止状態を解除しました。",
    en: "One-time password suspension was lifted for these users.",
  },
  unlock: { ja: "停止解除", en: "Lift suspension" },

  users: { ja: "利用者一覧", en: "Users" },
  usersConcerned: { ja: "対象利用者", en: "Users concerned" },
  select: { ja: "選択", en: "Select" },
  userName: { ja: "利用者名", en: "User name" },
  userClass: { ja: "利用者区分", en: "User class" },
  authenticationState: {
    ja: "ワンタイムパスワード認証状態",
    en: "One-time password authentication status",
  },
  tokenExpiry: { ja: "トークン有効期限", en: "Token expiry" },
  authentication: { ja: "認証項目", en: "Authentication" },
  confirmationPassword: { ja: "確認用パスワード", en: "Confirmation password" },

  revokeTitle: { ja: "トークン失効", en: "Revoke token" },
  revokeResult: { ja: "トークン失効結果", en: "Revoke token: result" },
  revokeChoose: {
    ja: "トークン失効の対象利用者を選択",
    en: "Select users whose token to revoke",
  },
  revokeWhat: {
    ja: "ワンタイムパスワードのトークン失効を行います。",
    en: "This revokes one-time password tokens.",
  },
  revokeEffect: {
    ja: "トークン失効を行うと、選択された利用者はログインできなくなります。",
    en: "The selected users will no longer be able to log in.",
  },
  revokeDelay: {
    ja: "ワンタイムパスワードのトークン発行は失効の30分後に実施可能となります。",
    en: "A token can be registered again 30 minutes after revocation.",
  },
  revokeNight: {
    ja: "なお、2時59分から3時10分までに失効された場合、ワンタイムパスワードのトークン発行は3時10分以降に実施可能となります。",
    en: "If revoked between 2:59 and 3:10, it can be registered again from 3:10.",
  },
  revokeLost: {
    ja: "紛失・盗難のため、同じトークンを使用している利用者全員のトークンを失効する(このトークンは以後使用できません)",
    en: "Lost or stolen: revoke it for all users of the same token (it can never be used again)",
  },
  revokeShared: {
    ja: "次の利用者も同じトークンを使用しています",
    en: "These users also use the same token",
  },
  revoke: { ja: "失効", en: "Revoke" },
  revokeDone: {
    ja: "以下の利用者のワンタイムパスワードを失効しました。",
    en: "The one-time passwords of these users were revoked.",
  },
  availableAt: { ja: "再登録可能日時", en: "Can register again from" },

  transferEntry: { ja: "資金移動 入力", en: "Transfer: entry" },
  transferConfirm: { ja: "資金移動 内容確認", en: "Transfer: confirmation" },
  transferDone: { ja: "資金移動 受付完了", en: "Transfer: accepted" },
  entry: { ja: "入力", en: "Entry" },
  confirm: { ja: "内容確認", en: "Confirm" },
  execute: { ja: "実行", en: "Execute" },
  accepted: { ja: "受付完了", en: "Accepted" },
  payee: { ja: "振込先", en: "Payee" },
  payeeRegistered: { ja: "事前登録先", en: "Pre-registered payee" },
  payeeEntered: { ja: "都度指定", en: "Payee entered now" },
  payeeBank: { ja: "金融機関名", en: "Bank" },
  payeeBranch: { ja: "支店名", en: "Branch" },
  payeeAccount: { ja: "科目・口座番号", en: "Account" },
  payeeName: { ja: "受取人名", en: "Account holder" },
  amount: { ja: "金額", en: "Amount" },
  amountYen: { ja: "金額(円)", en: "Amount (yen)" },
  date: { ja: "振込指定日", en: "Transfer date" },
  receipt: { ja: "受付番号", en: "Receipt number" },
  transferAccepted: { ja: "振込を受け付けました。", en: "Your transfer was accepted." },
  transferCheck: {
    ja: "内容をご確認のうえ、認証項目を入力し、「実行」ボタンを押してください。",
    en: "Check the details, fill in the authentication, then press “Execute”.",
  },
  dailyLimit: { ja: "1日の振込限度額", en: "Daily transfer limit" },
  dailyLimitYen: { ja: "1日の振込限度額(円)", en: "Daily transfer limit (yen)" },
  transferList: { ja: "資金移動照会", en: "Transfers accepted" },
  noTransfers: { ja: "受け付けた資金移動はありません。", en: "There are no transfers." },
  user: { ja: "利用者", en: "User" },

  mail: { ja: "メールアドレス", en: "Email address" },
  newLoginPassword: { ja: "新しいログインパスワード", en: "New login password" },
  newConfirmationPassword: { ja: "新しい確認用パスワード", en: "New confirmation password" },
  passwordRepeat: { ja: "(再入力)", en: " (again)" },
  loginPasswordHint: {
    ja: "(半角英数字・記号8文字以上64文字以内。変更しない場合は空欄)",
    en: "(8–64 half-width letters, digits and symbols; leave empty to keep it)",
  },
  confirmationPasswordHint: {
    ja: "(半角英数字6文字以上12文字以内。変更しない場合は空欄)",
    en: "(6–12 half-width letters and digits; leave empty to keep it)",
  },
  change: { ja: "変更", en: "Change" },
  profileChanged: { ja: "お客さま情報を変更しました。", en: "Your information was changed." },

  resyncTitle: { ja: "時刻補正", en: "Time correction" },
  resyncHow: {
    ja: "トークンに続けて表示された2つのワンタイムパスワードを順に入力し、「補正」ボタンを押してください。",
    en: "Enter two one-time passwords that your token showed one after the other, then press “Correct”.",
  },
  firstCode: { ja: "1つ目のワンタイムパスワード", en: "First one-time password" },
  secondCode: { ja: "2つ目のワンタイムパスワード", en: "Second one-time password" },
  resyncDo: { ja: "補正", en: "Correct" },
  resyncDone: { ja: "トークンの時刻を補正しました。", en: "Your token's time was corrected." },

  stopWhat: {
    ja: "ご自身のログインIDの利用を直ちに停止します。受付済みの振込は取り消されません。再開はお取引店で承ります。",
    en: "This stops your own login ID at once. Transfers already accepted are not cancelled. Only your branch can resume your login ID.",
  },
  stop: { ja: "利用停止", en: "Stop" },
  stopped: {
    ja: "緊急利用停止を受け付けました。再開をご希望の場合は、お取引店へご連絡ください。",
    en: "Your login ID is stopped. To resume it, contact your branch.",
  },

  branch: { ja: "お取引店", en: "Branch" },
  historyWhen: { ja: "日時", en: "Time" },
  historyWho: { ja: "操作者", en: "By" },
  historyWhom: { ja: "対象", en: "About" },
  historyWhat: { ja: "操作", en: "Operation" },
  historyResult: { ja: "結果", en: "Result" },
  historySource: { ja: "接続元", en: "Connected from" },
  historyOlder: { ja: "以前の履歴", en: "Older" },
  historyEmpty: { ja: "操作履歴はありません。", en: "There are no operations." },
} as const satisfies Record<string, Text>;
