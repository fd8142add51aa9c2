import { execFileSync } from "node:child_process";
import { chownSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { base32nopad } from "@scure/base";
import { freePort } from "../../support/free-port.js";
import { codeOf, secretOf, serialOf } from "../harness/codes.js";
import { Absent, type Subject } from "../harness/rounds.js";
import type { Scope } from "../harness/scope.js";
import type { Worker } from "../harness/worker.js";
import {
  type Attempt,
  CONCURRENCY,
  race,
  type RaceResult,
  sendAll,
  type Target,
} from "../load/load.js";
import { type Postgres, serviceOwner } from "./postgres.js";

/** Seconds: rlm_totp knows no other. */
const STEP = 30;
const SECRET = "bench";
const WARM_UP = 500;
const ROUND = 3000;
/** Seconds of a step that a round must have left when it starts. */
const LEFT = 6;
const START_TIME = 10_000; // milliseconds

/**
 * FreeRADIUS with rlm_totp and nothing else. The durable server takes the seed from PostgreSQL and lets
 * in only whom one statement, committed by then, has given this step to; the other only checks the code,
 * as the module does by itself. A thread and a connection for each request that is under way.
 */
function configuration(directory: string, postgres: Postgres, ports: Ports): string {
  const seed = `&TOTP-Secret := "%{sql:SELECT secret FROM tokens WHERE serial = '%{User-Name}'}"`;
  const use = `UPDATE tokens SET last_step = %{expr:%l / ${String(STEP)}} \\
    WHERE serial = '%{User-Name}' AND last_step < %{expr:%l / ${String(STEP)}}`;
  const server = (name: string, port: number, then: string): string => `
server ${name} {
  listen {
    type = auth
    ipaddr = 127.0.0.1
    port = ${String(port)}
  }
  authorize {
    update control {
      ${seed}
    }
    update request {
      &TOTP-Password := "%{User-Password}"
    }
    totp.authenticate
    if (!ok) {
      reject
    }
    ${then}
    update control {
      &Auth-Type := Accept
    }
  }
}`;
  return `
prefix = /usr
libdir = /usr/lib/freeradius
logdir = ${directory}
run_dir = ${directory}
max_requests = 65536
cleanup_delay = 2
security {
  reject_delay = 0
  status_server = no
}
thread pool {
  start_servers = ${String(CONCURRENCY)}
  max_servers = ${String(CONCURRENCY)}
  max_requests_per_server = 0
}
client bench {
  ipaddr = 127.0.0.1
  secret = ${SECRET}
}
modules {
  totp {
  }
  expr {
  }
  always reject {
    rcode = reject
  }
  sql {
    driver = "rlm_sql_postgresql"
    dialect = "postgresql"
    radius_db = "host=127.0.0.1 port=${String(postgres.port)} dbname=freeradius user=bench password=bench"
    read_clients = no
    pool {
      start = ${String(CONCURRENCY)}
      min = ${String(CONCURRENCY)}
      max = ${String(CONCURRENCY)}
      uses = 0
      lifetime = 0
      idle_timeout = 0
    }
  }
}
${server("durable", ports.durable, `if ("%{sql:${use}}" != "1") {\n      reject\n    }`)}
${server("plain", ports.plain, "")}
`;
}

interface Ports {
  readonly durable: number;
  readonly plain: number;
}

async function start(scope: Scope, postgres: Postgres): Promise<Ports> {
  try {
    execFileSync("freeradius", ["-v"], { stdio: "pipe" });
  } catch {
    throw new Absent("freeradius is not installed");
  }
  const ports = { durable: await freePort(), plain: await freePort() };
  const owner = serviceOwner();
  const directory = scope.directory(owner);
  const file = join(directory, "radiusd.conf");
  writeFileSync(file, configuration(directory, postgres, ports), { mode: 0o600 });
  if (owner) chownSync(file, owner.uid, owner.gid);
  const args = ["-f", "-l", "stdout", "-d", directory];
  const options = { stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"], ...owner };
  const child = scope.start("freeradius", args, options);
  let said = "";
  const ready = new Promise<void>((settle, fail) => {
    child.stdout!.on("data", (chunk: Buffer) => {
      if (said.length < 10_000) said += chunk.toString();
      if (said.includes("Ready to process requests")) settle();
    });
    child.once("exit", () => {
      fail(new Error(`freeradius ended: ${said.slice(-500)}`));
    });
    setTimeout(() => {
      fail(new Error(`freeradius did not start: ${said.slice(-500)}`));
    }, START_TIME).unref();
  });
  child.stderr!.resume();
  await ready;
  return ports;
}

/** @param rounds how many will be measured; each has users of its own, as time does not wait for it */
export async function freeradius(
  scope: Scope,
  postgres: Postgres,
  load: Worker,
  rounds: number,
): Promise<
  Subject & { readonly races: Record<"durable" | "plain", (n: number) => Promise<RaceResult>> }
> {
  await postgres.create("freeradius");
  const users = (WARM_UP + ROUND) * (rounds + 1) + 1000;
  await fillTable(postgres, users);
  const ports = await start(scope, postgres);
  let next = 0;
  const take = (count: number): Attempt[] => {
    const step = Math.floor(Date.now() / 1000 / STEP);
    return Array.from({ length: count }, () => {
      const serial = serialOf(next++);
      return { serial, code: codeOf(serial, step) };
    });
  };
  const targetOf = (port: number): Target => ({ kind: "radius", port, secret: SECRET });
  const raceAt = async (port: number, tokens: number): Promise<RaceResult> => {
    await stepWithTimeLeft();
    return race(load, targetOf(port), take(tokens));
  };
  return {
    id: "freeradius",
    name: "FreeRADIUS rlm_totp (30 s), durable over PostgreSQL",
    round: async () => {
      await stepWithTimeLeft();
      return sendAll(load, targetOf(ports.durable), take(WARM_UP), take(ROUND));
    },
    races: {
      durable: (tokens) => raceAt(ports.durable, tokens),
      plain: (tokens) => raceAt(ports.plain, tokens),
    },
  };
}

async function fillTable(postgres: Postgres, users: number): Promise<void> {
  const rows = Array.from({ length: users }, (_, index) => {
    const serial = serialOf(index);
    return `('${serial}','${base32nopad.encode(secretOf(serial))}')`;
  });
  await postgres.query(
    "freeradius",
    `CREATE TABLE tokens (serial text PRIMARY KEY, secret text NOT NULL,
       last_step bigint NOT NULL DEFAULT -1) WITH (fillfactor = 50)`,
  );
  for (let from = 0; from < users; from += 1000) {
    const values = rows.slice(from, from + 1000).join(",");
    await postgres.query("freeradius", `INSERT INTO tokens (serial, secret) VALUES ${values}`);
  }
}

/** A right code is refused as soon as its step is over. */
async function stepWithTimeLeft(): Promise<void> {
  const left = STEP - ((Date.now() / 1000) % STEP);
  if (left < LEFT) await sleep(left * 1000 + 50);
}
