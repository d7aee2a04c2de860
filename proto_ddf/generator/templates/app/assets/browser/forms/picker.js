// Puts the row that was chosen in the dialog of a picker into the picker of the form.
import { closest } from "../form_properties.js";
import { setLabel } from "./controls.js";

export function followChoices() {
  document.addEventListener("click", onClick, true);
}

function onClick({ target }) {
  const choice = closest(target, "[data-choice-for]");
  if (choice) pick(choice.dataset);
}

function pick({ choiceFor, value, text }) {
  const inputs = [...document.querySelectorAll("form input[data-picker]")];
  const input = inputs.find((each) => each.name === choiceFor);
  if (!input) return;
  input.value = value;
  setLabel(input, text || value || "Choose…");
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
}
