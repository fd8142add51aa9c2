import { describe, expect, it } from "vitest";
import {
  addUser,
  BranchRefusal,
  branchRevoke,
  branchUnlock,
  ChangedMeanwhile,
  contractText,
  keepContract,
  keepPayee,
  lend,
  resume,
  retire,
} from "../../../server/core/branch.js";
import { register } from "../../../server/core/register.js";
import { standingOf } from "../../../server/core/user.js";
import { contractOf, CoreBank, holder, NOON, tokenOf, userOf } from "../../support/core-bank.js";

const SERIAL = "12345678";
const PAPER = { form: "A-0001", staff: "s12" };
const lendTo = (bank: CoreBank, user: string, serial = SERIAL) => {
  bank.act((book, rules) => {
    lend(book, rules, user, serial, PAPER);
  });
};

describe("the branch (お取引店)", () => {
  it("opens and changes contracts, adds users", () => {
    const bank = new CoreBank();
    const keep = () => {
      bank.act((book, rules) => {
        keepContract(book, rules, contractOf("C9"), PAPER);
      });
    };
    keep();
    expect(bank.said()).toEqual(["contract opened"]);
    keep();
    expect(bank.said()).toEqual(["contract changed"]);
    const add = (contract: string) => {
      bank.act((book, rules) => {
        addUser(book, rules, userOf("new", { contract }), PAPER);
      });
    };
    add("C9");
    expect(bank.user("new").contract).toBe("C9");
    expect(bank.changes!.audit[0]!.detail).toMatchObject({ ...PAPER, user: "new", contract: "C9" });
    expect(() => {
      add("C9");
    }).toThrow("new: exists");
    expect(() => {
      add("C8");
    }).toThrow("C8: unknown_contract");
  });

  it("opens nothing that is there already, where it was to be new", () => {
    const payee = {
      id: "P1",
      contract: "C1",
      bank: "見本銀行",
      branch: "本店",
      account: "1",
      name: "カ",
    };
    const bank = new CoreBank(payee);
    const opened = () => {
      bank.act((book, rules) => {
        keepContract(book, rules, contractOf("C1"), PAPER, "nothing");
      });
    };
    expect(opened).toThrow(new BranchRefusal("exists", "C1"));
    const registered = () => {
      bank.act((book, rules) => {
        keepPayee(book, rules, payee, PAPER, true);
      });
    };
    expect(registered).toThrow(new BranchRefusal("exists", "P1"));
    expect(new BranchRefusal("exists", "P1").name).toBe("BranchRefusal");
    expect(new ChangedMeanwhile("C1").name).toBe("ChangedMeanwhile");
  });

  it("changes a contract only as it was shown", () => {
    const bank = new CoreBank();
    const change = (id: string, shown: string) => () => {
      bank.act((book, rules) => {
        keepContract(book, rules, contractOf(id, { name: "新" }), PAPER, { shown });
      });
    };
    expect(change("C1", "something else")).toThrow(ChangedMeanwhile);
    expect(change("C9", "")).toThrow(ChangedMeanwhile);
    expect(change("C1", contractText(contractOf("C1", { otpFrom: undefined })))).toThrow();
    change("C1", contractText(contractOf("C1")))();
    expect(bank.book().contract("C1")!.name).toBe("新");
  });

  it("rules 10, 53: lends a token out of stock", () => {
    const bank = new CoreBank(userOf("a"), tokenOf(SERIAL, { contract: undefined }));
    lendTo(bank, "a");
    expect(bank.user("a")).toMatchObject({ holding: "issued", serial: SERIAL });
    expect(bank.token(SERIAL).contract).toBe("C1");
  });

  it("rule 53: lends a token that was taken back from another contract, once nobody has it", () => {
    const bank = new CoreBank(
      contractOf("C2"),
      userOf("a"),
      holder("b", SERIAL, { contract: "C2" }),
      tokenOf(SERIAL, { contract: "C2" }),
    );
    const lendIt = () => {
      lendTo(bank, "a");
    };
    expect(lendIt).toThrow("other_contract");
    bank.act((book, rules) => branchRevoke(book, rules, ["b"], PAPER));
    lendIt();
    expect(bank.user("a")).toMatchObject({ holding: "issued", serial: SERIAL });
    expect(bank.token(SERIAL)).toMatchObject({ contract: "C1", status: "usable" });
    // Its former user is not let in by it again.
    const again = bank.act((book, rules) => register(book, rules, "b", SERIAL, bank.code(SERIAL)));
    expect(again).toMatchObject({ registered: false });
  });

  it("rules 24, 48: lent anew, a revoked token can be registered by its user again", () => {
    const revoked = userOf("a", {
      ...{ holding: "revoked", serial: SERIAL, availableAt: NOON, refusedSerials: [SERIAL, "1"] },
    });
    const bank = new CoreBank(revoked, tokenOf(SERIAL, { status: "revoked" }));
    lendTo(bank, "a");
    expect(bank.user("a").refusedSerials).toEqual(["1"]);
    const answer = bank.act((book, rules) => register(book, rules, "a", SERIAL, bank.code(SERIAL)));
    expect(answer).toMatchObject({ registered: true });
  });

  it("a suspended token that nobody has begins anew; one that somebody has does not", () => {
    const stopped = tokenOf(SERIAL, { suspended: true, failures: 5, status: "revoked" });
    const bank = new CoreBank(userOf("a"), stopped);
    lendTo(bank, "a");
    expect(bank.token(SERIAL)).toMatchObject({ suspended: false, failures: 0, status: "usable" });
    const shared = new CoreBank(userOf("a"), holder("b", SERIAL), stopped);
    lendTo(shared, "a");
    expect(shared.token(SERIAL)).toMatchObject({ suspended: true, failures: 5 });
  });

  it("a revoked user waits out his time all the same", () => {
    const waiting = userOf("a", { holding: "revoked", serial: "1", availableAt: NOON + 60 });
    const bank = new CoreBank(waiting, tokenOf(SERIAL, { contract: undefined }));
    lendTo(bank, "a");
    const lent = { holding: "issued", serial: SERIAL, availableAt: NOON + 60 };
    expect(bank.user("a")).toMatchObject(lent);
    const states = [NOON, NOON + 59, NOON + 60].map((now) =>
      standingOf(bank.user("a"), undefined, now),
    );
    expect(states).toEqual(["revoked", "revoked", "issued"]);
    expect(bank.token(SERIAL).contract).toBe("C1");
    const odd = new CoreBank(userOf("a", { holding: "revoked" }), tokenOf(SERIAL));
    lendTo(odd, "a");
    expect(odd.user("a").holding).toBe("issued");
  });

  it.each([
    ["nobody", SERIAL, {}, "nobody: unknown_user"],
    ["a", "99999999", {}, "99999999: unknown_serial"],
    ["a", SERIAL, { contract: "C2" }, `${SERIAL}: other_contract`],
    ["a", SERIAL, { status: "lost" }, `${SERIAL}: not_in_service`],
    ["a", SERIAL, { status: "faulty" }, `${SERIAL}: not_in_service`],
    ["b", SERIAL, {}, "b: has_token"],
  ] as const)("lending to %s the token %s %j: %s", (user, serial, changes, problem) => {
    const bank = new CoreBank(userOf("a"), holder("b", "1"), tokenOf(SERIAL, changes));
    expect(() => {
      lendTo(bank, user, serial);
    }).toThrow(problem);
  });

  it("rule 54: takes a lost or faulty token from all its users, for good", () => {
    const bank = new CoreBank(holder("a", SERIAL), holder("b", SERIAL), tokenOf(SERIAL));
    const out = (serial: string, status: "lost" | "faulty") =>
      bank.act((book, rules) => retire(book, rules, serial, status, PAPER));
    expect(out(SERIAL, "lost")).toEqual(["a", "b"]);
    expect(bank.token(SERIAL).status).toBe("lost");
    expect(bank.user("b").holding).toBe("revoked");
    expect(out(SERIAL, "lost")).toEqual([]);
    expect(bank.said()).toEqual([]);
    expect(() => out("99999999", "faulty")).toThrow("99999999: unknown_serial");
  });

  it("rule 42: reinstates users, masters too, with form and staff in the audit", () => {
    const bank = new CoreBank(
      holder("m", SERIAL, { class: "master" }),
      holder("b", SERIAL),
      userOf("c"),
      tokenOf(SERIAL, { suspended: true }),
    );
    const done = bank.act((book, rules) => branchUnlock(book, rules, ["m", "c"], PAPER));
    expect(done).toEqual(["b", "m"]);
    expect(bank.changes!.audit[0]).toMatchObject({ event: "unlock", detail: PAPER });
    expect(() => bank.act((book, rules) => branchUnlock(book, rules, ["nobody"], PAPER))).toThrow(
      "unknown_user",
    );
  });

  it("revokes users' tokens", () => {
    const bank = new CoreBank(holder("a", SERIAL), userOf("b"), tokenOf(SERIAL));
    expect(bank.act((book, rules) => branchRevoke(book, rules, ["a", "b"], PAPER))).toEqual(["a"]);
    expect(bank.user("a").holding).toBe("revoked");
  });

  it("rules 39, 60: gives back an ID and passwords", () => {
    const kept = userOf("a", {
      stopped: true,
      confirmationFailures: 5,
      confirmationSuspended: true,
    });
    const bank = new CoreBank(kept);
    const give = (given: object) => {
      bank.act((book, rules) => {
        resume(book, rules, "a", given, PAPER);
      });
    };
    give({});
    expect(bank.user("a")).toMatchObject({ stopped: false, confirmationSuspended: true });
    give({ confirmationHash: "new" });
    expect(bank.user("a")).toMatchObject({ confirmationSuspended: false, confirmationFailures: 0 });
    expect(bank.changes!.ended).toEqual([]);
    give({ passwordHash: "new" });
    expect(bank.changes!.ended).toEqual([{ user: "a" }]);
  });

  it("rule 27: registers payees beforehand", () => {
    const payee = { id: "P1", bank: "見本銀行", branch: "本店", account: "1", name: "カ)ミホン" };
    const bank = new CoreBank();
    const keep = (contract: string) => {
      bank.act((book, rules) => {
        keepPayee(book, rules, { ...payee, contract }, PAPER);
      });
    };
    keep("C1");
    expect(bank.book().payee("P1")).toEqual({ ...payee, contract: "C1" });
    keep("C1");
    expect(() => {
      keep("C2");
    }).toThrow("C2: unknown_contract");
    bank.act((book, rules) => {
      keepContract(book, rules, contractOf("C2", { otpFrom: undefined }), PAPER);
    });
    expect(() => {
      keep("C2");
    }).toThrow("P1: other_contract");
  });
});
