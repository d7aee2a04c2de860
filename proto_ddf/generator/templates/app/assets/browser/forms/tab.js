// The name of this tab, which its drafts have, and which tabs are open. An open tab holds a lock.
import { DATABASE } from "./database.js";

const KEY = "forms.tab";
const LOCK_WAIT_MS = 1000;
const LOCK_WAIT_OF_RELOADED_MS = 4000;

let taking;
let name; // A duplicated tab takes a name of its own a moment after the page is loaded.

/** The name of this tab, once it is certain. */
export const ownTab = () => (taking ??= takeName());

/** The name of this tab as it is known now. */
export const tabNow = () => name;

export const newName = () => Array.from(crypto.getRandomValues(new Uint32Array(3))).join("-");
const lockOf = (tab) => `${DATABASE} ${tab}`;

/** It stays the same after a reload. A duplicated tab has a copy of the name and takes another. */
async function takeName() {
  name = newName();
  try {
    name = sessionStorage.getItem(KEY) ?? name;
    if (!(await hold(name))) await hold((name = newName()));
    sessionStorage.setItem(KEY, name);
  } catch {
    // Without the browser's storage or locks, the tab keeps this name until it is reloaded.
  }
  return name;
}

/** Holds a lock while the page is open, so that other tabs see that this one is open. A page that was reloaded
 * releases its lock a moment later. Resolves to whether it could be had. */
function hold(tab) {
  if (!navigator.locks) return true; // Browsers offer locks only at secure addresses.
  return new Promise((resolve) => {
    const keep = () => {
      resolve(true);
      return new Promise(() => {});
    };
    const isReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
    const wait = isReloaded ? LOCK_WAIT_OF_RELOADED_MS : LOCK_WAIT_MS;
    const options = { signal: AbortSignal.timeout(wait) };
    navigator.locks.request(lockOf(tab), options, keep).catch(() => resolve(false));
  });
}

/** A function that tells whether the tab of that name is open. */
export async function openTabs() {
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  const locks = new Set(held.map((lock) => lock.name));
  return (tab) => locks.has(lockOf(tab));
}
