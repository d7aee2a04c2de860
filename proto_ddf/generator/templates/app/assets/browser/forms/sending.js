// Checks a form before it is sent. The outbox takes it after that, so this has to listen before the outbox does.
import { isOnPage } from "../form_properties.js";
import { stop } from "../leaving.js";
import { mistakesIn } from "./checks.js";
import { areSame, removeErrors, tell } from "./controls.js";
import { keep } from "./drafts.js";
import { stateOf, touchedIn } from "./states.js";
import { noteSent } from "./waiting.js";

export function checkBeforeSending() {
  document.addEventListener("submit", onSubmit, true);
}

function onSubmit(event) {
  const form = event.target;
  if (!stateOf(form)) return;
  if (!stateOf(form).isRestored) return void sendOnceRestored(event, form);
  removeErrors(form);
  const mistakes = mistakesIn(form);
  if (mistakes.length === 0) return noteSending(form);
  stop(event);
  for (const [control, text] of mistakes) tell(control.closest("[data-field]"), text);
  mistakes[0][0].focus();
}

/** A form that was sent before has the same token again once it is restored, so that no second row is added. If other
 * values are restored too, the person has to see them first. */
async function sendOnceRestored(event, form) {
  stop(event);
  const state = stateOf(form);
  if (state.isWaiting) return;
  state.isWaiting = true;
  const held = [...touchedIn(form)];
  await state.restoring;
  state.isWaiting = false;
  if (!isOnPage(form) || stateOf(form) !== state || !areSame(held, [...touchedIn(form)])) return;
  HTMLFormElement.prototype.requestSubmit.call(form, event.submitter);
}

function noteSending(form) {
  const state = stateOf(form);
  Object.assign(state, { at: state.at || Date.now(), sent: true });
  noteSent(form);
  keep(form);
}
