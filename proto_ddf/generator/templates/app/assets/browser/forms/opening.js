// Opens the form of a row that has a draft, and closes a form that was saved while it was opening. A click is repeated,
// because the server may lose it while the page connects.
import { closest, find, isOnPage } from "../form_properties.js";
import { findDraft } from "./drafts.js";
import { isChanged, stateOf } from "./states.js";

const CLICK_AGAIN_MS = 2000;

const opened = new WeakMap(); // Edit button -> the key for which a draft was last searched.
const reopened = new Map(); // Key of a form that is to open -> the request, until the form is shown.

/** Clicks the Edit button of a row that has a draft, until its form is shown. */
export async function openDraft(button) {
  const key = button.dataset.draftOpen;
  if (opened.get(button) === key) return;
  opened.set(button, key);
  const request = { isSaved: false };
  reopened.set(key, request);
  const isLatest = () => reopened.get(key) === request;
  const isAsked = () => isLatest() && !request.isSaved && button.isConnected && button.dataset.draftOpen === key;
  const draft = await findDraft(key);
  if (isLatest() && !(draft && isAsked())) reopened.delete(key);
  for (let wait = CLICK_AGAIN_MS; isAsked(); wait *= 2) {
    button.click();
    await new Promise((done) => setTimeout(done, wait));
  }
}

/** The form with that key was saved: if it is opening, it closes when it appears. */
export function noteSaved(key) {
  if (reopened.has(key)) reopened.get(key).isSaved = true;
}

/** Ends the request for a form that appears. Returns whether the form was saved meanwhile. */
export function endRequest(key) {
  const isSaved = Boolean(reopened.get(key)?.isSaved);
  reopened.delete(key);
  return isSaved;
}

/** Clicks the Cancel button of a form that was saved, until the form is gone. */
export async function closeSaved(form) {
  stateOf(form).isRestored = true;
  for (let wait = CLICK_AGAIN_MS; isOnPage(form) && !isChanged(form); wait *= 2) {
    find(form, "[data-draft-cancel]")?.click();
    await new Promise((done) => setTimeout(done, wait));
  }
}

/** A person who clicks an Edit button needs no request. */
export function followEditButtons() {
  document.addEventListener(
    "click",
    (event) => {
      const button = closest(event.target, "[data-draft-open]");
      if (button && event.isTrusted) reopened.delete(button.dataset.draftOpen);
    },
    true,
  );
}
