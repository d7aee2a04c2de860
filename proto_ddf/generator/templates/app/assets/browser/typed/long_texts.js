// Reports a text that is too long for its control or for the connection at its field, and does not send it.
import { closest } from "../form_properties.js";
import { stop } from "../leaving.js";

const MOST_CHARACTERS = 50_000; // The server closes a connection that sends a message of 1 MB.
const FORM_ERROR = "pd-field-error";

export function refuseLongTexts() {
  document.addEventListener("input", onInput, true);
  for (const kind of ["submit", "click"]) document.addEventListener(kind, stopIfTooLong, true);
}

function onInput(event) {
  const control = event.target;
  if (!control.matches?.("input, textarea")) return;
  const most = Number(control.dataset.maxLength ?? MOST_CHARACTERS);
  const excess = control.value.length > most ? [...control.value].length - most : 0;
  if (excess > 0) event.stopImmediatePropagation();
  tell(control, excess, most);
}

function stopIfTooLong(event) {
  const form = closest(event.target, "form");
  const isSent = event.type === "submit" || closest(event.target, "[data-sends]");
  const wrong = isSent && form?.querySelector("[data-too-long]");
  if (!wrong) return;
  stop(event);
  wrong.focus();
}

function tell(control, excess, most) {
  const field = control.closest(".pd-field") ?? control.parentElement;
  field.querySelector(`.${FORM_ERROR}[data-of-page]`)?.remove();
  control.toggleAttribute("data-too-long", excess > 0);
  if (excess <= 0) return;
  const error = document.createElement("div");
  error.className = FORM_ERROR;
  error.setAttribute("role", "alert");
  error.dataset.ofPage = "";
  error.textContent = `At most ${most.toLocaleString()} characters; this is ${excess.toLocaleString()} too many.`;
  field.append(error);
}
