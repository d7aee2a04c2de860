// Forms (<form data-form="KEY">): only changed fields are sent, typed text is kept until it is saved, and leaving a
// changed form asks for confirmation.
//
// Drafts are kept in IndexedDB, one for each form and tab. A tab restores its own draft, or that of a closed tab. A
// draft is removed on save, discard and cancel, and after 24 hours. Secrets are never kept.
//
// A form that was submitted waits in the outbox until the app has replied (../outbox.js). Until then it cannot be edited.
import { closest } from "../form_properties.js";
import { askBeforeLosing } from "./cancelling.js";
import { formsOnPage, keyOf, tell } from "./controls.js";
import { hasDrafts } from "./database.js";
import { keepNow, keepSoon, keepWhenLeaving } from "./drafts.js";
import { followFocus, rememberFocus } from "./focus.js";
import { closeSaved, endRequest, followEditButtons, openDraft } from "./opening.js";
import { followOutcomes } from "./outcomes.js";
import { followChoices } from "./picker.js";
import { offerToDiscard, startRestoring } from "./restoring.js";
import { checkBeforeSending } from "./sending.js";
import { noteValues, sendOnlyChanges, stateOf } from "./states.js";
import { openStore } from "./store.js";
import { followSuggestions } from "./suggestions.js";
import { followOutbox, lockWaiting, noteAddress } from "./waiting.js";

if (hasDrafts) start();

function start() {
  openStore();
  followPerson();
  followOutbox();
  followOutcomes();
  new MutationObserver(look).observe(document, {
    childList: true,
    subtree: true,
    attributeFilter: ["data-form", "data-draft-open"],
  });
  look();
}

/** The order matters: what may stop an event comes before what the event is for. */
function followPerson() {
  document.addEventListener("input", onInput, true);
  document.addEventListener("change", ({ target }) => keepNow(target.form));
  followFocus();
  followChoices();
  followSuggestions();
  followEditButtons();
  offerToDiscard();
  keepWhenLeaving();
  askBeforeLosing();
  sendOnlyChanges();
  checkBeforeSending();
}

function onInput(event) {
  const { form } = event.target;
  if (!stateOf(form) || event.detail === "filled") return;
  Object.assign(stateOf(form), { at: Date.now(), saved: false, left: false });
  tell(closest(event.target, "[data-field]"), "");
  rememberFocus(event);
  keepSoon(form);
}

function look() {
  noteAddress();
  formsOnPage().forEach(notice);
  document.querySelectorAll("[data-draft-open]").forEach(openDraft);
}

/** A form appears, or has changed. */
function notice(form) {
  if (!noteValues(form)) return;
  if (endRequest(keyOf(form))) closeSaved(form);
  else startRestoring(form);
  lockWaiting();
}
