import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { parse } from "acorn";
import { expect, it } from "vitest";
import { CLI } from "./support/cli.js";

it("what is shipped imports only what is installed with it", () => {
  const { body } = parse(readFileSync(CLI, "utf8"), {
    ecmaVersion: 2022,
    sourceType: "module",
    allowHashBang: true,
  });
  const manifest = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  ) as { dependencies: Record<string, string> };
  const imported = body
    .flatMap((node) => (node.type === "ImportDeclaration" ? [String(node.source.value)] : []))
    .filter((name) => !isBuiltin(name))
    .map((name) =>
      name
        .split("/")
        .slice(0, name.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  expect(imported).toContain("fastify");
  for (const name of imported) expect(Object.keys(manifest.dependencies)).toContain(name);
});
