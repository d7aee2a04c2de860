// What becomes of a form that was sent: its drafts are removed once it is saved, and it is opened again, with what was typed, if
// the person wants to change what was not accepted.
import { removeItem } from "../outbox_store.js";
import { formsOnPage, isAlwaysSent, keyOf } from "./controls.js";
import { forget, forgetSaved } from "./drafts.js";
import { noteSaved } from "./opening.js";
import { stateOf } from "./states.js";
import { withDrafts } from "./store.js";
import { isOfForm, isOfThisTab, startOf, tokenOf } from "./waiting.js";

const TOLD_WITHIN_MS = 3000;

/** The form with that key was saved, or its row was deleted, so its drafts are removed. The server calls this too.
 * A form of a new row has a token. */
export function formSaved(key, token = "") {
  noteSaved(key);
  return forgetSaved(key, token);
}

export function followOutcomes() {
  document.addEventListener("outbox:settled", onSettled);
  document.addEventListener("outbox:edit", (event) => {
    if (!isOfForm(event.detail)) return;
    event.preventDefault();
    reopen(event.detail);
  });
}

function onSettled({ detail: { item, reply } }) {
  const key = item.payload.form?._form ?? item.payload.page;
  const token = tokenOf(item);
  if (!key || reply.outcome !== "done") return;
  if (!isOfThisTab(item)) {
    if (token) forget(key, token); // Its tab may be closed, and the next form would begin with the text of a saved row.
    return;
  }
  formSaved(key, token);
  const isStill = () => formsOnPage().some((form) => stateOf(form)?.saved && keyOf(form) === key);
  // What the app tells the page comes another way, and may be lost with the connection.
  setTimeout(() => isStill() && location.assign(reply.address), TOLD_WITHIN_MS);
}

async function reopen(item) {
  const { _form: key, ...held } = item.payload.form;
  const { fields: starts = {}, token } = startOf(item);
  const texts = Object.entries(held).filter(([name]) => !isAlwaysSent(name));
  const fields = Object.fromEntries(texts.map(([name, text]) => [name, { value: [text], start: starts[name] }]));
  await withDrafts("readwrite", (drafts, tab) => void drafts.put({ key, tab, at: Date.now(), fields, token, sent: true }));
  await removeItem(item);
  location.assign(item.address);
}
