// Restores typed text that did not reach the server. A text control sends its text after a short delay, and a text that
// is being sent is lost with the connection. So the texts that the controls of a form had when the connection was lost or
// the page was closed are put into them again when the server answers.
//
// The controls are those of a <form data-typed>, by name. A secret's control has no name.
const CONTROLS = "form[data-typed] :is(input[type=text], input:not([type]), textarea)[name]";
const KEPT = "typed texts";

let typed = load(); // Name of a control -> the text that was last typed in it on this page.
let typedOn = page();
let missing = new Map(typed); // Texts for controls that may not exist yet.
let wasConnected = false;

export function restoreTypedTexts() {
  document.addEventListener("input", onInput, true);
  new MutationObserver(followConnection).observe(document, { subtree: true, childList: true, attributeFilter: ["data-state"] });
  followConnection(); // The page may be complete before this script runs, and may not change any more.
  window.addEventListener("pagehide", store);
}

function page() {
  return location.pathname + location.search;
}

const isConnected = () => document.querySelector("connection-state[data-state='connected']") !== null;
const controls = () => [...document.querySelectorAll(CONTROLS)];

function load() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT));
    sessionStorage.removeItem(KEPT);
    return kept?.page === page() ? new Map(kept.texts) : new Map();
  } catch {
    return new Map();
  }
}

function store() {
  if (wasConnected) forgetGone();
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ page: page(), texts: [...typed] }));
  } catch {
    // Without storage only texts that were not sent yet are lost.
  }
}

function onInput({ target }) {
  if (!target.matches?.(CONTROLS)) return;
  if (typedOn !== page()) typed.clear();
  typedOn = page();
  typed.set(target.name, target.value);
  missing.delete(target.name);
}

function followConnection() {
  const now = isConnected();
  if (wasConnected && !now) forgetGone();
  if (now && !wasConnected) missing = new Map([...missing, ...typed]);
  if (now) putBack();
  wasConnected = now;
}

/** Removes texts that the page no longer shows, because the server has changed them. */
function forgetGone() {
  if (typedOn !== page()) typed.clear();
  const shown = new Map(controls().map((each) => [each.name, each.value]));
  typed = new Map([...typed].filter(([name, text]) => shown.get(name) === text));
}

function putBack() {
  for (const control of missing.size > 0 && typedOn === page() ? controls() : []) {
    const text = missing.get(control.name);
    missing.delete(control.name);
    if (text === undefined || text === control.value) continue;
    const { prototype } = control.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    // React ignores a value that is set on the element itself, so the prototype's setter is used.
    Object.getOwnPropertyDescriptor(prototype, "value").set.call(control, text);
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.dispatchEvent(new FocusEvent("focusout", { bubbles: true }));
  }
}
