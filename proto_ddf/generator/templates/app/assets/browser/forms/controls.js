// The controls of forms (<form data-form="KEY">): what they hold, and how values and messages are put into them.
import { elementsOf, findAll } from "../form_properties.js";

export const FORMS = "form[data-form]";

export const formsOnPage = () => [...document.querySelectorAll(FORMS)];
export const keyOf = (form) => Element.prototype.getAttribute.call(form, "data-form");

export const controlsOf = (form, name) => elementsOf(form).filter((each) => each.name === name);
export const isAlwaysSent = (name) => name.startsWith("_") || name.startsWith("choice.");
export const isShown = (control) => control.type !== "hidden" && !control.hidden;
export const isSecret = (control) => control.type === "password" || "secret" in control.dataset;
export const isPicker = (control) => "picker" in control.dataset;
const isHeldText = (control) => control.type === "hidden" && !isPicker(control);

/** A date or time of which only some parts are typed; the browser returns an empty value for it. */
export const isHalfTyped = (control) => Boolean(control.validity?.badInput);
export const halfTypedIn = (form) => elementsOf(form).filter((each) => each.name && isHalfTyped(each));

/** Whether two values, lists or texts, are the same. */
export const areSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Puts a value into a form; its listeners are told by events with the detail "filled". */
export function fill(form, name, values, label) {
  for (const control of controlsOf(form, name)) {
    if (isHeldText(control)) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      control.checked = values.includes(control.value);
    } else control.value = values[0] ?? "";
    if (label !== undefined) setLabel(control, label);
    control.dispatchEvent(new CustomEvent("input", { bubbles: true, detail: "filled" }));
    control.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: "filled" }));
  }
}

const labelOf = (control) => control.closest("[data-field]")?.querySelector("[data-picker-label]");

/** What a picker shows of the row that is chosen. */
export const labelTextOf = (picker) => labelOf(picker)?.textContent ?? "";

export function setLabel(control, text) {
  const label = labelOf(control);
  if (label?.firstChild) label.firstChild.nodeValue = text; // React manages this text node, so it must stay.
  else if (label) label.textContent = text;
}

export const snapshotInput = (form) => controlsOf(form, "_snapshot")[0];

/** What the server knows of the form: the original values of its fields, and the token of a form of a new row. */
export function snapshotOf(form) {
  try {
    return JSON.parse(snapshotInput(form).value);
  } catch {
    return {};
  }
}

/** Shows an error below a field; an empty text removes it. */
export function tell(field, text) {
  const place = field?.querySelector("[data-field-error]");
  if (!place || (place.hidden && !text)) return;
  place.textContent = text;
  place.hidden = !text;
}

export const removeErrors = (form) => findAll(form, "[data-field]").forEach((field) => tell(field, ""));
