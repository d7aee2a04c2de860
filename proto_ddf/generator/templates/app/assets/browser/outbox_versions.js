// The dialog for a change that was sent late, when somebody else had changed the same row: both versions of each field, to
// choose from; or for a deletion, what the row holds now.
import { element } from "./outbox_elements.js";

/** Resolves to the payload with what the person chose, or to null. `item.reason.versions` has, for each field, `name`, `label`,
 * `mine`, `theirs`, and `now`, the mark of the value that is stored now. */
export async function chooseVersions({ payload, title, reason }) {
  const isDeletion = !payload.form;
  const fields = reason.versions.map(isDeletion ? shown : choice);
  const isSure = await ask(title, reason.title, fields, isDeletion ? "Delete it all the same" : "Save");
  if (!isSure) return null;
  const marks = Object.fromEntries(reason.versions.map(({ name, now }) => [name, now]));
  if (isDeletion) return { ...payload, snapshot: withMarks(payload.snapshot, marks) };
  const choices = Object.fromEntries(new FormData(isSure));
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
  return element("p", "", [`${label}: you saw `, element("b", "", [mine]), ", there is now ", element("b", "", [theirs])]);
}

/** Resolves to the dialog's form if the person confirms, otherwise to null. */
function ask(title, text, fields, yes) {
  const button = (words, value) => Object.assign(element("button", "outbox-button", [words]), { value });
  const cancel = Object.assign(button("Cancel", ""), { formNoValidate: true });
  const buttons = element("div", "outbox-buttons", [cancel, button(yes, "yes")]);
  const heading = Object.assign(element("h2", "", [title]), { id: "outbox-versions-title" });
  const form = element("form", "", [heading, element("p", "outbox-quiet", [text]), ...fields, buttons]);
  form.method = "dialog";
  const dialog = element("dialog", "outbox-versions", [form]);
  dialog.setAttribute("aria-labelledby", heading.id);
  (document.querySelector(".radix-themes") ?? document.body).append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? form : null);
    });
  });
}
