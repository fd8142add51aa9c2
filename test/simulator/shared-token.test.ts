import { expect, it } from "vitest";
import { sharedToken } from "../support/shared-token.js";

it("100 parallel jobs share one token, again and again: all are accepted", async () => {
  expect(await sharedToken(100, 3)).toEqual({ accepted: 300, refused: 0 });
});
