import type { VNode } from "preact";
import { USER_CLASSES } from "../../core/user.js";
import { sayIn, type Visit } from "../layout.js";
import type { PaperField } from "../paper-form.js";
import { Field } from "../parts.js";
import { CLASSES } from "../words.js";

/** The fields of one of the branch's forms, with what was typed into them. */
export function PaperFields({
  visit,
  form,
  values,
}: {
  readonly visit: Visit;
  readonly form: readonly PaperField[];
  readonly values: Readonly<Record<string, string>>;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <>
      {form.map(({ name, label, kind, hint, optional }) =>
        kind === "class" ? (
          <ClassField visit={visit} chosen={values[name]} />
        ) : (
          <Field
            name={name}
            label={say(label)}
            hint={hint && say(hint)}
            type={kind === "date" ? "date" : kind === "mail" ? "email" : "text"}
            value={values[name]}
            required={!optional}
            digits={kind === "yen" || kind === "serial"}
          />
        ),
      )}
    </>
  );
}

function ClassField({
  visit,
  chosen,
}: {
  readonly visit: Visit;
  readonly chosen: string | undefined;
}): VNode {
  const say = sayIn(visit.language);
  return (
    <div class="field">
      <label for="class">{say("userClass")}※</label>
      <select id="class" name="class">
        {USER_CLASSES.map((each) => (
          <option value={each} selected={each === chosen}>
            {CLASSES[each][visit.language]}
          </option>
        ))}
      </select>
    </div>
  );
}
