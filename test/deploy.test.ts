import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runCli } from "./support/cli.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const FILES = readdirSync(join(ROOT, "deploy")).filter((name) => name !== "secrets");

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly healthcheck?: object;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = parse(read("deploy/compose.yaml"), { merge: true }) as Compose;
const servers = Object.entries(compose.services).filter(([, { image }]) => image === "warifu");
const unit = read("deploy/warifu.service");
const container = read("deploy/Containerfile");

/** The arguments of `warifu serve` that a file names. */
const serveArguments: Readonly<Record<string, readonly string[]>> = {
  "warifu.service": / serve (.+)$/m.exec(unit)![1]!.split(" "),
  Containerfile: (JSON.parse(/^CMD (\[.+\])$/m.exec(container)![1]!) as string[]).slice(1),
  ...Object.fromEntries(servers.map(([name, { command = [] }]) => [name, command.slice(1)])),
};
/** Seconds that a server of these arguments drains. */
const drainOf = (args: readonly string[]): number =>
  Number(/--drain[= ](\d+)/.exec(args.join(" "))?.[1]);

describe("what deploy/ names exists", () => {
  it.each(FILES)("%s: each WARIFU_ variable is read by the program", (file) => {
    const program = ["keys/master-keys.ts", "open.ts", "mailer.ts", "policy-file.ts"]
      .map((each) => read(`server/${each}`))
      .join("\n");
    for (const [name] of read(`deploy/${file}`).matchAll(/\bWARIFU_[A-Z_]+/g)) {
      expect(program).toMatch(new RegExp(`environment\\.${name}\\b`));
    }
  });

  it.each(Object.entries(serveArguments))(
    "%s: each option is one of serve",
    async (_name, args) => {
      const { stdout } = await runCli(["serve", "--help"]);
      const options = args.filter((each) => each.startsWith("--"));
      expect(options.length).toBeGreaterThan(0);
      for (const option of options)
        expect(stdout).toMatch(new RegExp(`${option.split("=")[0]!}\\b`));
      for (const given of args) expect(given).not.toMatch(/password|:\/\/\w+:\w+@/);
    },
  );

  it("each file, secret and volume of the composition is there or declared", () => {
    expect(servers.map(([name]) => name)).toEqual(["server-a", "server-b", "desk"]);
    for (const service of Object.values(compose.services)) {
      if (service.build) {
        expect(
          existsSync(join(ROOT, "deploy", service.build.context, service.build.dockerfile)),
        ).toBe(true);
      }
      for (const secret of service.secrets ?? []) expect(compose.secrets).toHaveProperty(secret);
      for (const volume of service.volumes ?? []) {
        const [source] = volume.split(":") as [string];
        if (source.startsWith(".")) expect(existsSync(join(ROOT, "deploy", source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
      for (const value of Object.values(service.environment ?? {})) {
        const [, secret] = /^\/run\/secrets\/(\w+)$/.exec(value) ?? [];
        if (secret !== undefined) expect(service.secrets).toContain(secret);
      }
    }
    for (const name of ["server-a", "server-b"]) {
      expect(read("deploy/Caddyfile")).toContain(`${name}:8390`);
    }
  });

  it("each path that the image copies is in the repository or made before", () => {
    for (const [, paths] of container.matchAll(/^COPY (?!--from)(.+) \S+$/gm)) {
      for (const path of paths!.split(" ")) expect(existsSync(join(ROOT, path)), path).toBe(true);
    }
  });
});

describe("what deploy/ runs", () => {
  it("is a Node.js that the package takes", () => {
    const { engines } = JSON.parse(read("package.json")) as { engines: { node: string } };
    const [, least] = /^>=(\d+)\./.exec(engines.node)!;
    const majors = [...container.matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => Number(major));
    expect(majors).toHaveLength(3);
    for (const major of majors) expect(major).toBeGreaterThanOrEqual(Number(least));
    expect(new Set(majors).size).toBe(1);
  });

  it("has no rights it does not need", () => {
    expect(container.slice(container.lastIndexOf("FROM"))).toMatch(/^USER node$/m);
    for (const [, server] of servers) expect(server.read_only).toBe(true);
    for (const line of [
      "NoNewPrivileges=yes",
      "ProtectSystem=strict",
      "CapabilityBoundingSet=",
      "User=warifu",
      // With it V8 could not run.
      "MemoryDenyWriteExecute=no",
    ]) {
      expect(unit.split("\n")).toContain(line);
    }
  });

  it("is given the time to drain and to close before it is killed", () => {
    const closing = 5;
    const stop = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)![1]);
    expect(drainOf(serveArguments["warifu.service"]!) + closing).toBeLessThan(stop);
    for (const [name, server] of servers) {
      const grace = Number.parseInt(server.stop_grace_period!);
      expect(drainOf(serveArguments[name]!) + closing).toBeLessThan(grace);
    }
    // What an engine gives where nothing is said.
    expect(drainOf(serveArguments.Containerfile!) + closing).toBeLessThan(10);
  });

  it("holds no secret", () => {
    for (const file of FILES) {
      expect(read(`deploy/${file}`)).not.toMatch(/[0-9a-f]{32}|[A-Z]_PASSWORD:|:\/\/\w+:[^/\s]+@/);
    }
    expect(read(".gitignore")).toContain("/deploy/secrets/");
  });
});
