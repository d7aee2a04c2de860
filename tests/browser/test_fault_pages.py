"""A cell of each row of the table of faults that is measured in Chromium; `make faults` measures all."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from benchmarks.faults.pages.chromium import Pages, opened_pages
from benchmarks.faults.pages.faults import PAGE_FAULTS, PageFault
from benchmarks.faults.pages.note import Note
from benchmarks.faults.pages.trials import control, measure

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Pages]:
    with opened_pages(tmp_path_factory.mktemp("faults"), browser) as opened:
        yield opened


@pytest.mark.parametrize("fault", PAGE_FAULTS, ids=lambda fault: fault.name)
def test_a_note_is_added_once_whatever_happens_to_its_page(pages: Pages, fault: PageFault) -> None:
    cell = measure(fault, Note(pages), 1)
    assert len(cell.trials) == 1
    assert cell.is_kept, cell


def test_without_the_protections_a_note_is_lost(pages: Pages) -> None:
    (offline,) = (fault for fault in PAGE_FAULTS if fault.name == "offline")
    assert control(offline, Note(pages)).lost == 1
