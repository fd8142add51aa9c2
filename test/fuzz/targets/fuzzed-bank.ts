import { issueApiKey } from "../../../server/api-keys.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { KEY_SCOPES, type KeyScope } from "../../../server/store/store.js";
import { CONFIRMATION, PASSWORD, TestBank } from "../../support/bank.js";
import { LogLines } from "../../support/log-lines.js";
import { codeOf, MASTER_KEY } from "../../support/server.js";
import { Visitor } from "../../support/visitor.js";
import { PROBLEMS } from "../../../server/http/problem.js";
import { expectNoPollution } from "../target.js";

export const SERIAL = "10000001";
export const CALLERS = [...KEY_SCOPES, "user", "staff", "nobody"] as const;
export type CallerName = (typeof CALLERS)[number];

/** Without limits on wrong codes and traffic: they would stop the fuzzer before it reaches anything else. */
const POLICY = {
  ...DEFAULT_POLICY,
  hourlyFailures: { key: 1e9, serial: 1e9 },
  freeRegistrationFailures: { contract: 1e9, serial: 1e9 },
  traffic: {
    ...{ key: { perSecond: 0, atOnce: 0 }, stranger: { perSecond: 0, atOnce: 0 } },
    ...{ wrongKeys: { perSecond: 0, atOnce: 0 }, connections: 0, connectionsOfAddress: 0 },
  },
};

/** A bank with users, tokens, keys and sessions, and what no answer and no log may hold. */
export class FuzzedBank {
  private constructor(
    readonly bank: TestBank,
    readonly log: LogLines,
    readonly keys: ReadonlyMap<KeyScope, string>,
    readonly visitors: ReadonlyMap<string, { readonly cookie: string; readonly form: string }>,
    readonly secrets: readonly string[],
  ) {}

  static async open(): Promise<FuzzedBank> {
    const log = new LogLines();
    const bank = await TestBank.start(2, undefined, {
      logger: { level: "info", stream: log.stream },
      passwordCost: { logN: 2 },
      policy: POLICY,
    });
    await bank.contract();
    await bank.holder("ichirodt", "データ一郎", SERIAL, { class: "master" });
    await bank.staff();
    const keys = new Map<KeyScope, string>();
    for (const scope of KEY_SCOPES) {
      keys.set(
        scope,
        (await issueApiKey(bank.store, scope, { actor: "test", source: undefined, at: bank.now }))
          .key,
      );
    }
    const visitors = new Map<string, { cookie: string; form: string }>();
    for (const [name, login, id, home] of [
      ["user", "/login", "ichirodt", "/"],
      ["staff", "/branch/login", "madoguchi", "/branch"],
      ["nobody", "", "", "/login"],
    ] as const) {
      const visitor = new Visitor(bank.url);
      if (login) await visitor.send(login, { id, password: PASSWORD });
      const [, form = ""] = /name="formToken" value="([^"]+)"/.exec(await visitor.get(home)) ?? [];
      visitors.set(name, { cookie: visitor.cookie, form });
    }
    const seeds = bank.seeds.map(({ secret }) => Buffer.from(secret));
    const secrets = [
      ...seeds.flatMap((seed) => [seed.toString("hex"), seed.toString("base64")]),
      ...[...keys.values()].map((key) => key.slice(-43)),
      ...[MASTER_KEY.toString("hex"), PASSWORD, CONFIRMATION, "scrypt$"],
    ];
    return new FuzzedBank(bank, log, keys, visitors, secrets);
  }

  /** The token's code of now; a minute passes with each. */
  nextCode(): string {
    this.bank.now += 60_000;
    return codeOf(this.bank.seeds[0]!, this.bank.now);
  }

  /** What holds of every answer. */
  expectAnswer(status: number, type: string, body: string): void {
    if (status >= 500) throw new Error(`answered ${String(status)}: ${body}`);
    if (status >= 400 && !type.startsWith("text/html")) this.#expectProblem(status, type, body);
    if (/node_modules|\n {4}at |\.ts:\d|\.js:\d/.test(body)) throw new Error(`a trace: ${body}`);
    const secret = this.secrets.find((each) => body.includes(each));
    if (secret !== undefined) throw new Error(`a secret is told: ${body}`);
    expectNoPollution();
  }

  #expectProblem(status: number, type: string, body: string): void {
    const { code } = JSON.parse(body) as { code: keyof typeof PROBLEMS };
    const known = Object.hasOwn(PROBLEMS, code) && PROBLEMS[code].status === status;
    if (!known || !type.startsWith("application/problem+json")) {
      throw new Error(`no problem as they are documented: ${String(status)} ${type} ${body}`);
    }
  }

  async close(): Promise<void> {
    await this.bank.close();
    const told = this.secrets.find((each) => this.log.text.includes(each));
    if (told !== undefined) throw new Error("a secret is in the log");
    const failed = this.log.lines.find(({ level }) => Number(level) >= 50);
    if (failed) throw new Error(`logged: ${JSON.stringify(failed)}`);
  }
}
