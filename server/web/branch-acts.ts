import type { FastifyRequest } from "fastify";
import type { VNode } from "preact";
import { type BranchReason, BranchRefusal, ChangedMeanwhile, type Paper } from "../core/branch.js";
import { sayIn } from "./layout.js";
import { PaperPage } from "./pages/branch-contracts.js";
import { type PaperField, readForm, type Values } from "./paper-form.js";
import { textOf } from "./form-fields.js";
import type { Desk, Portal } from "./portal.js";
import type { Message, MessageKey, TextKey } from "./text.js";

const REFUSALS: Readonly<Record<BranchReason, MessageKey>> = {
  unknown_contract: "E-29",
  unknown_user: "E-29",
  unknown_serial: "E-29",
  exists: "E-30",
  other_contract: "E-31",
  not_in_service: "E-32",
  has_token: "E-33",
};

/** The application form that an act is done on, and who does it. */
export function paperOf({ staff }: Desk, { form }: { readonly form: string }): Paper {
  return { form, staff: staff.id };
}

/** The contract, user or token that the path names. */
export function idOf(request: FastifyRequest): string {
  return (request.params as { readonly id: string }).id;
}

/** Does an act of the branch. @returns its answer, or the message that says why it was not done */
export async function tried<Answer>(
  act: () => Promise<Answer>,
): Promise<{ readonly answer: Answer } | { readonly message: Message }> {
  try {
    return { answer: await act() };
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return { message: { key: "E-36" } };
    if (error instanceof BranchRefusal) return { message: { key: REFUSALS[error.reason] } };
    throw error;
  }
}

/** One of the branch's forms on a page of its own. */
interface PaperRoute<Form extends readonly PaperField[]> {
  readonly title: TextKey;
  readonly form: Form;
  /** What its fields hold at first, and where "back" leads; undefined where the path names nothing. */
  readonly begin: (id: string) => Promise<
    | {
        readonly values: Values<Form>;
        readonly back: string;
        /** What was shown before the change; if it is another by now, the change is refused. */
        readonly shown?: string;
      }
    | undefined
  >;
  /** Stores what was entered. @returns where to redirect to, or a page. @throws BranchRefusal */
  readonly keep: (
    values: Values<Form>,
    id: string,
    desk: Desk,
    shown: string,
  ) => Promise<string | VNode>;
}

export function addPaper<const Form extends readonly PaperField[]>(
  portal: Portal,
  path: string,
  { title, form, begin, keep }: PaperRoute<Form>,
): void {
  portal.branchPage(path, async (desk, reply, request) => {
    const { visit } = desk;
    const start = await begin(idOf(request));
    if (!start) return portal.sendUnknown(reply, desk);
    return portal.send(reply, PaperPage({ visit, title, form, action: visit.path, ...start }));
  });
  portal.branchForm(path, async (desk, fields, reply, request) => {
    const { visit } = desk;
    const start = await begin(idOf(request));
    if (!start) return portal.sendUnknown(reply, desk);
    const { values, message } = readForm(form, fields, sayIn(visit.language));
    const shown = textOf(fields, "shown");
    const done = message
      ? { message }
      : await tried(() => keep(values, idOf(request), desk, shown));
    if ("message" in done) {
      const again = { visit, title, form, action: visit.path, ...start, values, ...done };
      return portal.send(reply, PaperPage(again), 422);
    }
    const { answer } = done;
    return typeof answer === "string" ? reply.redirect(answer, 303) : portal.send(reply, answer);
  });
}
