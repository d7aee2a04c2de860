// Draws what waits to be sent and what was not accepted, from this browser's own store, so that it works without the server:
// into elements with `data-outbox-list`, and as a short count into links with `data-outbox-count`, which are hidden if there is nothing.
import { ask, askButton } from "./ask.js";
import { element, icon } from "./elements.js";

const STATES = {
  waiting: { word: "Waiting to be sent", icon: '<circle cx="12" cy="12" r="10"/><path d="M12 6v6l4 2"/>' },
  refused: { word: "Not accepted", icon: '<circle cx="12" cy="12" r="10"/><path d="m15 9-6 6"/><path d="m9 9 6 6"/>' },
  conflict: { word: "Changed meanwhile", icon: '<path d="M16 3h5v5"/><path d="M8 3H3v5"/><path d="M12 22v-8.3a4 4 0 0 0-1.2-2.8L3 3"/><path d="m15 9 6-6"/>' },
  unknown: { word: "Outcome unknown", icon: '<circle cx="12" cy="12" r="10"/><path d="M9.1 9a3 3 0 0 1 5.8 1c0 2-3 3-3 3"/><path d="M12 17h.01"/>' },
  dropped: { word: "Not sent", icon: '<circle cx="12" cy="12" r="10"/><path d="m4.9 4.9 14.2 14.2"/>' },
};
const ALL_SENT = '<path d="m22 2-7 20-4-9-9-4Z"/><path d="M22 2 11 13"/>';

export const LATE_MS = 3_000;

/** Whether it waits because it was not answered, not only because it was made a moment ago. */
export function isLate({ state, attempts, created }) {
  return state === "waiting" && (attempts > 0 || Date.now() - created >= LATE_MS);
}

export function drawOutbox(items, actions) {
  for (const link of document.querySelectorAll("[data-outbox-count]")) drawCount(link, items);
  for (const list of document.querySelectorAll("[data-outbox-list]")) drawList(list, items, actions);
}

function drawCount(link, items) {
  const waiting = items.filter(isLate).length;
  const others = items.filter((each) => each.state !== "waiting").length;
  const words = [waiting && `${waiting} to send`, others && `${others} not accepted`].filter(Boolean);
  const text = words.join(", ");
  if (link.textContent !== text) link.textContent = text;
  link.dataset.number = items.length; // shown instead where there is little room
  link.hidden = !text;
}

/** A row that is shown already is left as it is: the focus may be in it, or come back to it from a dialog. */
function drawList(list, items, actions) {
  const shown = items.map(marksOf).join();
  if (list.dataset.outboxShown === shown) return;
  const focused = buttonInFocus(list);
  list.dataset.outboxShown = shown;
  if (!items.length) list.replaceChildren(nothing());
  else drawRows(list, items, actions);
  if (focused) focusAgain(list, focused);
}

/** What a row shows that can change. */
const marksOf = ({ id, state, attempts }) => JSON.stringify([id, state, attempts]);

function drawRows(list, items, actions) {
  if (!list.querySelector(".outbox-rows")) list.replaceChildren(element("ul", "outbox-rows"));
  const rows = list.querySelector(".outbox-rows");
  const marks = items.map(marksOf);
  for (const row of [...rows.children]) if (!marks.includes(row.dataset.outboxMarks)) row.remove();
  for (const [place, item] of items.entries()) {
    const there = rows.children[place] ?? null;
    if (there?.dataset.outboxMarks === marks[place]) continue;
    rows.insertBefore(shownRow(rows, marks[place]) ?? drawRow(item, actions), there);
  }
}

const shownRow = (rows, marks) => [...rows.children].find((row) => row.dataset.outboxMarks === marks);

function buttonInFocus(list) {
  const button = document.activeElement;
  return list.contains(button) && button.dataset.action ? nameOf(button) : null;
}

const nameOf = (button) => ({ id: button.closest("li").dataset.outboxItem, action: button.dataset.action });

/** If its row was drawn again or removed meanwhile, focus what is there instead. */
function focusAgain(list, { id, action }) {
  if (document.activeElement && document.activeElement !== document.body) return;
  const named = [...list.querySelectorAll(`[data-action="${action}"]`)];
  (named.find((button) => nameOf(button).id === id) ?? named[0] ?? list.querySelector("button"))?.focus();
}

function nothing() {
  return element("div", "outbox-empty", [
    element("div", "outbox-empty-icon", [icon(ALL_SENT, 20)]),
    element("h2", "", ["Nothing waits to be sent"]),
    element("p", "", [
      "What you submit while the connection is down is kept here until it has been sent. " +
        "What was not accepted stays here with the reason.",
    ]),
  ]);
}

function drawRow(item, actions) {
  const { reason = {} } = item;
  const since = new Date(item.created).toLocaleString();
  const tried = item.attempts ? ` · tried ${item.attempts} time${item.attempts === 1 ? "" : "s"}` : "";
  const facts = element("div", "outbox-row-main", [
    element("div", "outbox-row-head", [
      element("strong", "", [item.title || item.event.split(".").at(-1)]),
      badge(item.state),
    ]),
    element("div", "outbox-quiet", [`${since}${tried}`]),
  ]);
  const why = [reason.title, reason.message].filter(Boolean).join(". ");
  if (why) facts.append(element("p", "outbox-reason", [why]));
  for (const [name, text] of Object.entries(reason.fields ?? {})) {
    if (text !== reason.message) facts.append(element("p", "outbox-reason", [`${name}: ${text}`]));
  }
  const line = element("li", "outbox-row", [facts, buttons(item, actions)]);
  line.dataset.outboxItem = item.id;
  line.dataset.outboxMarks = marksOf(item);
  line.dataset.state = item.state;
  return line;
}

function badge(state) {
  const { word, icon: shape } = STATES[state] ?? { word: state, icon: "" };
  return element("span", `outbox-state outbox-${state}`, [icon(shape, 13), word]);
}

function buttons(item, { sendAgain, choose, edit, discard }) {
  const place = element("div", "outbox-buttons");
  const add = (name, words, act) => {
    const button = askButton(words);
    button.type = "button";
    button.dataset.action = name;
    button.addEventListener("click", async () => {
      const list = button.closest("[data-outbox-list]");
      const pressed = nameOf(button);
      await act(item);
      focusAgain(list, pressed);
    });
    place.append(button);
  };
  if (item.reason?.versions?.length) add("choose", "Choose…", choose);
  else if (item.state !== "waiting") add("again", "Send again", sendAgain);
  if (item.state !== "waiting" && item.address) add("edit", item.isForm ? "Edit" : "Open page", edit);
  add("away", "Discard…", async () => (await isSureToDiscard(item)) && discard(item));
  return place;
}

function isSureToDiscard({ title }) {
  const text = "It is not sent again, and what was entered in it is lost.";
  return ask({ title: `Discard “${title || "this"}”?`, text, yes: "Discard", no: "Keep it", isHarmful: true });
}
