"""A press is never forgotten and never done twice, in whatever order tabs are opened, left and closed, connections and answers
fail, and IndexedDB stands still."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.driving import wait_until
from tests.browser.outbox.conftest import (
    DONE,
    UNANSWERED,
    Answer,
    Post,
    Site,
    items,
    open_page,
)
from tests.browser.outbox.test_script import BUSY, SLOW_DATABASE

pytestmark = pytest.mark.browser

MOST_TABS = 3
KEYS = ("k", "l")
FAILURES: dict[str, Answer] = {"busy": BUSY, "unanswered": UNANSWERED}
Step = tuple[Any, ...]
SUBMIT = """([whats, key, then]) => {
  for (const what of whats) protoDDF.outbox.submit({ event: "State.act", payload: { what }, key });
  if (then === "reload") location.reload();
}"""


@dataclass
class Person:
    """Someone who presses in several tabs of one browser."""

    context: BrowserContext
    site: Site
    tabs: list[Page] = field(default_factory=list)
    pressed: dict[str, tuple[int, str]] = field(default_factory=dict)
    """What was pressed, in its order, with the tab and the key."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _names: dict[Page, int] = field(default_factory=dict)

    def open(self) -> Page:
        tab = self.context.new_page()
        open_page(tab, self.site)
        self.tabs.append(tab)
        self._names[tab] = next(self._numbers)
        return tab

    def press(self, place: int, key: str, times: int, then: str) -> None:
        """Press in a tab, and leave it in the same moment if `then` says how."""
        tab = self.tabs[place % len(self.tabs)]
        is_left = then == "close" and len(self.tabs) > 1
        whats = [f"{key}{next(self._numbers)}" for _ in range(times)]
        self.pressed |= dict.fromkeys(whats, (self._names[tab], key))
        tab.evaluate(SUBMIT, [whats, key, then])
        if is_left:
            self.tabs.remove(tab)
            tab.close()
        elif then == "reload":
            tab.wait_for_load_state()
            tab.wait_for_function("window.protoDDF?.outbox")

    def act(self, step: Step) -> None:
        match step:
            case ("open",) if len(self.tabs) < MOST_TABS:
                self.open()
            case "press", place, key, times, then:
                self.press(place, key, times, then)
            case "press offline", place, key:
                self.context.set_offline(True)
                self.press(place, key, 1, "")
                self.context.set_offline(False)
            case "halt IndexedDB", place:
                self.tabs[place % len(self.tabs)].evaluate(SLOW_DATABASE)
            case "fail", names:
                left = iter(names)
                self.site.answer = lambda _: FAILURES.get(next(left, ""), DONE)


places = st.integers(0, MOST_TABS - 1)
keys = st.sampled_from(KEYS)
leaving = st.sampled_from(["", "reload", "close"])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("press"), places, keys, st.integers(1, 3), leaving),
        st.tuples(st.just("halt IndexedDB"), places),
        st.tuples(st.just("fail"), st.lists(st.sampled_from([*FAILURES]), min_size=1, max_size=2)),
        st.tuples(st.just("press offline"), places, keys),
        st.just(("open",)),
    ),
    min_size=2,
    max_size=8,
)


@contextmanager
def person_at(browser: Browser, site: Site) -> Iterator[Person]:
    """In a browser that has kept nothing yet."""
    site.posts.clear()
    site.answer = lambda _: DONE
    context = browser.new_context()
    try:
        person = Person(context, site)
        person.open()
        yield person
    finally:
        context.close()


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps)
def test_each_press_is_done_once_and_in_its_order(
    browser: Browser, site: Site, taken: list[Step]
) -> None:
    with person_at(browser, site) as person:
        for step in taken:
            person.act(step)
        accepted = _accepted(site)
        last = person.open()
        for tab in person.tabs[:-1]:
            tab.close()
        wait_until(lambda: set(accepted()) == set(person.pressed) and items(last) == [])
        assert len({post.id for post in site.posts}) == len(person.pressed)
        for of_tab in set(person.pressed.values()):
            wanted = [what for what, where in person.pressed.items() if where == of_tab]
            assert [what for what in accepted() if what in wanted] == wanted


def _accepted(site: Site) -> Callable[[], list[str]]:
    """What arrived, in the order of its first arrival. Whoever answers from now on says that it is done."""
    site.answer = lambda _: DONE

    def accepted() -> list[str]:
        posts: dict[str, Post] = {}
        for post in site.posts:
            posts.setdefault(post.id, post)
        return [post.what for post in posts.values()]

    return accepted
