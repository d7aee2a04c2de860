"""Checks of a page: whether it is loaded, accessible in both modes, and fits its window."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.browser.driving import wait_until_connected

AXE = Path(__file__).resolve().parents[2] / ".venv/node/node_modules/axe-core/axe.min.js"
PHONE = {"width": 390, "height": 844}


def open_page(page: Page, address: str) -> None:
    page.goto(address)
    wait_until_connected(page)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


_VIOLATIONS = """async () =>
  (await axe.run({resultTypes: ["violations"], elementRef: false})).violations"""
"""Without the details of what is as it should be, which take longer than the check."""

_COME_TO_REST = """() => Promise.allSettled(
  document.getAnimations()
    .filter(each => each.effect.getComputedTiming().iterations !== Infinity)
    .map(each => each.finished))"""


_ADD_SCRIPTS = """async () => {
  const refused = async (html) => {
    const told = new Promise((done) => {
      document.addEventListener("securitypolicyviolation",
        (event) => done(event.effectiveDirective), {once: true});
      setTimeout(() => done("nothing was refused"), 10000);
    });
    const holder = document.createElement("div");
    holder.append(document.createRange().createContextualFragment(html));
    document.body.append(holder);
    return told;
  };
  const directives = [
    await refused("<script>window.ran = true</script>"),
    await refused('<img src="data:," onerror="window.ran = true">'),
  ];
  return window.ran ? ["a script has run"] : directives;
}"""


def refused_scripts(page: Page) -> list[str]:
    """The rules by which the page's policy refuses an inline script and an inline handler that are added to it."""
    return list(page.evaluate(_ADD_SCRIPTS))


def serious_findings(page: Page) -> list[str]:
    """The serious and critical findings of axe-core, one line each, when all animations have ended. What is found is
    looked at again a second later: on a loaded machine the page may just be changing."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    if not (found := _findings_now(page)):
        return []
    page.wait_for_timeout(1000)
    again = _findings_now(page)
    return [each for each in found if each in again]


def _findings_now(page: Page) -> list[str]:
    page.evaluate(_COME_TO_REST)
    violations = page.evaluate(_VIOLATIONS)
    return [
        f"{v['id']}: {v['nodes'][0]['html']}"
        for v in violations
        if v["impact"] in ("serious", "critical")
    ]


def in_both_modes(page: Page) -> Iterator[str]:
    """Switches the page to the other mode, then back to its first mode; yields the name of each."""
    switch = page.get_by_role("button", name="Switch between light and dark mode")
    for _ in range(2):
        was_dark = page.locator("html.dark").count()
        switch.click()
        expect(page.locator("html.dark")).to_have_count(1 - was_dark)
        yield "light" if was_dark else "dark"


def overflow_width(page: Page) -> int:
    """Pixels by which the page is wider than its window, once it has been laid out for the window's size."""
    too_wide = "document.documentElement.scrollWidth - innerWidth"
    with contextlib.suppress(PlaywrightTimeoutError):
        page.wait_for_function(f"{too_wide} <= 0", timeout=10_000)
    return max(int(page.evaluate(too_wide)), 0)


def tab_to(page: Page, target: Locator, stops: int = 60) -> None:
    """Press Tab until `target` has the focus, which must be visible."""
    for _ in range(stops):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            break
    expect(target).to_be_focused()
    ring = target.evaluate(
        "element => { const style = getComputedStyle(element);"
        " const round = getComputedStyle(element.parentElement);"
        " return [style, round].map(s => s.outlineStyle + s.boxShadow).join() }"
    )
    assert re.search("solid|auto|rgb|color", ring), f"no visible focus: {ring}"
