import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { buildImage } from "../firmware/factory/build.js";
import { BOARDS } from "../firmware/factory/image-options.js";
import pinned from "../firmware/images.json" with { type: "json" };
import { strictContext } from "../simulator/context.js";
import { loadImage } from "../simulator/image.js";
import { outsideSubset } from "./support/subset.js";

const STORAGE_LIMIT = 16 * 1024; // of the 36 kB a Pixl.js has

describe.each(BOARDS)("the image for %s", (board) => {
  const image = loadImage(board);

  it("is the pinned one and fits the board", () => {
    expect(createHash("sha256").update(image).digest("hex")).toBe(pinned[board].sha256);
    expect(image.length).toBe(pinned[board].bytes);
    expect(image.length).toBeLessThanOrEqual(STORAGE_LIMIT);
  });

  it("is built anew to the same bytes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "warifu-build-"));
    try {
      const built = await buildImage(board, directory);
      expect(readFileSync(built.file)).toEqual(Buffer.from(image));
      expect(built).toMatchObject({ board, bytes: image.length, sha256: pinned[board].sha256 });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("locks the console by its first statement", () => {
    const text = Buffer.from(image).toString("utf8");
    expect(text).toMatch(
      /^\(p=>\{p&&\(E\.setPassword\(p\),E\.lockConsole\(\)\)\}\)\(require\("Storage"\)\.read\("warifu\.lock"\)\);/,
    );
  });

  it("refuses a damaged image by its second, before the rest of it runs", () => {
    const [, second] = Buffer.from(image).toString("utf8").split(";(s=>");
    expect(second).toMatch(/^\{var c=s\.read\("warifu\.crc"\);if\(c&&c!=E\.CRC32/);
    expect(second).toContain('throw "BAD IMAGE"})(require("Storage"));(()=>{');
  });

  it("stays inside the language the boards run", () => {
    expect(outsideSubset(Buffer.from(image).toString("utf8"))).toEqual([]);
  });
});

it("the README tells the size of the Pixl.js image", () => {
  const readme = readFileSync("firmware/README.md", "utf8");
  const [, ...told] = /^\| image, bytes of Storage +\| (\S+) +\| (\S+) +\|/m.exec(readme)!;
  const size = pinned.pixljs.bytes.toLocaleString("en");
  expect(told).toEqual([size, size]);
});

it("an unknown board is refused by name", async () => {
  await expect(buildImage("toaster", "/nowhere")).rejects.toThrow("--board: must be one of pixljs");
  expect(() => loadImage("toaster")).toThrow("--board: there is no image");
});

describe("the allow-list refuses", () => {
  const wrap = (body: string): string => `(()=>{${body}})();`;
  it.each([
    ["destructuring", "let {a}=E;"],
    ["spread", "let a=[...E.b];"],
    ["default parameters", "let f=(a=1)=>a;"],
    ["optional chaining", "let a=E?.length;"],
    ["exponentiation", "let a=2**3;"],
    ["nullish coalescing", "let a=E??1;"],
    ["a template literal", "let a=`x`;"],
    ["async functions", "let f=async()=>1;"],
    ["classes", "class A{}"],
    ["a missing builtin", "let a=new Map();"],
    ["a missing member", "let a=E.flatMap(1);"],
    ["regular expressions", "let a=/x{2}/;"],
    ["a closure made in a loop", "for(let i=0;i<2;i++)setTimeout(()=>i,1);"],
    ["a function used before it is there", "f();function f(){}"],
    ["a variable used before it is there", "let b=()=>1;a();let a=b;"],
    ["a function declared inside another", "function f(){function h(){}}"],
    ["a line break after return", "function f(){return(\n5)}"],
    ["a character outside ASCII", "let a='é';"],
    ["a shorthand property", "let a=1;let b={a};"],
  ])("%s", (_name, body) => {
    expect(outsideSubset(wrap(body))).not.toEqual([]);
  });

  it("nothing of a harmless program", () => {
    expect(outsideSubset(wrap("function f(a){return a+1}let b=f(2);"))).toEqual([]);
  });
});

describe("the strict context", () => {
  const run = (code: string): unknown => runInContext(code, strictContext({ given: 7 }));

  it.each(["Map", "Set", "Symbol", "Proxy", "BigInt", "process", "console", "TextEncoder", "Intl"])(
    "lacks %s",
    (name) => {
      expect(run(`typeof ${name}`)).toBe("undefined");
    },
  );

  it.each([
    "Number.isInteger",
    "Array.from",
    "Object.freeze",
    "Math.trunc",
    "Math.random",
    "Date.now",
    "''.at",
  ])("lacks %s", (member) => {
    expect(run(`typeof ${member}`)).toBe("undefined");
  });

  it("makes no code from strings, and has what it was given", () => {
    expect(() => run("eval('1')")).toThrow("Code generation");
    expect(() => run("new Function('return 1')")).toThrow("Code generation");
    expect(run("given")).toBe(7);
  });
});
