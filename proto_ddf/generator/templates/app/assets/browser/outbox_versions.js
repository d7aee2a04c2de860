// The dialog for a change that was sent late, when somebody else had changed the same row: both versions of each field, to
// choose from; or for a deletion, what the row holds now.
import { ask } from "./ask.js";
import { element } from "./elements.js";

/** Resolves to the payload with what the person chose, or to null. `item.reason.versions` has, for each field, `name`, `label`,
 * `mine`, `theirs`, and `now`, the mark of the value that is stored now. */
export async function chooseVersions({ payload, title, reason }) {
  const isDeletion = !payload.form;
  const fields = reason.versions.map(isDeletion ? shown : choice);
  const yes = isDeletion ? "Delete it all the same" : "Save";
  const answer = await ask({ title, text: reason.title, fields, yes, isHarmful: isDeletion });
  if (!answer) return null;
  const marks = Object.fromEntries(reason.versions.map(({ name, now }) => [name, now]));
  if (isDeletion) return { ...payload, snapshot: withMarks(payload.snapshot, marks) };
  const choices = Object.fromEntries(new FormData(answer));
  const _conflicts = JSON.stringify({ ...JSON.parse(payload.form._conflicts || "{}"), ...marks });
  return { ...payload, form: { ...payload.form, ...choices, _conflicts } };
}

function withMarks(snapshot, marks) {
  const held = JSON.parse(snapshot);
  return JSON.stringify({ ...held, fields: { ...held.fields, ...marks } });
}

function choice({ name, label, mine, theirs }) {
  const option = (value, words, text) => {
    const input = element("input");
    Object.assign(input, { type: "radio", name: `choice.${name}`, value, required: true });
    return element("label", "", [input, ` ${words}: `, element("b", "", [text || "empty"])]);
  };
  const legend = element("legend", "", [label]);
  return element("fieldset", "", [legend, option("mine", "Yours", mine), option("theirs", "There now", theirs)]);
}

function shown({ label, mine, theirs }) {
  const value = (text) => element("b", "", [text || "empty"]);
  return element("p", "", [`${label}: you saw `, value(mine), ", there is now ", value(theirs)]);
}
