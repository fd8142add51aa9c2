import formbody from "@fastify/formbody";
import type { FastifyInstance } from "fastify";
import type { Caller, TokenService } from "../token-service.js";

/** What the demonstration's page says of each answer. */
const ANSWERS: Readonly<Record<string, string>> = {
  accepted: "受け付けました。 Accepted.",
  wrong_code: "ワンタイムパスワードが正しくありません。 The one-time password is not correct.",
  already_used:
    "このワンタイムパスワードは使用済みです。表示が変わってから入力してください。 This one-time password was already used. Wait until the display changes.",
  suspended: "利用を停止しています。 Suspended after repeated wrong one-time passwords.",
  expired: "トークンの有効期限が切れています。 Your token has expired.",
  revoked: "トークンが失効されています。 Your token is revoked.",
  format:
    "シリアル番号は半角数字8〜12桁、ワンタイムパスワードは半角数字6桁です。 The serial number has 8–12 half-width digits, the one-time password 6.",
};

interface Form {
  serial?: string;
  code?: string;
}

const FORM = {
  type: "object",
  properties: { serial: { type: "string" }, code: { type: "string" } },
} as const;

/** A page on which a newcomer types a token's code: for the demonstration only, with no login. */
export async function addDemoPage(
  app: FastifyInstance,
  tokens: TokenService,
  now: () => number,
): Promise<void> {
  await app.register(formbody);
  app.get("/", { schema: { hide: true } }, async (_request, reply) =>
    reply.headers(HEADERS).send(page("", "")),
  );
  app.post<{ Body: Form }>("/", { schema: { hide: true, body: FORM } }, async (request, reply) => {
    const serial = request.body.serial?.trim() ?? "";
    const code = request.body.code?.trim() ?? "";
    const caller: Caller = { actor: "demo page", source: request.ip, at: now() };
    const answer =
      /^[0-9]{8,12}$/.test(serial) && /^[0-9]{6}$/.test(code)
        ? await tokens.verify(serial, code, caller)
        : { accepted: false as const, reason: "format" as const };
    return reply.headers(HEADERS).send(page(serial, answer.accepted ? "accepted" : answer.reason));
  });
}

const STYLE = `
body { max-width: 34rem; margin: 3rem auto; padding: 0 1rem; font: 16px/1.6 system-ui, sans-serif; color: #1d2420; }
h1 { font-size: 1.4rem; }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
input { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; letter-spacing: .08em; border: 1px solid #5b665f; border-radius: 6px; }
button { margin-top: 1.25rem; padding: .7rem 1.5rem; font: inherit; font-weight: 600; color: #fff; background: #1f5f3f; border: 0; border-radius: 6px; }
:focus-visible { outline: 3px solid #d08a00; outline-offset: 2px; }
.answer { margin-top: 1.5rem; padding: .8rem 1rem; border-left: 6px solid #a32020; background: #f7eeee; }
.answer.accepted { border-color: #1f5f3f; background: #eef6f0; }
`;

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
};

function page(serial: string, answer: string): string {
  const shown = ANSWERS[answer];
  const kept = /^[0-9]{0,12}$/.test(serial) ? serial : "";
  return `<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>warifu: demonstration</title>
<style>${STYLE}</style>
</head>
<body>
<h1>ワンタイムパスワードの認証 / One-time password</h1>
<form method="post" action="/">
<label for="serial">シリアル番号 / Serial number</label>
<input id="serial" name="serial" inputmode="numeric" autocomplete="off" value="${kept}">
<label for="code">ワンタイムパスワード / One-time password</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6">
<button>認証確認 / Verify</button>
</form>
${shown === undefined ? "" : `<p class="answer ${answer}" role="status">${shown}</p>`}
</body>
</html>
`;
}
