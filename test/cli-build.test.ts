import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import pinned from "../firmware/images.json" with { type: "json" };
import { runCli } from "./support/cli.js";
import { seedDirectory } from "./support/seed-directory.js";

const at = seedDirectory();

describe("warifu build", () => {
  it("makes the pinned image", async () => {
    mkdirSync(at("out"));
    const result = await runCli(["build", "--out", at("out"), "--json"]);
    expect(JSON.parse(result.stdout)).toMatchObject({
      board: "pixljs",
      sha256: pinned.pixljs.sha256,
    });
  });

  it("makes the directory, and refuses what is none by name", async () => {
    expect((await runCli(["build", "--out", at("new/deep")])).code).toBe(0);
    for (const out of [at("key"), at("key/deep"), ""]) {
      expect(await runCli(["build", "--out", out])).toEqual({
        code: 2,
        stdout: "",
        stderr: `warifu: --out: ${out} is no directory that can be written\n`,
      });
    }
  });
});
