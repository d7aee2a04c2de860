// A page of an older build than the server's is reloaded once, when nobody types and no file is being sent. What is typed in
// its forms is kept: the scripts that ask before a form is left store it, and do not ask if `window.protoDDF.isReloading`.
import { onHealthAnswer } from "./health.js";
import { isSending } from "./http.js";

const RELOADED_FOR = "protoddf.reloaded_for";
const QUIET_MS = 2_000;
const LOOK_EVERY_MS = 250;

const own = document.querySelector('meta[name="build-id"]')?.content;
let typedAt = -Infinity;
let timer;

function reloadOnce(current) {
  if (performance.now() - typedAt < QUIET_MS || isSending()) {
    timer = setTimeout(() => reloadOnce(current), LOOK_EVERY_MS);
    return;
  }
  try {
    if (sessionStorage.getItem(RELOADED_FOR) === current) return; // A cache still has the older page.
    sessionStorage.setItem(RELOADED_FOR, current);
  } catch {
    return; // Without storage it could reload for ever.
  }
  window.protoDDF.isReloading = true;
  location.reload();
}

onHealthAnswer((response) => {
  const current = response.headers.get("X-Build-Id");
  clearTimeout(timer);
  if (own && current && current !== own) reloadOnce(current);
});
for (const kind of ["input", "keydown", "pointerdown"]) {
  document.addEventListener(kind, () => (typedAt = performance.now()), { capture: true, passive: true });
}
