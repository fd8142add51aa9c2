import type { VNode } from "preact";
import { timeText } from "../../core/japan.js";
import type { ListedAuditRow } from "../../store/store.js";
import type { Text } from "../language.js";
import { Page, sayIn, type Visit } from "../layout.js";
import { QuietLink, Table } from "../parts.js";
import { EVENTS, RESULTS } from "../words.js";

/** 操作履歴照会: what happened in the contract, the newest first. */
export function HistoryPage({
  visit,
  rows,
  older,
}: {
  readonly visit: Visit;
  readonly rows: readonly ListedAuditRow[];
  /** Where the older rows begin; undefined where there are none. */
  readonly older: number | undefined;
}): VNode {
  const { language } = visit;
  const say = sayIn(language);
  const word = (words: Readonly<Record<string, Text>>, key: string): string =>
    words[key]?.[language] ?? key;
  const who = ({ actor, detail }: ListedAuditRow): string => {
    if (detail.by !== undefined) return String(detail.by);
    if (actor.startsWith("user:")) return actor.slice("user:".length);
    if (actor === "page") return say("none");
    // An API key speaks for the user, and for the branch where there is a paper.
    const own = actor.startsWith("key:") && detail.form === undefined;
    return own ? String(detail.user ?? say("none")) : say("branch");
  };
  const columns = [
    "historyWhen",
    "historyWho",
    "historyWhom",
    "historyWhat",
    "historyResult",
    "serial",
    "historySource",
  ] as const;
  return (
    <Page
      visit={visit}
      title={`${say("userAdministration")} > ${say("history")}`}
      section="administration"
      help="history"
    >
      {rows.length === 0 && <p>{say("historyEmpty")}</p>}
      <Table
        caption={say("history")}
        columns={columns.map(say)}
        rows={rows.map((row) => ({
          cells: [
            timeText(row.at / 1000, language),
            who(row),
            String(row.detail.user ?? say("none")),
            word(EVENTS, row.event),
            word(RESULTS, row.result),
            row.serial ?? say("none"),
            row.source ?? say("none"),
          ],
        }))}
      />
      <div class="actions">
        <QuietLink href="/administration/users">{say("back")}</QuietLink>
        {older !== undefined && (
          <QuietLink href={`/administration/users/history?before=${String(older)}`}>
            {say("historyOlder")}
          </QuietLink>
        )}
      </div>
    </Page>
  );
}
