// Changes of drafts that IndexedDB has not committed. The page may go before it has: so a removal is noted at once in the
// browser's storage, and other changes as the page goes. The next page completes them.
//
// A change has `key`, `at`, and `draft`, null for a removal; with a `token` only the draft of that form of a new row is removed.
import { DATABASE, asPromise, transact } from "./database.js";
import { newName, openTabs, ownTab, tabNow } from "./tab.js";

const NOTES = `${DATABASE} uncommitted `;
const noteOfPage = NOTES + newName(); // A page writes one entry, so that none overwrites the entry of another.

const uncommitted = new Map(); // Key -> the last change of that draft by this page, until IndexedDB has committed it.
let overdue = []; // Changes that pages which are gone have noted, until IndexedDB has committed them.

export function begin(change) {
  uncommitted.set(change.key, change);
}

export function settle(change) {
  if (uncommitted.get(change.key) !== change) return; // A later one followed.
  uncommitted.delete(change.key);
  note();
}

export function note() {
  const changes = [...uncommitted.values()];
  try {
    if (changes.length > 0) localStorage.setItem(noteOfPage, JSON.stringify({ tab: tabNow(), changes }));
    else localStorage.removeItem(noteOfPage);
  } catch {
    // Without the browser's storage, or with texts too large for it, IndexedDB has to be quick enough.
  }
}

/** Whether a draft is to be removed, which IndexedDB has not done yet or refuses, as on a full disk. */
export function isRemoved({ key, tab, at, token }) {
  const changes = [...uncommitted.values(), ...overdue.filter((each) => each.tab === tab)];
  const isMeant = (each) => each.key === key && !each.draft && at <= each.at;
  return changes.some((each) => isMeant(each) && !(each.token && each.token !== token));
}

/** Completes what pages that are gone have noted. */
export async function completeNotes(database) {
  const names = Object.keys(localStorage).filter((name) => name.startsWith(NOTES) && name !== noteOfPage);
  if (names.length === 0) return;
  const own = await ownTab();
  const isOpen = await openTabs();
  const notes = names.map((name) => ({ name, ...JSON.parse(localStorage.getItem(name)) }));
  const gone = notes.filter((each) => each.tab === own || !isOpen(each.tab));
  const changes = gone.flatMap((each) => each.changes.map((change) => ({ ...change, tab: each.tab })));
  overdue = changes.sort((one, other) => one.at - other.at);
  await transact(database, "readwrite", async (drafts) => {
    for (const each of overdue) await complete(drafts, each);
  });
  overdue = [];
  gone.forEach((each) => localStorage.removeItem(each.name));
}

async function complete(drafts, { key, tab, at, draft, token }) {
  const held = await asPromise(drafts.get([key, tab]));
  if (held?.at > at) return; // Something was typed after it.
  if (!draft && token && held?.token !== token) return;
  if (draft) drafts.put({ ...draft, tab });
  else drafts.delete([key, tab]);
}
