// Asks the person in a dialog of the page.
import { element } from "./elements.js";

document.head.append(
  Object.assign(element("link"), { rel: "stylesheet", href: new URL("ask.css", import.meta.url).href }),
);

export const isAsking = () => document.querySelector("dialog.ask[open]") !== null;

/**
 * Asks a question; resolves to the dialog's form if the person agrees, otherwise to null. `fields` are elements between the text and
 * the buttons.
 */
export function ask({ title, text, fields = [], yes, no = "Cancel", isHarmful = false }) {
  const stay = Object.assign(askButton(no), { value: "", formNoValidate: true, autofocus: true });
  const agree = Object.assign(askButton(yes, isHarmful ? "ask-harmful" : "ask-main"), { value: "yes" });
  const heading = Object.assign(element("h2", "", [title]), { id: "ask-title" });
  const words = Object.assign(element("p", "", [text]), { id: "ask-text" });
  const buttons = element("div", "ask-buttons", [stay, agree]);
  const form = Object.assign(element("form", "", [heading, words, ...fields, buttons]), { method: "dialog" });
  const dialog = element("dialog", "ask", [form]);
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.setAttribute("aria-describedby", words.id);
  return agreed(dialog, form);
}

/** A button that looks like those of a dialog. */
export const askButton = (words, look = "") => element("button", `ask-button ${look}`.trim(), [words]);

function agreed(dialog, form) {
  (document.querySelector(".radix-themes") ?? document.body).append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? form : null);
    });
  });
}
