"""The differences that are shown before they are applied."""

from pathlib import Path

import pytest

from proto_ddf import redaction
from proto_ddf.operations.escalation.codegen import diff
from proto_ddf.operations.escalation.codegen.diff import FileDiff, compare, digest_of


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        (folder / "shop").mkdir(parents=True)
        (folder / "shop" / "page.py").write_text("one = 1\ntwo = 2\n")
    return old, new


def changed(folders: tuple[Path, Path], content: bytes | str) -> FileDiff:
    old, new = folders
    raw = content.encode() if isinstance(content, str) else content
    (new / "shop" / "page.py").write_bytes(raw)
    (found,) = compare(old, new)
    assert (found.path, found.change) == ("shop/page.py", "changed")
    return found


def texts(found: FileDiff) -> list[str]:
    return [line.sign + line.text for line in found.lines]


def test_lines_that_change_are_shown_with_their_neighbours(folders: tuple[Path, Path]) -> None:
    assert texts(changed(folders, "one = 1\ntwo = 3\n")) == [
        "@@ -1,2 +1,2 @@",
        " one = 1",
        "-two = 2",
        "+two = 3",
    ]


def test_equal_code_and_what_is_no_code_make_no_difference(folders: tuple[Path, Path]) -> None:
    old, new = folders
    for name in (".env", ".github/ci.yml", "data/app.db", ".web/app.js", "reflex.lock/bun.lock"):
        (new / name).parent.mkdir(exist_ok=True)
        (new / name).write_text("other")
    assert compare(old, new) == []
    assert digest_of(old) == digest_of(new)


def test_signs_that_hide_code_are_shown(folders: tuple[Path, Path]) -> None:
    shown = texts(
        changed(folders, "one = 1\ntwo = 2 # \u202e\u2066 if admin\u2069 \x1b[8m\u200b\n")
    )
    assert shown[-1] == "+two = 2 # \\u202e\\u2066 if admin\\u2069 \\u001b[8m\\u200b"


def test_nothing_is_cut_without_a_word(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = changed(folders, f"one = 1\n{'x' * 1000}\n")
    assert texts(long)[-1].endswith("x … and 700 more characters")
    monkeypatch.setattr(diff, "MOST_LINES", 2)
    assert changed(folders, "three\n" * 50).note.endswith(
        "more lines are not shown: see the repository."
    )
    assert changed(folders, b"\xff\x00").note == "It is not a text file."
    assert changed(folders, "one = 1\r\ntwo = 2\r\n").note == "Only the ends of lines differ."
    monkeypatch.setattr(diff, "LARGEST_FILE", 10)
    assert changed(folders, "x" * 11).note == "The file is too large to show."


def test_a_stored_secret_is_not_shown(folders: tuple[Path, Path]) -> None:
    redaction.hide("st0red-secret-of-nobody")
    shown = texts(changed(folders, 'one = 1\ntwo = "st0red-secret-of-nobody"\n'))
    assert shown[-1] == "+(this line holds a stored secret)"


def test_code_that_merely_looks_like_a_secret_is_shown_as_it_is(
    folders: tuple[Path, Path],
) -> None:
    shown = texts(changed(folders, "one = 1\npassword = evil()\n"))
    assert shown[-1] == "+password = evil()"


def test_added_and_removed_files(folders: tuple[Path, Path]) -> None:
    old, new = folders
    (old / "gone.py").write_text("a\n")
    (new / "new.py").write_text("b\n")
    (new / "empty.py").write_text("")
    found = {each.path: (each.change, texts(each)) for each in compare(old, new)}
    assert found == {
        "gone.py": ("removed", ["@@ -1 +0,0 @@", "-a"]),
        "new.py": ("added", ["@@ -0,0 +1 @@", "+b"]),
        "empty.py": ("added", []),
    }
