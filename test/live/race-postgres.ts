// Eight processes over one PostgreSQL. Each round sends one token's code sixteen times at once: by serial,
// by user, and by the two users who share it; exactly one is accepted. Guesses at once: no sixth one is
// evaluated. As many batches as rounds over a few shared tokens: none waits for another in a circle. Then
// the database is killed under load and comes back: no code is accepted twice, and what was answered is
// in the store.
// Run: npm run race:postgres [rounds]
import { openPostgres } from "../../server/store/postgres.js";
import { answerOf, codeOf, foundBank, serialOf, serve, wrongCodeOf } from "./race-bank.js";
import { enrol, mixedBatches } from "../support/mixed-batches.js";
import { deadlocksIn, onServer, TestPostgres } from "../support/postgres.js";

const PROCESSES = 8;
const AT_ONCE = 16;
const MOST_GUESSES = 5;
/** Tokens whose code is sent while the database goes away and comes back, for each time it does. */
const IN_THE_DARK = 60;
const KILLS = 3;

const rounds = Number(process.argv[2] ?? 10_000);
/** Rounds that are under way at once, each with its own token. */
const LANES = 16;
const guessed = Math.ceil(rounds / 10);
const postgres = await TestPostgres.start();
const url = await postgres.database();
const { store, key } = await foundBank(url, rounds + guessed + KILLS * IN_THE_DARK);
const processes = await Promise.all(
  Array.from({ length: PROCESSES }, () => serve(url, postgres.directory)),
);
const wrong: string[] = [];

/** Sends sixteen requests at once, two to each process. */
async function atOnce(bodyOf: (request: number) => object): Promise<string[]> {
  return Promise.all(
    Array.from({ length: AT_ONCE }, (_, request) =>
      answerOf(processes[request % PROCESSES]!, key, bodyOf(request)),
    ),
  );
}

const count = (answers: readonly string[], answer: string): number =>
  answers.filter((each) => each === answer).length;

const WAYS = ["serial", "user", "two users"] as const;
/** A request with the code that a token shows now. */
function bodyOf(token: number, way: (typeof WAYS)[number], request: number): object {
  const [serial, code] = [serialOf(token), codeOf(token)];
  if (way === "serial") return { serial, code };
  return { user: `${way === "user" || request % 4 < 2 ? "a" : "b"}${serial}`, code };
}

async function inLanes(
  first: number,
  end: number,
  round: (token: number) => Promise<void>,
): Promise<void> {
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < end) await round(next++);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function race(token: number): Promise<void> {
  const way = WAYS[token % WAYS.length]!;
  const bodies = Array.from({ length: AT_ONCE }, (_, request) => bodyOf(token, way, request));
  const answers = await atOnce((request) => bodies[request]!);
  const fine = count(answers, "accepted") === 1 && count(answers, "already_used") === AT_ONCE - 1;
  if (!fine) wrong.push(`${serialOf(token)} by ${way}: ${answers.join(" ")}`);
  if ((token + 1) % 1000 === 0) console.error(`${String(token + 1)} rounds`);
}

async function guess(token: number): Promise<void> {
  const way = WAYS[token % WAYS.length]!;
  const code = wrongCodeOf(token);
  const answers = await atOnce((request) => ({ ...bodyOf(token, way, request), code }));
  const evaluated = count(answers, "wrong_code") + 1;
  const fine = evaluated === MOST_GUESSES && count(answers, "suspended") === AT_ONCE - 4;
  const after = await answerOf(processes[0]!, key, bodyOf(token, "serial", 0));
  if (!fine || after !== "suspended") {
    wrong.push(`${serialOf(token)} guessed: ${answers.join(" ")}; then ${after}`);
  }
}

/** @returns how often batches waited for each other in a circle */
async function shareTokens(): Promise<number> {
  const shared = await postgres.database();
  const bank = await openPostgres(shared);
  await enrol(bank);
  await bank.close();
  const { works, done, counted, deadlocks } = await mixedBatches(shared, rounds);
  if (done !== works || counted !== works) {
    wrong.push(`of ${String(works)} works ${String(done)} done, ${String(counted)} counted`);
  }
  return deadlocks;
}

async function findSixthGuesses(): Promise<void> {
  const sixth = await onServer(
    url,
    `SELECT serial FROM audit WHERE event = 'verify' AND result = 'wrong_code'
     GROUP BY serial HAVING count(*) > ${String(MOST_GUESSES)}`,
  );
  wrong.push(...sixth.map(({ serial }) => `${String(serial)}: a sixth guess was evaluated`));
}

/** Sends codes, again and again until there is an answer, while the database is killed and comes back. */
async function inTheDark(first: number): Promise<{ unanswered: number }> {
  let unanswered = 0;
  const tokens = Array.from({ length: IN_THE_DARK }, (_, index) => first + index);
  const kill = (async () => {
    await postgres.kill();
    await new Promise((resolve) => setTimeout(resolve, 500));
    await postgres.run();
  })();
  const sent = tokens.map(async (token) => {
    const code = codeOf(token);
    const requests = Array.from({ length: AT_ONCE }, async (_, request) => {
      for (;;) {
        const answer = await answerOf(processes[request % PROCESSES]!, key, {
          serial: serialOf(token),
          code,
        });
        if (!answer.startsWith("HTTP")) return answer;
        if (answer !== "HTTP 503") wrong.push(`${serialOf(token)}: ${answer}`);
        unanswered++;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    });
    const answers = await Promise.all(requests);
    const accepted = await onServer(
      url,
      `SELECT id FROM audit WHERE serial = '${serialOf(token)}' AND result = 'accepted'`,
    );
    // Where the answer to a commit was lost, the code is used although nobody was told that it was
    // accepted. What somebody was told is always stored, and told once.
    if (accepted.length !== 1 || count(answers, "accepted") > 1) {
      wrong.push(`${serialOf(token)}: ${String(accepted.length)} stored; ${answers.join(" ")}`);
    }
  });
  await Promise.all([kill, ...sent]);
  return { unanswered };
}

const begin = performance.now();
await inLanes(0, rounds, race);
const seconds = (performance.now() - begin) / 1000;
await inLanes(rounds, rounds + guessed, guess);
await findSixthGuesses();
// Looked at last: by then the processes have been idle, and before a kill forgets the count.
const deadlocks = (await shareTokens()) + (await deadlocksIn(url));
let unanswered = 0;
for (let kill = 0; kill < KILLS; kill++) {
  unanswered += (await inTheDark(rounds + guessed + kill * IN_THE_DARK)).unanswered;
}
for (const each of processes) await each.stop("SIGTERM");
await store.close();
await postgres.stop();
const result = { rounds, guessed, batches: rounds, kills: KILLS, unanswered, deadlocks };
console.log(JSON.stringify({ ...result, seconds: Math.round(seconds), wrong: wrong.length }));
for (const each of wrong.slice(0, 20)) console.log(each);
process.exitCode = wrong.length === 0 && deadlocks === 0 ? 0 : 1;
