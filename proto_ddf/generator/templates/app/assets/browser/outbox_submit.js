// Takes submissions: each is noted in the moment of the press, and then kept in IndexedDB, from where it is sent.
import { newId } from "./ids.js";
import { notify } from "./outbox_notice.js";
import { currentOwner, likelyOwner } from "./outbox_owner.js";
import { allNoted, forget, isNoted, note, onNoted, whileNoOtherKeeps } from "./outbox_presses.js";
import { wake } from "./outbox_sender.js";
import { addItem, allItems } from "./outbox_store.js";

let before = Promise.resolve(); // One after the other, so that the second click of two finds the first.

/** Keep a submission and send it. Resolves to it, or to null if it is not accepted (the person is told). */
export function submit(given) {
  const pressed = complete(given);
  const hasNote = note({ ...pressed, owner: likelyOwner() });
  return inTurn(async () => {
    if (hasNote && !isNoted(pressed)) return (await allItems()).find(({ id }) => id === pressed.id) ?? pressed; // Another tab has kept it.
    return keep({ ...pressed, owner: await currentOwner() });
  });
}

function complete({ event, payload = {}, title = "", key = event, kept = {}, ...more }) {
  return {
    ...{ id: newId(), event, payload, title, key, kept },
    ...{ token: sessionStorage.getItem("token"), router_data: routerData(), page: location.pathname },
    ...{ address: location.pathname + location.search },
    ...{ created: Date.now(), state: "waiting", attempts: 0, notBefore: 0, isUnanswered: false },
    ...more,
  };
}

function inTurn(work) {
  const done = before.then(() => whileNoOtherKeeps(work));
  before = done.catch(() => null);
  return done;
}

async function keep(pressed) {
  const { event, payload, title, key, owner } = pressed;
  const items = await allItems();
  const same = items.find(({ id }) => id === pressed.id);
  const last = items.filter((each) => each.state === "waiting" && each.key === key && each.owner === owner).at(-1);
  if (same || (last && last.event === event && JSON.stringify(last.payload) === JSON.stringify(payload))) {
    forget(pressed);
    wake();
    return same ?? last; // a double click
  }
  const item = await addItem(pressed);
  forget(pressed);
  if (!item) notify(`${title || "This"} was not accepted: too much waits to be sent.`, "/outbox");
  return item;
}

/** Keep what pages that are gone have noted. */
function keepNoted() {
  return inTurn(async () => {
    for (const pressed of allNoted()) await keep({ ...pressed, owner: pressed.owner ?? (await currentOwner()) });
  });
}

/** All submissions, with those that were pressed just now. */
export function keptItems() {
  return before.then(allItems);
}

/** As Reflex's withRouterData. */
function routerData() {
  const { pathname, search, hash } = location;
  const query = Object.fromEntries(new URLSearchParams(search));
  return { pathname, asPath: pathname + search + hash, query };
}

onNoted(keepNoted);
keepNoted();
