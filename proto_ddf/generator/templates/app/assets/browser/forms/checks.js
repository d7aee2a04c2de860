// What is wrong in a form before it is sent: dates typed in part, and texts that are too long.
import { elementsOf } from "../form_properties.js";
import { halfTypedIn, isShown } from "./controls.js";
import { touchedIn } from "./states.js";

const MOST_SENT_BYTES = 900_000; // The server closes a connection that sends a message of 1 MB.
const HALF_TYPED = "This is not complete: fill in every part, or clear them all.";

/** The controls that are wrong, each with its message, in their order. */
export function mistakesIn(form) {
  const halfTyped = halfTypedIn(form).map((control) => [control, HALF_TYPED]);
  return halfTyped.length > 0 ? halfTyped : tooLong(form);
}

function tooLong(form) {
  const touched = touchedIn(form);
  const texts = elementsOf(form).filter((each) => touched.has(each.name) && isShown(each));
  const wrong = texts.map((control) => [control, excessOf(control)]).filter(([, excess]) => excess);
  const bytes = sentBytes([...new FormData(form)]);
  if (wrong.length > 0 || bytes <= MOST_SENT_BYTES || texts.length === 0) return wrong;
  const size = (control) => sentBytes(control.value);
  const largest = texts.reduce((one, other) => (size(other) > size(one) ? other : one));
  return [[largest, `Too long to be sent: shorten it by ${number(bytes - MOST_SENT_BYTES)} bytes.`]];
}

/** The message for a text that is too long for its column, otherwise an empty text. */
function excessOf(control) {
  const most = Number(control.dataset.maxLength || Infinity);
  const length = control.value.length > most ? codePoints(control.value) : 0;
  return length > most ? `At most ${number(most)} characters; this is ${number(length - most)} too many.` : "";
}

function codePoints(text) {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

const sentBytes = (value) => new TextEncoder().encode(JSON.stringify(value)).length;
const number = (value) => value.toLocaleString();
