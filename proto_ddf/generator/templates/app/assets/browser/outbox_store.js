// The submissions of this browser, in IndexedDB: those that wait to be sent, and those that were not accepted. All tabs share
// them; each tab is told of changes that others make.
const DATABASE = "outbox";
const ITEMS = "items";

export const LIMITS = { items: 500, bytes: 1_000_000, ageMs: 24 * 3600 * 1000 };

const listeners = new Set();
const channel = new BroadcastChannel(DATABASE);
channel.onmessage = ({ data }) => tellHere(data);

// Without IndexedDB (a browser may refuse it), submissions are kept until the page is closed.
const memory = new Map();
let memorySequence = 0;
let opened;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(ITEMS, { keyPath: "sequence", autoIncrement: true });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      request.result.onclose = () => (opened = undefined);
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  }).catch(() => null);
  return opened;
}

/** Run `work(store)` in one transaction, and resolve to the result of the request it returns once that is on disk. */
async function transact(mode, work) {
  const database = await open();
  if (!database) return null;
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(ITEMS, mode, { durability: "strict" });
    const request = work(transaction.objectStore(ITEMS));
    transaction.oncomplete = () => resolve({ result: request?.result });
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** All submissions, oldest first. */
export async function allItems() {
  const found = await transact("readonly", (store) => store.getAll());
  return found ? found.result : [...memory.values()];
}

/** Keep a submission at the end; resolves to it, or to null if there is no room. What was not accepted gives way first. */
export async function addItem(item) {
  const size = new Blob([JSON.stringify(item)]).size;
  if (!(await makeRoom(size))) return null;
  const kept = { ...item, size };
  const added = await transact("readwrite", (store) => store.add(kept));
  kept.sequence = added ? added.result : ++memorySequence;
  if (!added) memory.set(kept.sequence, kept);
  tell({ kind: "added", item: kept });
  return kept;
}

async function makeRoom(size) {
  const items = await allItems();
  const given = items.filter((each) => each.state !== "waiting");
  let count = items.length + 1;
  let bytes = items.reduce((sum, each) => sum + each.size, size);
  while (count > LIMITS.items || bytes > LIMITS.bytes) {
    const oldest = given.shift();
    if (!oldest) return false;
    await removeItem(oldest);
    count -= 1;
    bytes -= oldest.size;
  }
  return true;
}

/** Change a submission that is still there. */
export async function changeItem(item, changes) {
  const changed = { ...item, ...changes };
  await transact("readwrite", (store) => {
    store.get(item.sequence).onsuccess = ({ target }) => {
      // Another tab may have changed it since it was read.
      if (target.result?.id === item.id) store.put({ ...target.result, ...changes });
    };
  });
  if (memory.has(item.sequence)) memory.set(item.sequence, changed);
  tell({ kind: "changed", item: changed });
}

export async function removeItem(item) {
  await transact("readwrite", (store) => store.delete(item.sequence));
  memory.delete(item.sequence);
  tell({ kind: "removed", item });
}

/** Call `listener(change)` for each change that any tab makes. `change.kind` is one of added, changed, removed, settled. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tell all tabs. */
export function tell(change) {
  channel.postMessage(change);
  tellHere(change);
}

function tellHere(change) {
  for (const listener of listeners) listener(change);
}
