// Puts the draft of a form into it when it appears, and takes it out again if the person discards it.
import { closest, elementsOf, find, isOnPage } from "../form_properties.js";
import { FORMS, areSame, fill, isShown, removeErrors, snapshotInput, snapshotOf } from "./controls.js";
import { findDraft, forget, keep } from "./drafts.js";
import { refocus } from "./focus.js";
import { heldIn, putAllBack, putBack, stateOf, touchedIn } from "./states.js";
import { withDrafts } from "./store.js";
import { ownTab } from "./tab.js";
import { lockWaiting } from "./waiting.js";

const RESTORE_WAIT_MS = 5000;

export function startRestoring(form) {
  const state = stateOf(form);
  const atMost = new Promise((done) => setTimeout(done, RESTORE_WAIT_MS));
  state.restoring = Promise.race([restore(form), atMost]).finally(() => (state.isRestored = true));
}

async function restore(form) {
  const { key } = stateOf(form);
  const draft = await findDraft(key);
  if (!draft || !isOnPage(form) || stateOf(form)?.key !== key) return;
  const restored = restoreFields(form, draft);
  restoreSnapshot(form, draft, restored);
  const state = stateOf(form);
  Object.assign(state, { at: state.at || draft.at, sent: state.sent || Boolean(draft.sent) });
  if (restored.length > 0) {
    showNote(form, draft.at);
    refocus(form);
  }
  lockWaiting();
  await keep(form); // The draft of a closed tab becomes this tab's.
  if (draft.tab === (await ownTab())) return;
  await withDrafts("readwrite", (drafts) => void drafts.delete([key, draft.tab]));
}

/** Puts the fields of the draft into the form, unless the person has typed there meanwhile. Returns those that were. */
function restoreFields(form, draft) {
  const { start } = stateOf(form);
  const touched = touchedIn(form);
  return Object.entries(draft.fields).filter(([name, field]) => {
    if (!start.has(name) || touched.has(name) || areSame(field.value, start.get(name))) return false;
    return restoreField(form, name, field);
  });
}

/** Whether the control accepted the value: an option may no longer exist. */
function restoreField(form, name, { value, label }) {
  fill(form, name, value, label ?? value.at(-1)); // Only pickers have a label.
  if (heldIn(form).get(name)?.at(-1) === value.at(-1)) return true; // The last one counts, as of a switch that is on.
  putBack(form, name);
  return false;
}

/** A restored field is compared with its original value when it is saved. */
function restoreSnapshot(form, draft, restored) {
  const snapshot = snapshotOf(form);
  for (const [name, field] of restored) {
    if (snapshot.fields && field.start !== undefined) snapshot.fields[name] = field.start;
  }
  if (snapshot.token && draft.token) snapshot.token = draft.token; // If it was already saved, it adds no second row.
  if (snapshot.fields) snapshotInput(form).value = JSON.stringify(snapshot);
}

function showNote(form, at) {
  const note = find(form, "[data-draft-note]");
  if (!note) return;
  const time = note.querySelector("[data-draft-time]");
  const words = new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  if (time) time.textContent = words;
  note.hidden = false;
}

export function offerToDiscard() {
  document.addEventListener("click", onClick, true);
}

function onClick({ target }) {
  const form = closest(target, FORMS);
  if (form && closest(target, "[data-draft-discard]")) discard(form);
}

function discard(form) {
  putAllBack(form);
  const state = stateOf(form);
  state.sent = false;
  removeErrors(form);
  find(form, "[data-draft-note]").hidden = true;
  forget(state.key);
  elementsOf(form).find((each) => each.name && isShown(each))?.focus();
}
