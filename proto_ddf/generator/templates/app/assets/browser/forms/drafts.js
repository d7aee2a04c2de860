// Keeps what is typed in a form as its draft, until it is saved, discarded or cancelled.
import { labelTextOf, controlsOf, formsOnPage, isHalfTyped, isPicker, isSecret, snapshotOf } from "./controls.js";
import { asPromise } from "./database.js";
import { begin, isRemoved, note, settle } from "./notes.js";
import { stateOf, touchedIn } from "./states.js";
import { restorable, withDrafts } from "./store.js";
import { ownTab } from "./tab.js";
import { tokensOfOthers } from "./waiting.js";

const WRITE_AFTER_MS = 200;
const MOST_KEPT_CHARACTERS = 4_000_000;

const pending = new Map(); // Form -> timer of its next write.
let forgetting = Promise.resolve();

/** Keeps the form in a moment, after further input. */
export function keepSoon(form) {
  clearTimeout(pending.get(form));
  pending.set(form, setTimeout(() => keep(form), WRITE_AFTER_MS));
}

export function keepNow(form) {
  if (pending.has(form)) keep(form);
}

/** Writes the changes of a form to its draft; without changes, removes the draft. */
export async function keep(form) {
  cancelWrite(form);
  const { key, at } = stateOf(form);
  const change = { key, at, draft: changesOf(form) };
  begin(change);
  const isDone = await withDrafts("readwrite", async (drafts, own) => {
    await asPromise(change.draft ? drafts.put({ ...change.draft, tab: own }) : drafts.delete([key, own]));
    return true;
  });
  if (isDone) settle(change);
}

function cancelWrite(form) {
  clearTimeout(pending.get(form));
  pending.delete(form);
}

/** The changes of a form; null for none. */
function changesOf(form) {
  const { key, at, saved, sent } = stateOf(form);
  const fields = saved ? {} : draftFields(form);
  const { token } = snapshotOf(form);
  // A new row's form that was sent without changes is kept because of its token: it may be sent again.
  const isEmpty = Object.keys(fields).length === 0 && !(sent && token && !saved);
  return isEmpty ? null : { key, at, fields, token, sent };
}

function draftFields(form) {
  const { secrets } = stateOf(form);
  const starts = snapshotOf(form).fields ?? {};
  const fields = {};
  let left = MOST_KEPT_CHARACTERS;
  for (const [name, value] of touchedIn(form)) {
    const controls = controlsOf(form, name);
    left -= value.join("").length;
    if (left < 0 || secrets.has(name) || controls.some(isSecret) || controls.some(isHalfTyped)) continue;
    const picker = controls.find(isPicker);
    fields[name] = { value, label: picker && labelTextOf(picker), start: starts[name] };
  }
  return fields;
}

const flush = () => Promise.all([...pending.keys()].map(keep));

function flushAndNote() {
  flush();
  note();
}

/** Keeps everything when the page may go. */
export function keepWhenLeaving() {
  document.addEventListener("visibilitychange", flushAndNote);
  window.addEventListener("pagehide", flushAndNote);
  window.addEventListener("beforeunload", flushAndNote, true);
}

/** The draft of this tab, otherwise the newest one of a closed tab. A person who opens the form of another new row does
 * not get one that waits to be sent. */
export async function findDraft(key) {
  await forgetting;
  const tokens = await tokensOfOthers();
  return (await draftsOf(key)).find((each) => !isRemoved(each) && !(each.token && tokens.includes(each.token)));
}

async function draftsOf(key) {
  await flush();
  return restorable(key);
}

/** Removes the draft of this tab, and those of closed tabs that were sent; with a token only those of that form of a new
 * row. What a tab holds that was not sent may be all that is left of it: a tab that is reloaded seems closed for a moment.
 * Nothing is restored until this is done. */
export function forget(key, token = "") {
  const change = { key, at: Date.now(), draft: null, token };
  begin(change);
  note();
  const remove = async () => {
    const own = await ownTab();
    const isOver = (each) => (each.tab === own || each.sent) && (!token || each.token === token);
    const gone = (await draftsOf(key)).filter(isOver);
    const isDone = await withDrafts("readwrite", async (drafts) => {
      gone.forEach((each) => drafts.delete([key, each.tab]));
      return true;
    });
    if (isDone) settle(change);
  };
  return (forgetting = forgetting.then(remove));
}

/** The form was saved: nothing more is written of it, and its drafts are removed. */
export function forgetSaved(key, token) {
  const isMeant = (form) => stateOf(form)?.key === key && (!token || snapshotOf(form).token === token);
  for (const form of formsOnPage()) if (isMeant(form)) stateOf(form).saved = true;
  for (const form of pending.keys()) if (isMeant(form)) cancelWrite(form);
  return forget(key, token);
}
