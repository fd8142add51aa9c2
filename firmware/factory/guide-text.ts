import { inJapan } from "../seedfile/instant.js";

/** The words of a start guide in one language. */
export interface GuideText {
  readonly title: string;
  readonly serial: string;
  readonly expiry: string;
  readonly noExpiry: string;
  /** Unix seconds of an expiry, as the bank's pages print it. */
  readonly date: (unixSeconds: number) => string;
  readonly code: string;
  readonly info: string;
  readonly sections: readonly { readonly heading: string; readonly lines: readonly string[] }[];
}

const two = (value: number): string => String(value).padStart(2, "0");

const japanese: GuideText = {
  title: "ハードウェアトークン ご利用開始のご案内",
  serial: "シリアル番号",
  expiry: "有効期限",
  noExpiry: "なし",
  date: (unixSeconds) => {
    const at = inJapan(unixSeconds);
    const [month, day] = [two(at.getUTCMonth() + 1), two(at.getUTCDate())];
    const time = `${two(at.getUTCHours())}時${two(at.getUTCMinutes())}分`;
    return `${String(at.getUTCFullYear())}年${month}月${day}日 ${time}`;
  },
  code: "ワンタイムパスワードの表示例",
  info: "シリアル番号の表示",
  sections: [
    {
      heading: "1. ワンタイムパスワードの表示",
      lines: [
        "ボタンを押すと、6桁のワンタイムパスワードが表示されます。ワンタイムパスワードは1分毎に変わります。",
        "数字の下の帯は、表示中のワンタイムパスワードの残り時間です。短い場合は、次のワンタイムパスワードの表示をお待ちください。",
        "表示は約30秒で消えます。もう一度ボタンを押すと、再び表示されます。",
      ],
    },
    {
      heading: "2. 利用開始登録",
      lines: [
        "利用開始日以降、ログインIDおよびパスワードにてログインすると、ワンタイムパスワード利用開始登録(ハードウェアトークン)画面が表示されます。",
        "トークン裏面に記載のシリアル番号と、トークンに表示されているワンタイムパスワードを入力し、「認証確認」ボタンを押してください。",
        "登録に使用したワンタイムパスワードは使用済みとなります。続けてお取引を行う場合は、表示が変わってから入力してください。",
      ],
    },
    {
      heading: "3. ワンタイムパスワードが必要なお取引",
      lines: ["資金移動(事前登録先を除く)およびお客さま情報変更の際に入力してください。"],
    },
    {
      heading: "4. 表示について",
      lines: [
        "ボタンを押し続けると、シリアル番号、有効期限、時刻、電池残量の順に表示されます。",
        "EXPIRED: トークンの有効期限が切れています。 CLOCK LOST、NO RECORD、BAD RECORD: トークンの交換が必要です。いずれもお取引店へご連絡ください。",
      ],
    },
    {
      heading: "5. ご注意",
      lines: [
        "ワンタイムパスワードを連続して誤ると、利用が停止されます。停止された場合は、マスターユーザ(マスターユーザの方はお取引店)へご連絡ください。",
        "トークンを紛失した場合や盗難に遭われた場合は、直ちにマスターユーザがトークンの失効を行い、お取引店へご連絡ください。",
        "当組合の職員が、お電話やメールでワンタイムパスワードをお聞きすることはありません。",
      ],
    },
  ],
};

const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );

const english: GuideText = {
  title: "Getting started with your hardware token",
  serial: "Serial number",
  expiry: "Valid until",
  noExpiry: "no expiry",
  date: (unixSeconds) => {
    const at = inJapan(unixSeconds);
    const day = `${String(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]!} ${String(at.getUTCFullYear())}`;
    return `${day}, ${two(at.getUTCHours())}:${two(at.getUTCMinutes())} (Japan time)`;
  },
  code: "A one-time password (example)",
  info: "The serial number's page",
  sections: [
    {
      heading: "1. Showing a one-time password",
      lines: [
        "Press the button: six digits appear, the one-time password. It changes every minute.",
        "The bar below the digits is the time this password has left. When it is short, wait for the next.",
        "The display goes dark after about 30 seconds. Press the button again to see it once more.",
      ],
    },
    {
      heading: "2. Registering the token",
      lines: [
        "From your start date on, when you log in with your login ID and password, the page “Register for one-time passwords (hardware token)” opens.",
        "Enter the serial number written on the back of the token and the one-time password it shows, and press “Verify”.",
        "The password you registered with is used up. Before your next transaction, wait until the display changes.",
      ],
    },
    {
      heading: "3. When it is asked for",
      lines: [
        "For transfers (except to pre-registered payees) and for changes of customer information.",
      ],
    },
    {
      heading: "4. What else the display shows",
      lines: [
        "Keep the button pressed to see the serial number, the expiry, the time and the battery in turn.",
        "EXPIRED: the token is past its expiry. CLOCK LOST, NO RECORD, BAD RECORD: the token has to be replaced. In each case, contact your branch.",
      ],
    },
    {
      heading: "5. Please note",
      lines: [
        "Several wrong one-time passwords in a row suspend the token. If that happens, ask your master user (master users: your branch).",
        "If the token is lost or stolen, have a master user revoke it at once, and contact your branch.",
        "Our staff never ask for a one-time password, neither by telephone nor by email.",
      ],
    },
  ],
};

/** The languages of a guide, in the order of its pages. */
export const GUIDE_TEXTS = { ja: japanese, en: english } as const;
