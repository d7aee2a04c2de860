// Asks for confirmation before a form that was changed and not sent is left. Leaving loses no typed text: the tab keeps it until it
// is closed.
import { closest } from "../form_properties.js";
import { askBeforeLeaving } from "../leaving.js";

const FORMS = "form[data-typed]";
const changed = new WeakSet();

export function askBeforeLeavingChangedForms() {
  for (const kind of ["input", "change"]) document.addEventListener(kind, noteChange, true);
  // A form that was sent or started over needs no confirmation.
  document.addEventListener("submit", ({ target }) => changed.delete(target));
  document.addEventListener("click", ({ target }) => {
    if (closest(target, "[data-sends], [data-clears]")) changed.delete(closest(target, "form"));
  });
  askBeforeLeaving({
    title: "Leave this form?",
    text: "What you entered was not sent. This tab keeps it, for when you come back to this form.",
    isAnyChanged: () => shown().some((form) => changed.has(form)),
    isLeftBy: (link) => link.pathname !== location.pathname,
    letGo: () => shown().forEach((form) => changed.delete(form)),
  });
}

const shown = () => [...document.querySelectorAll(FORMS)];

function noteChange(event) {
  const form = closest(event.target, FORMS);
  if (form && event.isTrusted) changed.add(form);
}
