// Whether the server can be reached: it is asked regularly, and at once when there is reason to think that this changed.
//
// connected: it answers, and the page's websocket is open.
// unstable: a request or the websocket has just failed, or the server is busy.
// offline: the server could not be reached for some seconds, or the browser has no network.
import { fetchWithErrorHandling } from "./http.js";

export const ADDRESS = "/api/health";
const CHECK_EVERY_MS = 30_000;
const TIMEOUT_MS = 3_000;
const OFFLINE_AFTER_MS = 2_500;
const FIRST_WAIT_MS = 1_000; // After a failure; it doubles with each further one.

const listeners = new Set();
const answerListeners = new Set();
const socket = window.protoDDF?.socket ?? {};
let health = { state: "connected", since: Date.now(), nextTry: null };
let answer = "well"; // What the last check found: "well", "busy" or "none".
let failures = 0; // Checks in a row that did not find "well".
let failingSince = null;
let nextCheck = null;
let timer;
let checking = null;

/** Ask the server now; a check that is running is shared. Resolves to {state, since, nextTry}: times in milliseconds
 * since 1970, and `nextTry` is null while all is well. */
export function checkConnectionHealth() {
  checking ??= check().finally(() => (checking = null));
  return checking;
}

/** Calls `listener` with the health now and after each change. Returns a function that ends this. */
export function onConnectionHealthChange(listener) {
  listeners.add(listener);
  listener(health);
  return () => listeners.delete(listener);
}

/** Calls `listener` with each response to a check. */
export function onHealthAnswer(listener) {
  answerListeners.add(listener);
}

async function check() {
  clearTimeout(timer);
  const begun = Date.now();
  const before = answer;
  answer = await ask();
  if (before !== "well" && answer === "well") window.protoDDF?.hurrySocket?.();
  failures = answer === "well" ? 0 : failures + 1;
  const wait = waitAfter(failures);
  nextCheck = Date.now() + wait;
  timer = setTimeout(checkConnectionHealth, wait);
  update(begun);
  return health;
}

async function ask() {
  const options = { method: "HEAD", cache: "no-store", timeout: TIMEOUT_MS };
  const response = await fetchWithErrorHandling(ADDRESS, options);
  if (response.error) return response.kind === "unavailable" ? "busy" : "none";
  for (const listener of answerListeners) listener(response);
  return response.status === 429 ? "busy" : "well";
}

function waitAfter(failures) {
  if (failures === 0) return CHECK_EVERY_MS;
  const most = Math.min(FIRST_WAIT_MS * 2 ** (failures - 1), CHECK_EVERY_MS);
  return most * (0.5 + Math.random() / 2);
}

function update(begun = Date.now()) {
  const isWell = answer === "well" && socket.state !== "lost" && navigator.onLine;
  failingSince = isWell ? null : (failingSince ?? begun);
  const state = isWell ? "connected" : isOffline() ? "offline" : "unstable";
  const tries = [nextCheck, socket.nextTry].filter((each) => each > Date.now());
  const nextTry = isWell || tries.length === 0 ? null : Math.min(...tries);
  if (state === health.state && nextTry === health.nextTry) return;
  health = { state, since: state === health.state ? health.since : Date.now(), nextTry };
  for (const listener of listeners) listener(health);
}

function isOffline() {
  const isLong = Date.now() - failingSince >= OFFLINE_AFTER_MS;
  return !navigator.onLine || (answer === "none" && isLong);
}

window.addEventListener("protoddf:socket", ({ detail }) => {
  const isLost = detail.state === "lost" && health.state === "connected";
  const isBack = detail.state === "open" && health.state !== "connected";
  update();
  if (isLost || isBack) checkConnectionHealth();
});
document.addEventListener("visibilitychange", () => document.hidden || checkConnectionHealth());
window.addEventListener("online", checkConnectionHealth);
window.addEventListener("offline", () => update());
window.addEventListener("pageshow", ({ persisted }) => persisted && checkConnectionHealth());
checkConnectionHealth();
