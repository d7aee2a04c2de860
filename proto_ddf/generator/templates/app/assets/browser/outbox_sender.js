// Sends the submissions that wait: in order for each key, and one tab at a time for all tabs. A submission is removed only after
// the server has said what became of it; without an answer it is sent again under the same id.
import { fetchWithErrorHandling } from "./http.js";
import { currentOwner, isOwn } from "./outbox_owner.js";
import { LIMITS, allItems, changeItem, onChange, removeItem, tell } from "./outbox_store.js";

const ADDRESS = "/api/outbox";
const LOCK = "outbox";
const ANSWER_MS = 15_000;
const BATCH = 5;
const BATCH_EVERY_MS = 1_000;
const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 30_000;
const MOST_TIMER_MS = 60_000;
const SOCKET_MS = 5_000;

let timer;
let isSending = false;
let isWoken = false;
let wakeSender = () => {};
const sentAt = []; // Of the last batch.

/** Look whether something is to be sent. */
export async function wake() {
  isWoken = true;
  wakeSender();
  clearTimeout(timer);
  if (isSending) return;
  isSending = true;
  try {
    while (isWoken) {
      isWoken = false;
      if ((await next()).due.length) await whileNoOtherTab(sendDue);
    }
  } finally {
    isSending = false;
  }
  const { due, at } = await next();
  // What is due and was not sent is sent by another tab, which may be closed meanwhile.
  const wait = due.length ? FIRST_WAIT_MS : Math.max(at - Date.now(), 50);
  if (wait < Infinity) timer = setTimeout(wake, Math.min(wait, MOST_TIMER_MS));
}

/** The connection is back: what failed only for want of an answer need not wait longer. */
export async function retryNow() {
  for (const item of await allItems()) {
    if (item.state === "waiting" && item.isUnanswered) await changeItem(item, { notBefore: 0 });
  }
  wake();
}

function whileNoOtherTab(work) {
  if (!navigator.locks) return work(); // Only https and loopback have it. The server sends nothing through twice.
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => lock && work());
}

/** The first submission of each key that may be sent now, and the time of the next one. */
async function next(flights = new Map()) {
  const now = Date.now();
  const keys = new Set(flights.keys());
  const due = [];
  let at = Infinity;
  await currentOwner();
  for (const item of (await allItems()).filter(isOwn)) {
    if (item.state !== "waiting" || keys.has(item.key)) continue;
    keys.add(item.key);
    const from = Math.max(item.notBefore, heldUntil(item));
    if (from <= now) due.push(item);
    else at = Math.min(at, from);
  }
  return { due, at };
}

/** While the websocket of its own tab is being connected, a submission waits a little, so that the page first has its true
 * state, and then shows what becomes of the submission. */
function heldUntil(item) {
  const socket = window.protoDDF?.socket;
  if (!socket || socket.state === "open" || item.token !== sessionStorage.getItem("token")) return 0;
  return Math.max(item.notBefore, item.created, performance.timeOrigin) + SOCKET_MS;
}

async function sendDue() {
  const flights = new Map();
  for (;;) {
    const woken = new Promise((resolve) => (wakeSender = resolve));
    const { due } = await next(flights);
    for (const item of due.splice(0, room())) {
      sentAt.push(Date.now());
      const flight = deliver(item).finally(() => flights.delete(item.key));
      flights.set(item.key, flight);
    }
    if (!due.length && !flights.size) return;
    const pause = due.length ? [sleep(BATCH_EVERY_MS - (Date.now() - sentAt[0]))] : [];
    await Promise.race([...flights.values(), ...pause, woken]);
  }
}

/** How many may be sent now: a batch in each second. */
function room() {
  while (sentAt.length && Date.now() - sentAt[0] >= BATCH_EVERY_MS) sentAt.shift();
  return BATCH - sentAt.length;
}

async function deliver(item) {
  if (Date.now() - item.created > LIMITS.ageMs) {
    const hours = LIMITS.ageMs / 3600_000;
    return settle(item, { outcome: "dropped", message: `It could not be sent for ${hours} hours.` });
  }
  const tried = { attempts: item.attempts + 1 };
  const { status, told, retryAfter } = await post(item);
  if (status === 200 && told?.outcome) return settle({ ...item, ...tried }, told);
  if (told?.message && status >= 400 && status < 500 && ![401, 408, 409, 425, 429].includes(status)) {
    return settle({ ...item, ...tried }, { ...told, outcome: "refused" });
  }
  const wait = retryAfter ?? backoff(tried.attempts);
  await changeItem(item, { ...tried, notBefore: Date.now() + wait, isUnanswered: retryAfter === null });
}

async function post(item) {
  const { id, event, payload, token, router_data, kept, owner } = item;
  const answer = await fetchWithErrorHandling(ADDRESS, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": id },
    body: JSON.stringify({ event, payload, token, router_data, kept, owner }),
    timeout: ANSWER_MS,
  });
  if (answer.error) {
    const { status, retryAfter } = answer;
    return { status: status ?? 0, told: null, retryAfter: retryAfter === null ? null : retryAfter * 1000 };
  }
  const told = await answer.json().catch(() => null);
  return { status: answer.status, told, retryAfter: waitOf(answer.headers.get("Retry-After")) };
}

/** Milliseconds of a Retry-After header: seconds, or a date; null if there is none. */
function waitOf(header) {
  if (!header) return null;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wait) ? null : Math.max(wait, 0);
}

function backoff(attempts) {
  const most = Math.min(FIRST_WAIT_MS * 2 ** attempts, MOST_WAIT_MS);
  return Math.max(FIRST_WAIT_MS, most * (0.5 + Math.random() / 2));
}

/** The server has said what became of it, or it is too old. All tabs are told; the list keeps what was not done. */
async function settle(item, reply) {
  if (reply.outcome === "done") await removeItem(item);
  else await changeItem(item, { state: reply.outcome, reason: reply });
  tell({ kind: "settled", item, reply });
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(ms, 0)));
}

onChange(({ kind, item }) => {
  if (kind === "settled" || (item.state === "waiting" && kind !== "removed")) wake();
});
window.addEventListener("online", retryNow);
document.addEventListener("visibilitychange", () => document.hidden || retryNow());
