// A dialog of the outbox that asks the person something.
import { isConfirmed } from "./ask.js";
import { element } from "./elements.js";

/** Resolves to the dialog's form if the person agrees, otherwise to null. `fields` are elements between the text and the buttons. */
export async function ask({ title, text, fields = [], yes, no = "Cancel", isHarmful = false }) {
  const button = (words, value, look) => Object.assign(element("button", `outbox-button ${look}`, [words]), { value });
  const cancel = Object.assign(button(no, "", ""), { formNoValidate: true });
  const agree = button(yes, "yes", isHarmful ? "outbox-harmful" : "outbox-main");
  const heading = Object.assign(element("h2", "", [title]), { id: "outbox-dialog-title" });
  const buttons = element("div", "outbox-buttons", [cancel, agree]);
  const form = element("form", "", [heading, element("p", "outbox-quiet", [text]), ...fields, buttons]);
  form.method = "dialog";
  const dialog = element("dialog", "outbox-dialog", [form]);
  dialog.setAttribute("aria-labelledby", heading.id);
  return (await isConfirmed(dialog)) ? form : null;
}
