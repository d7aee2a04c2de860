// Whose submissions this browser sends: people who share a browser do not send each other's.
//
// A page says by <meta name="outbox-owner" content="<address>"> where it is told who is signed in ({user}). Without it, all
// submissions of the browser are of one person.
const KEY = "outbox_owner";

let owner = "";
let asked;
let isKnown = !document.querySelector('meta[name="outbox-owner"]');

/** The name of the person; the last one known while the server does not answer. */
export async function currentOwner() {
  asked ??= ask();
  await asked;
  return owner;
}

/** The name of the person, without waiting for the server: the last one known while it has not said it, or null. */
export function likelyOwner() {
  return isKnown ? owner : localStorage.getItem(KEY);
}

export function isOwn(item) {
  return (item.owner ?? "") === owner;
}

let wasLost = false;
window.addEventListener("protoddf:socket", ({ detail }) => {
  if (detail.state === "open" && wasLost) asked = undefined; // Somebody else may have signed in meanwhile.
  wasLost = detail.state === "lost";
});

async function ask() {
  const address = document.querySelector('meta[name="outbox-owner"]')?.content;
  if (!address) return;
  owner = localStorage.getItem(KEY) ?? "";
  try {
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(3_000) });
    if (!answer.ok) return;
    owner = (await answer.json()).user ?? "";
    isKnown = true;
    localStorage.setItem(KEY, owner);
  } catch {
    asked = undefined; // The next one asks again.
  }
}
