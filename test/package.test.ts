import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "acorn";
import { describe, expect, it } from "vitest";
import { billOfMaterials } from "./support/bill-of-materials.js";
import { codeOf, NOW, SEED } from "./support/server.js";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");

describe("what is shipped", () => {
  it.each(["cli.js", "simulator.js"])("%s imports only what is installed with it", (file) => {
    const { body } = parse(read(`dist/${file}`), {
      ecmaVersion: 2022,
      sourceType: "module",
      allowHashBang: true,
    });
    const manifest = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
    const imported = body
      .flatMap((node) => (node.type === "ImportDeclaration" ? [String(node.source.value)] : []))
      .filter((name) => !isBuiltin(name))
      .map((name) =>
        name
          .split("/")
          .slice(0, name.startsWith("@") ? 2 : 1)
          .join("/"),
      );
    expect(imported.length).toBeGreaterThan(0);
    for (const name of imported) expect(Object.keys(manifest.dependencies)).toContain(name);
  });

  it("is imported as warifu/simulator, with its types", () => {
    const { secret, ...seed } = { ...SEED, secret: SEED.secret };
    const script = `
      import { Fleet } from "warifu/simulator";
      const seed = { ...${JSON.stringify(seed)}, secret: Buffer.from("${Buffer.from(secret).toString("hex")}", "hex") };
      console.log(await new Fleet({ at: ${String(NOW / 1000)} }).add(seed).code());`;
    const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: ROOT,
    });
    expect(output.toString().trim()).toBe(codeOf(SEED, NOW));
    expect(read("dist/simulator.d.ts")).toContain("declare class Fleet");
  });
});

it("everything it is installed with says that it runs on this Node.js", () => {
  const args = ["ci", "--dry-run", "--engine-strict", "--omit=dev", "--offline"];
  // Optional packages that do not are left out by npm: of the two SQLite drivers one fits.
  expect(() => execFileSync("npm", args, { cwd: ROOT, stdio: "pipe" })).not.toThrow();
});

it("SQLite's driver is used as it was compiled for its package, whatever is on the machine", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { gypfile?: boolean }>;
  };
  // As the package itself says. npm does not copy it into the lock file and so does not see it there: it
  // would compile, and leave the driver out where it cannot. https://github.com/npm/cli/issues/9837
  expect(packages["node_modules/better-sqlite3-13"]).toMatchObject({ gypfile: false });
});

it("of each dependency that has a script for its installation it is said whether that runs", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { name?: string; hasInstallScript?: boolean }>;
  };
  const named = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path, { name }]) => name ?? path.split("node_modules/").at(-1));
  const { allowScripts } = JSON.parse(read("package.json")) as { allowScripts: object };
  // npm 12 runs none that is not allowed: https://docs.npmjs.com/cli/commands/npm-install-scripts
  expect(Object.keys(allowScripts)).toEqual([...new Set(named)].sort());
});

it("a bill of materials names what the package runs on, by version and hash", () => {
  const { bomFormat, metadata, components } = billOfMaterials();
  expect(bomFormat).toBe("CycloneDX");
  expect(metadata.component.name).toBe("warifu");
  const { dependencies, optionalDependencies } = JSON.parse(read("package.json")) as {
    dependencies: Record<string, string>;
    optionalDependencies: Record<string, string>;
  };
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<
      string,
      { name?: string; version: string; dependencies?: Record<string, string> }
    >;
  };
  // Its own name, where it is installed under another: npm 11 tells that one as its name.
  const ownName = (name: string): string => packages[`node_modules/${name}`]?.name ?? name;
  const named = components.map((component) => component["bom-ref"]);
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const { version, dependencies: further = {} } = packages[`node_modules/${name}`]!;
    expect(named).toContain(`${ownName(name)}@${version}`);
    for (const next of Object.keys(further)) {
      expect(
        named.some((each) => each.startsWith(`${ownName(next)}@`)),
        next,
      ).toBe(true);
    }
  }
  for (const { name, hashes } of components) {
    expect(hashes, name).toMatchObject([{ alg: "SHA-512" }]);
  }
});

it("every link of the documents leads to something", () => {
  const listed = execFileSync("git", ["ls-files", "*.md"], { cwd: ROOT }).toString();
  const files = listed.trim().split("\n");
  expect(files).toContain("README.md");
  for (const file of files) {
    for (const [, target] of read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const path = join(ROOT, dirname(file), target!);
      expect(existsSync(path), `${file}: ${target!}`).toBe(true);
    }
  }
});
