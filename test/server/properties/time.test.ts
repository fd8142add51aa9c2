import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { availableAt } from "../../../server/core/available-at.js";
import { noticeExpiry } from "../../../server/core/expiry-notice.js";
import { japanDate, secondOfDay } from "../../../server/core/japan.js";
import { DEFAULT_POLICY } from "../../../server/core/policy.js";
import { standingOf, type User } from "../../../server/core/user.js";
import { CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

const DAY = 86_400;
const SERIAL = "12345678";
const second = fc.integer({ min: -DAY, max: 40_000 * DAY });

/** What a clock in Japan shows, from Intl and not from the code under test. */
const japan = (unixSeconds: number) =>
  new Intl.DateTimeFormat("sv-SE", {
    ...{ timeZone: "Asia/Tokyo", dateStyle: "short", timeStyle: "medium" },
  }).format(new Date(unixSeconds * 1000));

describe("Japan's time", () => {
  it("is nine hours ahead the whole year", () => {
    fc.assert(
      fc.property(second, fc.double({ min: 0, max: 0.999, noNaN: true }), (at, fraction) => {
        const [date, time] = japan(at).split(" ");
        const [hours, minutes, seconds] = time!.split(":").map(Number);
        expect(japanDate(at + fraction)).toBe(date);
        expect(secondOfDay(at + fraction)).toBe(hours! * 3600 + minutes! * 60 + seconds!);
      }),
    );
  });
});

describe("rule 50: the time after a revocation", () => {
  it("is half an hour, or to 3:10 from 2:59 on, and ends within a second of it", () => {
    fc.assert(
      fc.property(second, fc.double({ min: 0, max: 0.999, noNaN: true }), (at, fraction) => {
        const available = availableAt(at + fraction, DEFAULT_POLICY.registrationDelay);
        const time = japan(at).slice(11);
        if (time >= "02:59:00" && time < "03:10:00") {
          expect(japan(available)).toBe(`${japan(at).slice(0, 10)} 03:10:00`);
          expect(available - at).toBeLessThanOrEqual(11 * 60);
        } else expect(available).toBe(at + 1800);
      }),
    );
  });
});

describe("rules 10, 14: the state that is shown", () => {
  it("comes from what was done and from the clock alone", () => {
    const holding = fc.constantFrom<User["holding"]>("none", "issued", "registered", "revoked");
    const moment = fc.option(fc.integer({ min: -2, max: 2 }), { nil: undefined });
    fc.assert(
      fc.property(holding, moment, moment, (held, expires, waits) => {
        const at = (from: number | undefined) => (from === undefined ? undefined : NOON + from);
        const user = userOf("a", { holding: held, availableAt: at(waits) });
        const standing = standingOf(user, at(expires), NOON);
        const over = expires !== undefined && expires <= 0;
        const waiting = waits !== undefined && waits > 0;
        const expected = {
          ...{ none: "unregistered", issued: "issued", revoked: "unregistered" },
          registered: over ? "expired" : "registered",
        };
        expect(standing).toBe(waiting ? "revoked" : expected[held]);
      }),
    );
  });
});

describe("rule 55: notices of an expiry", () => {
  it("come once for each of 90, 30 and 7 days, when it has come, and never afterwards", () => {
    const looks = fc.array(fc.integer({ min: -DAY, max: 100 * DAY }), { maxLength: 12 });
    fc.assert(
      fc.property(looks, (drawn) => {
        const expiry = NOON + 200 * DAY;
        const bank = new CoreBank(holder("ichiro", SERIAL), tokenOf(SERIAL, { expiry }));
        let told = Infinity;
        // The watch looks as time goes by.
        for (const left of drawn.sort((one, other) => other - one)) {
          bank.now = expiry - left;
          bank.act((book, rules) => {
            noticeExpiry(book, rules, SERIAL);
          });
          const due = left > 0 ? [7, 30, 90].find((days) => left <= days * DAY) : undefined;
          const expected = due !== undefined && due < told ? due : undefined;
          expect(bank.changes!.audit.map(({ detail }) => detail.days)).toEqual(
            expected === undefined ? [] : [expected],
          );
          expect(bank.changes!.mails).toHaveLength(expected === undefined ? 0 : 1);
          told = expected ?? told;
        }
      }),
    );
  });
});
