// Asks before a changed form is left or cancelled.
import { ask } from "../ask.js";
import { closest } from "../form_properties.js";
import { askBeforeLeaving, stop } from "../leaving.js";
import { FORMS, formsOnPage, keyOf } from "./controls.js";
import { forget } from "./drafts.js";
import { formSaved } from "./outcomes.js";
import { isChanged, letGo } from "./states.js";

let isConfirmed = false; // The person has confirmed that the form is cancelled.

export function askBeforeLosing() {
  document.addEventListener("click", onClick, true);
  askBeforeLeaving({
    title: "Leave without saving?",
    text: "What you typed is not saved. This browser keeps it for 24 hours, for when you come back to this form.",
    isAnyChanged: () => formsOnPage().some(isChanged),
    isLeftBy: (link) => !(link.pathname === location.pathname && link.search === location.search && link.hash),
    letGo,
  });
}

function onClick(event) {
  const form = closest(event.target, FORMS);
  const cancel = form && closest(event.target, "[data-draft-cancel]");
  if (cancel && !isConfirmed) onCancel(event, form, cancel);
}

async function onCancel(event, form, cancel) {
  if (!isChanged(form)) return void forget(keyOf(form));
  stop(event);
  const text = "What you typed in this form is lost.";
  if (!(await ask({ title: "Discard your changes?", text, yes: "Discard", no: "Stay", isHarmful: true }))) return;
  formSaved(keyOf(form));
  isConfirmed = true;
  cancel.click();
  isConfirmed = false;
}
