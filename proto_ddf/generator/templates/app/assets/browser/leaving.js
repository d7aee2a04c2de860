// Asks for confirmation before a changed form is left: by a link of the page, back and forward, reload, or closing the tab.
import { ask, isAsking } from "./ask.js";
import { closest } from "./form_properties.js";

/** Asks before forms are left.
 * @param forms `isAnyChanged()`; `isLeftBy(link)`, of a link of this site; `letGo()`, called when the person has confirmed, because
 * the page may still show the form for a moment and must not ask again; `title` and `text` of the question.
 */
export function askBeforeLeaving(forms) {
  document.addEventListener(
    "click",
    (event) => {
      const link = closest(event.target, "a[href]");
      const isLeaving = link && isFollowed(event, link) && forms.isLeftBy(link) && forms.isAnyChanged();
      if (isLeaving) askFirst(forms, event, () => link.click());
    },
    true,
  );
  window.navigation?.addEventListener("navigate", (event) => {
    if (event.navigationType !== "traverse" || !event.cancelable || !forms.isAnyChanged()) return;
    askFirst(forms, event, () => navigation.traverseTo(event.destination.key));
  });
  window.addEventListener(
    "beforeunload",
    (event) => {
      // Reflex disconnects at this event, and would stay disconnected if the person stays.
      if (forms.isAnyChanged() && !window.protoDDF?.isReloading) stop(event);
    },
    true,
  );
}

/** Whether a click follows the link in this tab, to a page of this site; for other sites `beforeunload` asks. */
function isFollowed(event, link) {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const isHere = link.target !== "_blank" && !link.hasAttribute("download");
  return isPlain && isHere && link.origin === location.origin;
}

export function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

async function askFirst({ title, text, letGo }, event, leave) {
  stop(event);
  const question = { title, text, yes: "Leave", no: "Stay", isHarmful: true };
  if (isAsking() || !(await ask(question))) return; // One question at a time.
  letGo();
  leave();
}
