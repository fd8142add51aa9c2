import { openPostgres } from "../../server/store/postgres.js";
import type { Store, Work } from "../../server/store/store.js";
import { contractOf, userOf } from "./core-bank.js";
import { countOn, stock } from "./counting.js";
import { deadlocksIn } from "./postgres.js";
import { SeededRandom } from "./random.js";

export const SERIALS = ["10000001", "10000002", "10000003", "10000004", "10000005", "10000006"];
const USERS = SERIALS.map((_, index) => `user${String(index)}`);
const BATCH = 6;

/** Two contracts of three users each, everyone with a token. */
export async function enrol(store: Store): Promise<void> {
  await stock(store, SERIALS);
  const [outcome] = await store.decide([
    {
      about: { contracts: ["C1", "C2"], serials: SERIALS },
      decide: (book) => {
        book.setContract(contractOf("C1", { dailyLimit: 100 }));
        book.setContract(contractOf("C2"));
        USERS.forEach((id, index) => {
          const [serial, contract] = [SERIALS[index]!, index % 2 === 0 ? "C1" : "C2"];
          book.setUser(userOf(id, { contract, holding: "registered", serial }));
          book.setToken(serial, { ...book.token(serial)!, contract });
        });
      },
    },
  ]);
  if (!outcome?.ok) throw outcome?.error;
}

/** A decision over a user and his token, or over all of his contract. */
function useBy(user: string, narrow: boolean): Work<number> {
  return {
    about: { users: [user], narrow },
    decide: (book) => {
      const found = book.user(user)!;
      if (!narrow) {
        for (const each of book.usersOf(found.contract)) book.setUser({ ...each, codeFailures: 1 });
      }
      return countOn(found.serial!).decide(book);
    },
  };
}

/**
 * Lets three stores, two batches of each under way, decide over the same few tokens, by token, by user
 * and by contract, in random order.
 * @param url of a PostgreSQL database with what {@link enrol} puts there
 * @returns how many works there were and how many were done, what the tokens have counted of them, and
 * how often PostgreSQL found processes waiting for each other in a circle
 */
export async function mixedBatches(url: string, batches: number) {
  const random = new SeededRandom("locks");
  const pick = (from: readonly string[]): string => from[random.below(from.length)]!;
  const narrow = [() => countOn(pick(SERIALS)), () => useBy(pick(USERS), true)];
  const whole = [() => countOn(pick(SERIALS), false), () => useBy(pick(USERS), false)];
  const batch = () => {
    // Whoever locks a contract first is alone with its tokens: every other batch locks none.
    const kinds = random.below(2) === 0 ? narrow : [...narrow, ...whole];
    return Array.from({ length: BATCH }, () => kinds[random.below(kinds.length)]!());
  };
  let [begun, done] = [0, 0];
  const work = async (store: Store): Promise<void> => {
    while (begun < batches) {
      begun++;
      const outcomes = await store.decide(batch());
      done += outcomes.filter(({ ok }) => ok).length;
    }
  };
  const stores = await Promise.all([openPostgres(url), openPostgres(url), openPostgres(url)]);
  await Promise.all([...stores, ...stores].map(work));
  const tokens = await stores[0].tokensBySerial(SERIALS);
  const counted = tokens.reduce((sum, token) => sum + token!.failures, 0);
  for (const store of stores) await store.close();
  return { works: BATCH * batches, done, counted, deadlocks: await deadlocksIn(url) };
}
