"""The configuration that is kept is the one that the app ran with, and it comes back."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proto_ddf.db.tables import AppRecord
from proto_ddf.generator.code.package import code_files
from proto_ddf.hosting import good_configuration
from proto_ddf.hosting.launch import folder

STARTED = datetime(2026, 11, 29, 12, tzinfo=UTC)
APP = AppRecord(slug="shop", name="Shop", started_at=STARTED)


@pytest.fixture
def place(home: Path) -> Path:
    place = folder("shop")
    place.mkdir(parents=True)
    write(place / "rxconfig.py", "good", -60)
    write(place / "app.json", "{}", -60)
    return place


def write(file: Path, text: str, seconds: float) -> None:
    """Write a file, so many seconds after the app was started."""
    file.write_text(text)
    moment = STARTED.timestamp() + seconds
    os.utime(file, (moment, moment))


def test_a_change_after_the_start_is_not_kept_and_can_be_undone(place: Path) -> None:
    good_configuration.keep(APP)
    assert good_configuration.changed("shop") == []
    write(place / "rxconfig.py", "bad", 60)
    good_configuration.keep(APP)
    assert good_configuration.changed("shop") == ["rxconfig.py"]
    assert good_configuration.restore("shop") == ["rxconfig.py"]
    assert (place / "rxconfig.py").read_text() == "good"
    assert good_configuration.restore("shop") == []


def test_a_change_that_the_app_was_started_with_is_kept(place: Path) -> None:
    good_configuration.keep(APP)
    write(place / "rxconfig.py", "better", -30)
    good_configuration.keep(APP)
    write(place / "rxconfig.py", "bad", 60)
    good_configuration.restore("shop")
    assert (place / "rxconfig.py").read_text() == "better"


def test_a_file_that_is_gone_comes_back(place: Path) -> None:
    good_configuration.keep(APP)
    (place / "app.json").unlink()
    assert good_configuration.restore("shop") == ["app.json"]


def test_without_a_kept_configuration_nothing_is_changed(place: Path) -> None:
    assert good_configuration.restore("shop") == []


def test_the_copy_is_no_code_of_the_app(place: Path) -> None:
    good_configuration.keep(APP)
    assert [path.name for path in code_files(place)] == ["app.json", "rxconfig.py"]
