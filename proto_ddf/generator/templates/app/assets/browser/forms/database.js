// The database of drafts in IndexedDB. A page says by <meta name="drafts" content="<name>"> that its forms have drafts.
const STORE = "drafts";
const name = document.querySelector('meta[name="drafts"]')?.content;

export const hasDrafts = name !== undefined;
export const DATABASE = `forms ${name}`;

export const asPromise = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export async function openDatabase() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: ["key", "tab"] });
  return asPromise(request);
}

/** Runs `step(drafts)` in one transaction and waits until its changes are committed: a page that goes earlier has none of
 * them. Resolves to what the step returns. */
export async function transact(database, mode, step) {
  const drafts = database.transaction(STORE, mode, { durability: "relaxed" }).objectStore(STORE);
  const [result] = await Promise.all([step(drafts), committed(drafts.transaction)]);
  return result;
}

const committed = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("The transaction was aborted."));
  });
