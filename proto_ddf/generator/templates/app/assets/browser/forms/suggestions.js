// Fills in a value that the browser makes, when the person presses a button for it (data-suggests) beside a control.
import { closest } from "../form_properties.js";
import { newId } from "../ids.js";

const MAKE = { uuid: newId };
const WITHOUT_HYPHENS = 32; // A column of this length holds UUIDs so.

export function followSuggestions() {
  document.addEventListener("click", onClick);
}

function onClick({ target }) {
  const button = closest(target, "[data-suggests]");
  const control = button && closest(button, "[data-field]")?.querySelector("input[name]");
  if (!control) return;
  const made = MAKE[button.dataset.suggests]();
  control.value = Number(control.dataset.maxLength) === WITHOUT_HYPHENS ? made.replaceAll("-", "") : made;
  for (const kind of ["input", "change"]) control.dispatchEvent(new Event(kind, { bubbles: true }));
  control.focus();
}
