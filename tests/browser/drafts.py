"""The drafts that assets/browser/forms of a generated app stores in the browser."""

from playwright.sync_api import Page

_AGE = """async ([app, milliseconds]) => {
  const open = indexedDB.open(`forms ${app}`, 1);
  await new Promise((done) => (open.onsuccess = done));
  const drafts = open.result.transaction("drafts", "readwrite").objectStore("drafts");
  const all = drafts.getAll();
  await new Promise((done) => (all.onsuccess = done));
  for (const each of all.result) drafts.put({ ...each, at: each.at - milliseconds });
  await new Promise((done) => (drafts.transaction.oncomplete = done));
  open.result.close();
  return all.result.length;
}"""


def age_drafts(page: Page, app: str, hours: float) -> int:
    """Make the drafts of an app this many hours older; returns the number of drafts."""
    return int(page.evaluate(_AGE, [app, hours * 3_600_000]))
