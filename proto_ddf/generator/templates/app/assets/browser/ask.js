// Asks the person in a dialog of the page.
import { element } from "./elements.js";

document.head.append(
  Object.assign(element("link"), { rel: "stylesheet", href: new URL("ask.css", import.meta.url).href }),
);

export const isAsking = () => document.querySelector("dialog.ask[open]") !== null;

/** Asks a question; resolves to whether the person confirms. */
export function ask(title, text, yes) {
  const stay = Object.assign(element("button", "", ["Stay"]), { value: "", autofocus: true });
  const confirm = Object.assign(element("button", "", [yes]), { value: "yes" });
  const buttons = Object.assign(element("form", "ask-buttons", [stay, confirm]), { method: "dialog" });
  const heading = Object.assign(element("h2", "", [title]), { id: "ask-title" });
  const words = Object.assign(element("p", "", [text]), { id: "ask-text" });
  const dialog = element("dialog", "ask", [heading, words, buttons]);
  dialog.setAttribute("aria-labelledby", heading.id);
  dialog.setAttribute("aria-describedby", words.id);
  return isConfirmed(dialog);
}

/** Shows a dialog; resolves to whether the person closes it by a button with the value "yes". */
export function isConfirmed(dialog) {
  (document.querySelector(".radix-themes") ?? document.body).append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}
