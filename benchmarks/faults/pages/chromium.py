"""The browser of these rows, in front of a server of their own."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from benchmarks.faults.place import Place, opened_place
from tests.chromium import CHROMIUM, MISSING
from tests.ports import HOST

_FLAGS = ("--no-sandbox", "--disable-gpu")
_NOTHING_IS_KEPT = """(() => {
  // The browser keeps nothing, and what was sent once counts as done.
  indexedDB.open = () => { throw new Error("refused"); };
  sessionStorage.clear();
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (...given) {
    if (this === sessionStorage) setItem.apply(this, given);
  };
  const { fetch } = window;
  window.fetch = (address, ...given) => {
    const answer = fetch(address, ...given);
    if (!String(address).includes("/api/outbox")) return answer;
    return answer.catch(() => new Response('{"outcome": "done"}'));
  };
})()"""


@dataclass(frozen=True)
class Pages:
    """The pages of a server, and a small database that a source can be connected to."""

    place: Place
    browser: Browser
    database: Path

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.place.proxy.port}"

    def opened_context(self, *, is_protected: bool) -> BrowserContext:
        """A browser of a person who is signed in."""
        context = self.browser.new_context(reduced_motion="reduce")
        name, _, value = self.place.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.url}])
        if not is_protected:
            context.add_init_script(_NOTHING_IS_KEPT)
        return context

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Of the server's own database."""
        with closing(sqlite3.connect(self.place.database, timeout=30)) as opened:
            return opened.execute(query, values).fetchall()


@contextmanager
def chromium() -> Iterator[Browser]:
    assert CHROMIUM, MISSING
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS) as browser,
    ):
        yield browser


@contextmanager
def opened_pages(folder: Path, browser: Browser) -> Iterator[Pages]:
    """A running server on a home folder in this one."""
    home = folder / "home"
    with opened_place(home, has_own_disk=False) as place:
        yield Pages(place, browser, _small_database(home / "uploads" / "notes.db"))


def _small_database(path: Path) -> Path:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, title TEXT NOT NULL)")
        database.commit()
    return path
