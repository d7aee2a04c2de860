// Whether the server can be reached. It is asked regularly, and at once when there is reason to think that this changed.
const ADDRESS = "/api/health";
const CHECK_EVERY_MS = 30_000;
const TIMEOUT_MS = 3_000;

const listeners = new Set();
let health = { state: "connected", since: Date.now(), nextTry: null };
let timer;

/** Ask the server now. Resolves to {state, since, nextTry}: times in milliseconds since 1970. */
export async function checkConnectionHealth() {
  clearTimeout(timer);
  const isReached = await ask();
  const nextTry = Date.now() + CHECK_EVERY_MS;
  timer = setTimeout(checkConnectionHealth, CHECK_EVERY_MS);
  const state = isReached ? "connected" : navigator.onLine ? "unstable" : "offline";
  change(state, nextTry);
  return health;
}

async function ask() {
  try {
    const options = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) };
    return (await fetch(ADDRESS, options)).status < 500;
  } catch {
    return false;
  }
}

function change(state, nextTry) {
  const since = state === health.state ? health.since : Date.now();
  health = { state, since, nextTry };
  for (const listener of listeners) listener(health);
}

/** Call `listener` with the health now and after every check. Returns a function that ends this. */
export function onConnectionHealthChange(listener) {
  listeners.add(listener);
  listener(health);
  return () => listeners.delete(listener);
}

document.addEventListener("visibilitychange", () => document.hidden || checkConnectionHealth());
for (const kind of ["online", "offline"]) window.addEventListener(kind, checkConnectionHealth);
checkConnectionHealth();
