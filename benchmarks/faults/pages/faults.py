"""The faults. Each presses too, in the same moment, and returns the tab that the person still has."""

import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from playwright.sync_api import Error, Page

from benchmarks.faults.conditions import HELD_SECONDS
from benchmarks.faults.pages.action import PageAction

_MOST_MS_TO_RELOAD = 30
_TOGETHER_IN_MS = 200
_PRESS_AND_RELOAD = """([mark, wait]) => {
  window.isOld = true;
  PRESS;
  if (wait) setTimeout(() => location.reload(), wait);
  else location.reload();
}"""
_PRESS_AT = """([mark, moment]) => new Promise((done) => setTimeout(() => {
  PRESS;
  done();
}, moment - Date.now()))"""
_BEGIN_TO_PRESS_AT = "([mark, moment]) => void setTimeout(() => { PRESS; }, moment - Date.now())"
Strike = Callable[[PageAction, Sequence[Page], Sequence[str]], Page]


@dataclass(frozen=True)
class PageFault:
    """`name` is that of its row."""

    name: str
    strike: Strike
    tabs: int = 1


def reloaded(action: PageAction, tabs: Sequence[Page], marks: Sequence[str]) -> Page:
    (page,), (mark,) = tabs, marks
    wait = random.randint(0, _MOST_MS_TO_RELOAD)
    page.evaluate(_PRESS_AND_RELOAD.replace("PRESS", action.press), [mark, wait])
    page.wait_for_function("!window.isOld")
    return page


def closed_beside(action: PageAction, tabs: Sequence[Page], marks: Sequence[str]) -> Page:
    left, closed = tabs
    moment = left.evaluate("Date.now()") + _TOGETHER_IN_MS
    left.evaluate(_BEGIN_TO_PRESS_AT.replace("PRESS", action.press), [marks[0], moment])
    with suppress(Error):  # the press leads to another page
        closed.evaluate(_PRESS_AT.replace("PRESS", action.press), [marks[1], moment])
    closed.close()
    return left


def offline(action: PageAction, tabs: Sequence[Page], marks: Sequence[str]) -> Page:
    """The browser's network does not end connections that are open, so the proxy does."""
    (page,), (mark,) = tabs, marks
    action.proxy.refusing = True
    action.proxy.reset_all()
    page.context.set_offline(True)
    page.evaluate(f"(mark) => {{ {action.press}; }}", mark)
    page.wait_for_timeout(1000 * HELD_SECONDS)
    action.proxy.clear()
    page.context.set_offline(False)
    return page


PAGE_FAULTS: tuple[PageFault, ...] = (
    PageFault("reload", reloaded),
    PageFault("two tabs", closed_beside, tabs=2),
    PageFault("offline", offline),
)
