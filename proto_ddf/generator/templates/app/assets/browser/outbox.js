// Submissions: what a person sends by a form or a button is kept in this browser, then sent to POST /api/outbox, and removed
// only when the server has said what became of it. It therefore survives a lost connection, a reload, and a restart of either side.
//
// Elements say so by attributes:
//   data-outbox            the full name of the event; on a form or a button
//   data-outbox-title      what it does, in words ("Delete the app Shop")
//   data-outbox-payload    JSON: the event's arguments
//   data-outbox-argument   of a form: the argument that gets its fields
//   data-outbox-key        submissions with the same key are sent in order; the event's name by default
//   data-outbox-address    of a form: the address of its own page, if another page may show it
//   data-outbox-kept       of a form: JSON, {name of a state's variable: [storage, key]}, values to send along
//   data-outbox-fields     of a form: JSON, [fields that are not kept], beside those of type password
import { datasetOf, elementsOf } from "./form_properties.js";
import { LATE_MS, drawOutbox, isLate } from "./outbox_list.js";
import { retryNow, wake } from "./outbox_sender.js";
import { allItems, changeItem, onChange, removeItem } from "./outbox_store.js";
import { notify } from "./outbox_notice.js";
import { currentOwner, isOwn } from "./outbox_owner.js";
import { keptItems, submit } from "./outbox_submit.js";
import { chooseVersions } from "./outbox_versions.js";

const SECRETS_EVENT = "outbox:send-secrets";
const REFUSED_EVENT = "outbox:secret-refused";
const SECRETS_MS = 10_000;

/** Send again what was not accepted, as a new submission of this page. */
export async function sendAgain(item) {
  const { event, title, key, kept, places, isForm, router_data, page, address } = item;
  const payload = { ...item.payload };
  for (const [argument, fields] of Object.entries(item.reason?.again ?? {})) {
    payload[argument] = { ...payload[argument], ...fields };
  }
  await removeItem(item);
  return submit({ event, payload, title, key, kept, places, isForm, router_data, page, address });
}

/** Let the person choose between the versions of what somebody else changed too, then send it again. */
async function choose(item) {
  const payload = await chooseVersions(item);
  if (payload) await sendAgain({ ...item, payload });
}

/** Go back to the page of a submission: to a form with what was typed in it. */
export async function edit(item) {
  const asked = new CustomEvent("outbox:edit", { detail: item, cancelable: true });
  if (!document.dispatchEvent(asked)) return;
  for (const [area, key, value] of Object.values(item.places ?? {})) {
    (area === "localStorage" ? localStorage : sessionStorage).setItem(key, value);
  }
  if (item.isForm) await removeItem(item);
  location.assign(item.address);
}

function partsOf(element) {
  const { outbox, outboxTitle, outboxPayload, outboxKey } = datasetOf(element);
  const payload = JSON.parse(outboxPayload || "{}");
  return { event: outbox, title: outboxTitle || "", payload, key: outboxKey || outbox };
}

document.addEventListener(
  "click",
  (clicked) => {
    const button = clicked.target.closest?.("[data-outbox]:not(form)");
    if (!button || button.disabled || button.ariaDisabled === "true") return;
    submit(partsOf(button));
  },
  true,
);

document.addEventListener(
  "submit",
  (submitted) => {
    const form = submitted.target;
    if (!datasetOf(form)?.outbox) return;
    submitted.preventDefault();
    submitForm(form);
  },
  true,
);

async function submitForm(form) {
  const values = fieldsOf(form); // now: the page may change while a secret is stored
  if (!(await secretsAreStored(form))) {
    notify("The form was not sent: its password is not stored yet.");
    return;
  }
  const parts = partsOf(form);
  if (datasetOf(form).outboxArgument) parts.payload[datasetOf(form).outboxArgument] = values;
  const places = {};
  for (const [name, [area, key]] of Object.entries(JSON.parse(datasetOf(form).outboxKept || "{}"))) {
    const value = (area === "localStorage" ? localStorage : sessionStorage).getItem(key);
    if (value !== null) places[name] = [area, key, value];
  }
  const kept = Object.fromEntries(Object.entries(places).map(([name, [, , value]]) => [name, value]));
  const { outboxAddress } = datasetOf(form);
  await submit({ ...parts, kept, places, isForm: true, ...(outboxAddress && { address: outboxAddress }) });
}

/** The form's fields by name. What is typed as a password is never kept in the browser. */
function fieldsOf(form) {
  const secret = elementsOf(form).filter((each) => each.type === "password" || "secret" in each.dataset);
  const names = new Set(secret.map((each) => each.name));
  return Object.fromEntries(
    [...new FormData(form)].filter(([name, value]) => !names.has(name) && typeof value === "string"),
  );
}

/** Ask the controls of secrets to store what is typed, and wait until they have, or one could not. */
async function secretsAreStored(form) {
  const unsent = () => elementsOf(form).find((each) => "unsentSecret" in each.dataset && each.value);
  let isRefused = false;
  const refuse = () => (isRefused = true);
  window.addEventListener(REFUSED_EVENT, refuse, { once: true });
  if (unsent()) window.dispatchEvent(new CustomEvent(SECRETS_EVENT));
  const end = Date.now() + SECRETS_MS;
  while (unsent() && !isRefused && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  window.removeEventListener(REFUSED_EVENT, refuse);
  unsent()?.parentElement.querySelector("input:not([type=hidden])")?.focus();
  return !unsent();
}

/** Mark the elements whose submission waits. */
async function mark() {
  clearTimeout(marking);
  known ??= currentOwner().then(allItems);
  const items = (await known).filter(isOwn);
  const late = items.filter(isLate);
  for (const element of document.querySelectorAll("[data-outbox]")) {
    const { event, payload, key } = partsOf(element);
    const isWaiting = late.some(
      (each) =>
        each.event === event &&
        (element instanceof HTMLFormElement ? each.key === key : JSON.stringify(each.payload) === JSON.stringify(payload)),
    );
    if (isWaiting) datasetOf(element).outboxState = "waiting";
    else delete datasetOf(element).outboxState;
  }
  if (items.some((each) => each.state === "waiting" && !isLate(each))) marking = setTimeout(mark, LATE_MS);
  drawOutbox(items, { sendAgain, choose, edit, discard: removeItem });
}

let known; // A promise of all submissions, until one changes.
let marking;
let isMarkAsked = false;

function askMark() {
  if (isMarkAsked) return;
  isMarkAsked = true;
  setTimeout(() => {
    isMarkAsked = false;
    mark();
  }, 50);
}

/** A submission has its answer. Its own page shows what became of it; on any other, a notice does. A form that was answered late
 * is left for the page that shows it; after a press of a button the person stays on the page. */
function tellPerson(item, reply) {
  const isOwn = item.token === sessionStorage.getItem("token") && item.page === location.pathname;
  if (isOwn && reply.shown) {
    if (reply.outcome !== "done") removeItem(item); // the page shows why
    return;
  }
  if (isOwn && item.isForm && reply.outcome === "done" && reply.address) {
    // It was answered late: the page may not know. An operation's panel names the operation that it shows.
    const shown = document.querySelector("[data-operation]")?.dataset.operation;
    if (shown && reply.address.endsWith(`/${shown}`)) return;
    location.assign(reply.address);
    return;
  }
  if (document.hidden) return;
  const title = item.title || "A change";
  if (reply.outcome === "done") notify(`${title}: done.`, reply.address);
  else if (!document.querySelector("[data-outbox-list]")) notify(`${title}: ${reply.title || "not accepted"}.`, "/outbox");
}

onChange(({ kind, item, reply }) => {
  known = undefined;
  askMark();
  if (kind !== "settled") return;
  document.dispatchEvent(new CustomEvent("outbox:settled", { detail: { item, reply } }));
  tellPerson(item, reply);
});
document.head.append(
  Object.assign(document.createElement("link"), {
    rel: "stylesheet",
    href: new URL("outbox.css", import.meta.url).href,
  }),
);
new MutationObserver(askMark).observe(document.body, { childList: true, subtree: true });
window.addEventListener("protoddf:socket", ({ detail }) => {
  if (detail.state !== "open") return;
  known = undefined; // Somebody else may have signed in.
  askMark();
  retryNow();
});
askMark();
wake();

export const outbox = { submit, sendAgain, edit, discard: removeItem, items: keptItems, onChange, changeItem };
