// The store of drafts: one for each form and tab, for 24 hours. A tab may restore its own, or those of closed tabs.
import { asPromise, openDatabase, transact } from "./database.js";
import { completeNotes } from "./notes.js";
import { openTabs, ownTab } from "./tab.js";

const DAY = 24 * 60 * 60 * 1000;

let opening;
const opened = () => (opening ??= open());

async function open() {
  const database = await openDatabase();
  await completeNotes(database).catch((error) => console.warn("Drafts are not up to date:", error));
  return database;
}

/** Opens the store, and takes the name of the tab, so that other tabs see that this one is open. */
export function openStore() {
  ownTab();
  opened().then(dropOld).catch(() => {}); // `withDrafts` logs the error.
}

const isOld = (draft) => !(Date.now() - draft.at < DAY);

function dropOld(database) {
  return transact(database, "readwrite", async (drafts) => {
    for (const each of await asPromise(drafts.getAll())) {
      if (isOld(each)) drafts.delete([each.key, each.tab]);
    }
  });
}

/** Runs `step(drafts, own)` with the name of this tab, in one transaction. Resolves to what it returns once that is committed,
 * to undefined if it failed. Without IndexedDB nothing is kept, and the forms still work. */
export async function withDrafts(mode, step) {
  try {
    const [database, own] = await Promise.all([opened(), ownTab()]);
    return await transact(database, mode, (drafts) => step(drafts, own));
  } catch (error) {
    console.warn("Drafts are not kept:", error);
  }
}

/** The drafts of a form that this tab may restore: its own first, then those of closed tabs, newest first. */
export async function restorable(key) {
  const range = IDBKeyRange.bound([key], [key, []]);
  const all = await withDrafts("readonly", (drafts) => asPromise(drafts.getAll(range)));
  const own = await ownTab();
  const isOpen = await openTabs();
  const mine = (all ?? []).filter((each) => each.tab === own || !isOpen(each.tab));
  const order = (one, other) => (other.tab === own) - (one.tab === own) || other.at - one.at;
  return mine.filter((each) => !isOld(each)).sort(order);
}
