// The state of each form: the values that its controls had when the page filled it, and what has changed since.
import { elementsOf } from "../form_properties.js";
import {
  areSame, controlsOf, fill, formsOnPage, halfTypedIn, isAlwaysSent, isPicker, isSecret, keyOf, labelTextOf,
} from "./controls.js";

const states = new WeakMap();
let isReading = false; // `heldIn` reads a form, so no values are left out.

/** The state of a form, or undefined for what is no form or was not noticed yet. */
export const stateOf = (form) => states.get(form);

/** Notes the values of a form. Returns whether it is another form than before; its fields may also have become more. */
export function noteValues(form) {
  const key = keyOf(form);
  const held = heldIn(form);
  const before = stateOf(form);
  if (before?.key === key) {
    for (const [name, values] of held) if (!before.start.has(name)) before.start.set(name, values);
    return false;
  }
  states.set(form, {
    key,
    start: held,
    labels: new Map(elementsOf(form).filter(isPicker).map((each) => [each.name, labelTextOf(each)])),
    secrets: new Set(elementsOf(form).filter(isSecret).map((each) => each.name)),
    at: 0, // Time of the last input.
    sent: false, // It was sent, and it is unknown whether it was saved.
    saved: false,
    left: false, // The person has confirmed leaving it.
    isRestored: false, // What the browser keeps of it was put in.
  });
  return true;
}

/** The values by name, each as a list, because a switch that is on sends two. */
export function heldIn(form) {
  const held = new Map();
  for (const { name } of elementsOf(form)) if (name) held.set(name, []);
  isReading = true;
  for (const [name, value] of new FormData(form)) held.get(name)?.push(value);
  isReading = false;
  return held;
}

/** The values that changed since the page filled the form, by name. */
export function touchedIn(form) {
  const { start } = stateOf(form);
  const held = [...heldIn(form)];
  return new Map(held.filter(([name, now]) => !isAlwaysSent(name) && !areSame(now, start.get(name))));
}

export function isChanged(form) {
  const state = stateOf(form);
  if (!state || state.saved || state.left) return false;
  return touchedIn(form).size > 0 || halfTypedIn(form).length > 0;
}

/** Notes that the person has confirmed leaving the forms. */
export function letGo() {
  for (const form of formsOnPage()) if (stateOf(form)) stateOf(form).left = true;
}

export function putBack(form, name) {
  const { start, labels } = stateOf(form);
  fill(form, name, start.get(name), labels.get(name));
}

export function putAllBack(form) {
  const halfTyped = halfTypedIn(form).map((each) => each.name);
  for (const name of new Set([...touchedIn(form).keys(), ...halfTyped])) putBack(form, name);
  const [snapshot] = controlsOf(form, "_snapshot");
  if (snapshot) [snapshot.value] = stateOf(form).start.get("_snapshot");
}

/** From now on only values that changed are sent. */
export function sendOnlyChanges() {
  document.addEventListener("formdata", ({ target, formData }) => {
    if (isReading || !stateOf(target)) return;
    const { start } = stateOf(target);
    for (const name of new Set(formData.keys())) {
      const isTouched = !areSame(formData.getAll(name), start.get(name));
      if (!isTouched && !isAlwaysSent(name)) formData.delete(name);
    }
  });
}
