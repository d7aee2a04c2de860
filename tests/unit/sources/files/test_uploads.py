from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proto_ddf.sources.files.uploads import remove_uploads, safe_name, upload_path


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [
        ("people.csv", "people.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\Großkunden 2024.csv", "Großkunden 2024.csv"),
        (".hidden", "hidden"),
        ("..", "upload"),
        ("", "upload"),
        ("a\0b\n.csv", "a_b_.csv"),
    ],
)
def test_unsafe_names_are_changed(given_name: str, expected: str) -> None:
    assert safe_name(given_name) == expected


@settings(deadline=None)
@given(st.text())
def test_any_name_gives_one_a_file_system_takes(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe.encode("utf-8", "surrogatepass")) < 255
    assert safe not in {".", ".."}
    assert not set(safe) & {"/", "\\", "\0"}


def test_the_same_name_twice_gives_two_places(home: Path) -> None:
    first, second = upload_path("people.csv"), upload_path("people.csv")
    first.write_text("a")
    assert first != second
    assert first.name == second.name == "people.csv"
    assert not second.exists()
    assert first.parent.parent == home / "uploads"


def test_uploads_are_removed_and_other_files_are_not(home: Path) -> None:
    uploaded = upload_path("people.csv")
    uploaded.write_text("a")
    sample = home / "samples" / "shop.db"
    sample.touch()
    assert remove_uploads([uploaded, sample, home / "uploads" / "x.csv"]) == 1
    assert not uploaded.parent.exists()
    assert sample.exists()
    assert remove_uploads([uploaded]) == 0
