// Usage events: which pages are opened, what is done there, how long it takes and what fails. They have no names or texts of
// people, and go only to the server of this page. Nothing depends on them. A page without <meta name="usage-events">, as in
// generated apps, records none, and no page does once its server has said that it wants none.
import { onConnectionHealthChange } from "./health.js";
import { fetchWithErrorHandling, onNetworkFailure } from "./http.js";
import { onChange } from "./outbox_store.js";

const ADDRESS = "/api/usage";
const KEPT = "protoddf.usage";
const MOST_PENDING = 200; // The oldest give way.
const BATCH = 50;
const SEND_AFTER_MS = 5_000;
const TRIES = 3;
const FIRST_WAIT_MS = 300;
const MOST_EXTRA_WAIT_MS = 100;
const FAILURES_UNTIL_OPEN = 3;
const OPEN_MS = 60_000;

let isOn = document.querySelector('meta[name="usage-events"]') !== null;
let pending = load();
let timer;
let flushing = null;
let failures = 0; // In a row.
let openUntil = 0;

/** Record an event; it is sent soon, with others. The texts are names, not words: other characters become points. */
export function trackEvent(category, action, label = "", value = null) {
  keep(eventOf(category, action, label, value));
}

/** Send an event now, and again after a failure: after 300, 600 ms and a bit. Resolves to whether it was stored; if not, it
 * waits to be sent later. */
export async function trackEventWithRetry(category, action, label = "", value = null) {
  const event = eventOf(category, action, label, value);
  for (let n = 0; n < TRIES; n += 1) {
    const outcome = await send([event]);
    if (outcome !== "failed") return outcome === "stored";
    const wait = FIRST_WAIT_MS * 2 ** n + Math.random() * MOST_EXTRA_WAIT_MS;
    if (n < TRIES - 1) await new Promise((resolve) => setTimeout(resolve, wait));
  }
  keep(event);
  return false;
}

/** Send an event now, unless three in a row have just failed: then none is sent for a minute. Resolves as the other does. */
export async function trackEventWithCircuitBreaker(category, action, label = "", value = null) {
  const event = eventOf(category, action, label, value);
  const outcome = await sendGuarded([event]);
  if (outcome === "failed") keep(event);
  return outcome === "stored";
}

/** Send what waits. */
export function retryPendingEvents() {
  clearTimeout(timer);
  flushing ??= flush().finally(() => (flushing = null));
  return flushing;
}

async function flush() {
  while (isOn && pending.length > 0) {
    const batch = pending.slice(0, BATCH);
    if ((await sendGuarded(batch)) === "failed") return;
    const sent = new Set(batch.map((each) => each.id));
    pending = pending.filter((each) => !sent.has(each.id));
    store();
  }
}

async function sendGuarded(events) {
  if (Date.now() < openUntil) return "failed";
  const outcome = await send(events);
  failures = outcome === "failed" ? failures + 1 : 0;
  if (failures >= FAILURES_UNTIL_OPEN) {
    failures = 0;
    openUntil = Date.now() + OPEN_MS;
  }
  return outcome;
}

/** Resolves to "stored", "failed", or "refused" if the server will never take them. */
async function send(events) {
  if (!isOn) return "refused";
  const headers = { "Content-Type": "application/json" };
  const answer = await fetchWithErrorHandling(ADDRESS, { method: "POST", headers, body: JSON.stringify(events) });
  if (answer.error || answer.status === 429 || answer.status >= 500) return "failed";
  if (answer.status === 204) return "stored";
  if (answer.status === 403 || answer.status === 404) switchOff();
  return "refused";
}

function switchOff() {
  isOn = false;
  pending = [];
  store();
}

function eventOf(category, action, label, value, page = location.pathname) {
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const number = Number.isFinite(value) && value >= 0 ? Math.min(Math.round(value), 1e9) : null;
  return { id, page, category: nameOf(category), action: nameOf(action), label: nameOf(label), value: number };
}

const nameOf = (text) => String(text ?? "").replace(/[^A-Za-z0-9_.:-]+/g, ".").replace(/^\.|\.$/g, "").slice(0, 60);

function keep(event) {
  if (!isOn) return;
  pending = [...pending, event].slice(-MOST_PENDING);
  store();
  clearTimeout(timer);
  timer = setTimeout(retryPendingEvents, SEND_AFTER_MS);
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function store() {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(pending));
  } catch {
    // Without storage they are lost with the page.
  }
}

// ---- What every page records

let view = { page: location.pathname, begun: Date.now() };

function endView() {
  keep(eventOf("page", "view", "", Date.now() - view.begun, view.page));
  view = { page: location.pathname, begun: Date.now() };
}

function look() {
  if (location.pathname !== view.page) endView();
}

/** "generate_state.submit" of the full name of Reflex's event. */
const handlerOf = (event) => event.split(".").slice(-2).map((part) => part.split("____").at(-1)).join(".");

new MutationObserver(look).observe(document.head, { subtree: true, childList: true, characterData: true });
window.addEventListener("popstate", look);
window.addEventListener("pagehide", () => {
  endView();
  // They stay stored: an event that arrives twice is stored once.
  const body = new Blob([JSON.stringify(pending.slice(-BATCH))], { type: "application/json" });
  if (isOn) navigator.sendBeacon(ADDRESS, body);
});
window.addEventListener("pageshow", ({ persisted }) => persisted && (view.begun = Date.now()));
window.addEventListener("error", ({ error }) => error && trackEvent("failure", "script", error.name));

onNetworkFailure(({ url, kind, duration }) => {
  const { origin, pathname } = new URL(url, location.href);
  if (origin !== location.origin || pathname === ADDRESS || pathname === "/api/health") return;
  trackEvent("failure", kind, pathname.split("/").slice(1, 3).join("."), duration); // Without ids and names.
});

onChange(({ kind, item, reply }) => {
  const isOwn = kind === "settled" && item.token === sessionStorage.getItem("token"); // All tabs are told.
  if (isOwn) trackEvent("action", handlerOf(item.event), reply.outcome, Date.now() - item.created);
});

let lostAt = null;
onConnectionHealthChange(({ state, since }) => {
  if (state === "offline") lostAt ??= since;
  if (state !== "connected") return;
  if (lostAt !== null) trackEvent("failure", "offline", "connection", since - lostAt);
  lostAt = null;
  openUntil = 0;
  retryPendingEvents();
});
