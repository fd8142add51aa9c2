import { Registry } from "prom-client";
import { afterEach, expect, it, vi } from "vitest";
import { figuresOfAll } from "../../server/gather.js";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

it("a worker does not wait without end for a parent that does not tell the figures", async () => {
  vi.spyOn(process, "on").mockReturnValue(process);
  const asked = vi.spyOn(process, "send").mockReturnValue(true);
  vi.useFakeTimers();
  const all = figuresOfAll(new Registry());
  const told = all().catch((error: unknown) => error);
  expect(asked).toHaveBeenCalledWith({ type: "all figures?", id: 1 });
  await vi.advanceTimersByTimeAsync(60_000);
  const answer = await Promise.race([told, Promise.resolve("none")]);
  expect(answer).toMatchObject({ code: "unavailable" });
});
