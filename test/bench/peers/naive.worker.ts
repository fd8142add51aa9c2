// What people write: a Fastify route that reads a token, checks the code with a library and writes the
// step it used up, over better-sqlite3 as it comes. One request is one write. A model of such servers,
// kept simple on purpose; of warifu's code only what takes the driver that fits this Node.js.
import type { AddressInfo } from "node:net";
import fastify from "fastify";
import { Secret, TOTP } from "otpauth";
import { verify } from "otplib";
import { answerParent } from "../harness/answers.js";
import { PERIOD, secretOf, serialOf } from "../harness/codes.js";
import { openConnection } from "../../../server/store/sqlite-driver.js";

export interface NaiveRequest {
  readonly library: "otplib" | "otpauth";
  readonly database: string;
  readonly key: string;
  /** Tokens to make; 0 where another process has made them. */
  readonly tokens: number;
}

interface Row {
  readonly secret: string;
  readonly last_step: number;
}

/** The step a code is right for: the present one or one either way; undefined where it is none's. */
type Check = (secret: string, code: string) => Promise<number | undefined> | number | undefined;

const presentStep = (): number => Math.floor(Date.now() / 1000 / PERIOD);

const CHECKS: Record<NaiveRequest["library"], Check> = {
  otplib: async (secret, token) => {
    const result = await verify({ secret, token, period: PERIOD, epochTolerance: PERIOD });
    return result.valid ? presentStep() + result.delta : undefined;
  },
  otpauth: (base32, token) => {
    const totp = new TOTP({ secret: Secret.fromBase32(base32), period: PERIOD });
    const delta = totp.validate({ token, window: 1 });
    return delta === null ? undefined : presentStep() + delta;
  },
};

const BODY = {
  type: "object",
  required: ["serial", "code"],
  properties: { serial: { type: "string" }, code: { type: "string", pattern: "^[0-9]{6}$" } },
} as const;

async function start({ library, database, key, tokens }: NaiveRequest): Promise<number> {
  const db = openConnection(database);
  db.exec(`CREATE TABLE IF NOT EXISTS tokens
    (serial TEXT PRIMARY KEY, secret TEXT NOT NULL, last_step INTEGER NOT NULL)`);
  const insert = db.prepare("INSERT INTO tokens VALUES (?, ?, -1)");
  db.transaction(() => {
    for (let index = 0; index < tokens; index++) {
      const serial = serialOf(index);
      insert.run(serial, new Secret({ buffer: Uint8Array.from(secretOf(serial)).buffer }).base32);
    }
  })();
  const find = db.prepare<[string], Row>("SELECT secret, last_step FROM tokens WHERE serial = ?");
  const use = db.prepare("UPDATE tokens SET last_step = ? WHERE serial = ?");
  const app = fastify();
  app.post<{ Body: { serial: string; code: string } }>(
    "/verify",
    { schema: { body: BODY } },
    async (request, reply) => {
      if (request.headers.authorization !== `Bearer ${key}`) return reply.code(401).send();
      const { serial, code } = request.body;
      const token = find.get(serial);
      const step = token && (await CHECKS[library](token.secret, code));
      if (step === undefined || step <= token!.last_step) return { accepted: false };
      use.run(step, serial);
      return { accepted: true, serial };
    },
  );
  await app.listen({ host: "127.0.0.1", port: 0 });
  return (app.server.address() as AddressInfo).port;
}

answerParent(start);
