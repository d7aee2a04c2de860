// A press is noted in the browser's storage in the same moment, because its page may be left before IndexedDB has the submission.
// The note is removed once it has. What a page that is gone has noted is kept by another: one that is open, or the next one.
const NOTE = "outbox press ";
const LOCK = "outbox presses";

let count = 0;

/** Note a submission; returns whether that was possible. */
export function note(pressed) {
  try {
    localStorage.setItem(NOTE + pressed.id, JSON.stringify({ number: ++count, pressed }));
    return true;
  } catch {
    return false; // Without room or storage, IndexedDB has to be quick enough.
  }
}

export function isNoted({ id }) {
  return localStorage.getItem(NOTE + id) !== null;
}

export function forget({ id }) {
  try {
    localStorage.removeItem(NOTE + id);
  } catch {
    // Nothing was noted.
  }
}

/** What is noted, in the order in which it was pressed. */
export function allNoted() {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(NOTE));
    const notes = names.map((name) => JSON.parse(localStorage.getItem(name)));
    const order = (one, other) => one.pressed.created - other.pressed.created || one.number - other.number;
    return notes.sort(order).map(({ pressed }) => pressed);
  } catch {
    return [];
  }
}

/** Run `work` while no other page keeps what is noted. A page that is left lets go. */
export function whileNoOtherKeeps(work) {
  return navigator.locks ? navigator.locks.request(LOCK, work) : work(); // Only https and loopback have it.
}

/** Call `listener` when another tab has noted something. */
export function onNoted(listener) {
  window.addEventListener("storage", ({ key, newValue }) => key?.startsWith(NOTE) && newValue && listener());
}
