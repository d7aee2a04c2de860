// Remembers where the person is typing, and restores the cursor in a form that was drawn again meanwhile.
import { controlsOf, isShown, keyOf } from "./controls.js";
import { stateOf } from "./states.js";

let focused = null;

export function followFocus() {
  for (const kind of ["focusin", "keyup", "pointerup"]) document.addEventListener(kind, rememberFocus);
  document.addEventListener("focusout", (event) => {
    if (event.target.isConnected && event.relatedTarget) focused = null;
  });
}

export function rememberFocus({ target }) {
  if (!stateOf(target?.form) || !target.name) return;
  const at = typeof target.selectionStart === "number" ? target.selectionStart : null;
  focused = { key: keyOf(target.form), name: target.name, at };
}

export function refocus(form) {
  if (focused?.key !== keyOf(form) || document.activeElement !== document.body) return;
  const control = controlsOf(form, focused.name).find(isShown);
  control?.focus();
  if (focused.at !== null) control?.setSelectionRange?.(focused.at, focused.at);
}
