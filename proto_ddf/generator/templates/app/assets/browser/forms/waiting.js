// The forms that wait in the outbox until the app has replied. Until then they cannot be edited.
import { find } from "../form_properties.js";
import { allItems, onChange } from "../outbox_store.js";
import { formsOnPage, keyOf, snapshotOf } from "./controls.js";

// While the page stays at one address: whether it was loaded there, and the tokens of forms that were sent.
let visit = { href: location.href, isLoaded: true, tokens: new Set() };
const locked = new WeakSet();

/** What the form of a submission was filled with: the original values of its fields, and its token. */
export const startOf = ({ payload }) => JSON.parse(payload.form?._snapshot ?? payload.snapshot ?? "{}");
export const tokenOf = (item) => startOf(item).token;
export const isOfThisTab = ({ token }) => token === sessionStorage.getItem("token");
export const isOfForm = ({ payload }) => Boolean(payload.form?._form);

export function noteAddress() {
  if (visit.href !== location.href) visit = { href: location.href, isLoaded: false, tokens: new Set() };
}

/** The form is about to be submitted. */
export function noteSent(form) {
  nameInOutbox(form);
  visit.tokens.add(snapshotOf(form).token);
}

/** New rows from one address are different forms. */
function nameInOutbox(form) {
  const { token } = snapshotOf(form);
  if (token) Element.prototype.setAttribute.call(form, "data-outbox-key", `${keyOf(form)} ${token}`);
}

/** The forms that the outbox has not sent yet. */
async function waiting() {
  const items = await allItems().catch(() => []);
  return items.filter((each) => each.state === "waiting" && isOfForm(each));
}

/** The tokens of forms that wait and are others than those of this page: the person has come here to open another form. */
export async function tokensOfOthers() {
  if (visit.isLoaded) return [];
  const here = visit.tokens;
  return (await waiting()).map(tokenOf).filter((each) => !here.has(each));
}

/** Disables the forms that wait, because anything typed then would be lost. */
export async function lockWaiting() {
  const items = (await waiting()).filter(isOfThisTab);
  for (const form of formsOnPage()) {
    const body = find(form, "[data-form-body]");
    const isSame = (item) => item.payload.form._form === keyOf(form) && tokenOf(item) === snapshotOf(form).token;
    const isWaiting = items.some(isSame);
    if (isWaiting) nameInOutbox(form);
    if (body && isWaiting !== locked.has(body)) body.inert = isWaiting;
    if (body) locked[isWaiting ? "add" : "delete"](body);
  }
}

export function followOutbox() {
  onChange(lockWaiting);
}
