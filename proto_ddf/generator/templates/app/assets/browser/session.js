// Leaves the page when the browser's session has ended.
//
// The server closes the websockets of a session that ended and refuses new ones, which a page cannot tell from a lost
// connection. So each closed websocket is the reason to ask. Pages that have a session name the address to ask in a
// <meta name="session">; without it nothing happens here.
const BETWEEN_MS = 2_000;
const ANSWER_MS = 5_000;
const RELOADED = "session_reloaded";
const BETWEEN_RELOADS_MS = 10_000;

const address = document.querySelector('meta[name="session"]')?.content;
let askedAt = -Infinity;
let timer;

if (address) {
  window.addEventListener("protoddf:socket", ({ detail }) => detail.state === "lost" && askSoon());
  ask();
}

function askSoon() {
  clearTimeout(timer);
  timer = setTimeout(ask, Math.max(0, askedAt + BETWEEN_MS - performance.now()));
}

async function ask() {
  askedAt = performance.now();
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.status === 401) leave((await answer.json()).address);
  } catch {
    // Not connected: the next websocket that is closed asks again.
  }
}

/** Go to the sign-in. Without one, load the page again, which gives the browser a session. */
function leave(to) {
  if (to) {
    const next = encodeURIComponent(location.pathname + location.search);
    location.assign(to === "/" ? to : `${to}?next=${next}`);
    return;
  }
  const last = Number(sessionStorage.getItem(RELOADED));
  if (Date.now() - last < BETWEEN_RELOADS_MS) return;
  sessionStorage.setItem(RELOADED, Date.now());
  location.reload();
}
