// Keeps the page's session where people sign in at another server, which tells in its answers of health how the session
// is: before it ends, it is renewed in the background. If that server has ended its own session, this page is loaded again,
// which leads to the sign-in. What is typed in forms is kept, as in build.js.
import { checkConnectionHealth, onHealthAnswer } from "./health.js";

const STATE_HEADER = "X-Sign-In";
const RENEW = "/api/sign-in?next=/api/health";

let hasAsked = false; // Since the session was last well.

function reload() {
  window.protoDDF.isReloading = true;
  location.reload();
}

/** It leads to the other server and back, so that its answer cannot be read: the next check of health shows what it was. */
async function renew() {
  try {
    await fetch(RENEW, { mode: "no-cors", credentials: "include", cache: "no-store" });
    hasAsked = true;
  } catch {
    // The other server cannot be reached.
  }
}

onHealthAnswer(async (response) => {
  const state = response.headers.get(STATE_HEADER);
  if (!state) hasAsked = false;
  else if (state === "renew") await renew();
  else if (hasAsked) reload();
  else {
    await renew();
    if (hasAsked) setTimeout(checkConnectionHealth); // Not now: the check that brought the answer still runs.
  }
});
