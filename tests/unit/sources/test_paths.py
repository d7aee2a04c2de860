from pathlib import Path

import pytest

from proto_ddf.errors.types import ValidationError
from proto_ddf.settings import get_settings
from proto_ddf.sources.paths import MAX_FILES, confine, expand


@pytest.fixture
def uploaded(home: Path) -> Path:
    path = home / "uploads" / "abc" / "people.csv"
    path.parent.mkdir()
    path.write_text("name\nAnn\n")
    return path


def code_of(path: str, **options: object) -> str:
    with pytest.raises(ValidationError) as raised:
        confine(path, **options)  # type: ignore[arg-type]
    assert raised.value.field == options.get("field", "path")
    return raised.value.code


def test_an_upload_may_be_read(uploaded: Path) -> None:
    assert confine(uploaded) == uploaded.resolve()


def test_a_relative_path_is_looked_for_below_the_folders_allowed(
    home: Path, uploaded: Path
) -> None:
    sample = home / "samples" / "shop.db"
    sample.touch()
    assert confine("abc/people.csv") == uploaded.resolve()
    assert confine("shop.db") == sample.resolve()


def test_spaces_around_a_path_do_not_count(uploaded: Path) -> None:
    assert confine(f"  {uploaded} ") == uploaded.resolve()


def test_an_allowed_folder_may_be_read(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "data" / "a.csv"
    outside.parent.mkdir()
    outside.touch()
    assert code_of(str(outside)) == "path_not_allowed"
    monkeypatch.setenv("ALLOWED_FOLDERS", f'["{outside.parent}"]')
    get_settings.cache_clear()
    assert confine(outside) == outside.resolve()


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "../proto_ddf.db",
        "abc/../../proto_ddf.db",
        "~/.ssh/id_rsa",
        "~nobody-of-that-name/x",
        "people\0.csv",
        "/",
        ".",
    ],
)
def test_paths_outside_are_refused(uploaded: Path, path: str) -> None:
    assert code_of(path) == "path_not_allowed"


def test_the_home_folder_itself_is_outside(home: Path) -> None:
    (home / "proto_ddf.db").touch()
    assert code_of(str(home / "proto_ddf.db")) == "path_not_allowed"
    assert code_of(str(home / "uploads" / ".." / "proto_ddf.db")) == "path_not_allowed"


def test_a_folder_whose_name_begins_alike_is_outside(home: Path) -> None:
    other = home / "uploads-old" / "a.csv"
    other.parent.mkdir()
    other.touch()
    assert code_of(str(other)) == "path_not_allowed"


def test_a_symlink_that_leads_out_is_refused(home: Path, uploaded: Path) -> None:
    link = uploaded.parent / "link.csv"
    link.symlink_to("/etc/passwd")
    assert code_of(str(link)) == "path_not_allowed"


def test_a_symlink_that_stays_inside_is_followed(uploaded: Path) -> None:
    link = uploaded.parent / "link.csv"
    link.symlink_to(uploaded)
    assert confine(link) == uploaded.resolve()


def test_a_loop_of_symlinks_is_refused(uploaded: Path) -> None:
    first, second = uploaded.parent / "a", uploaded.parent / "b"
    first.symlink_to(second)
    second.symlink_to(first)
    assert code_of(str(first)) in {"path_not_allowed", "file_not_found"}


def test_what_is_missing_or_a_folder_is_not_found(uploaded: Path) -> None:
    assert code_of(str(uploaded.parent / "none.csv")) == "file_not_found"
    assert code_of(str(uploaded.parent)) == "file_not_found"
    assert code_of("x" * 5_000) == "file_not_found"
    assert confine(uploaded.parent / "none.csv", must_exist=False).name == "none.csv"


def test_nothing_is_no_path(home: Path) -> None:
    assert code_of("  ", field="paths") == "file_required"


@pytest.fixture
def exports(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An allowed folder with files in it, and a link out of it."""
    folder = tmp_path / "exports"
    for name in ("b.csv", "a.csv", "notes.md", ".hidden.csv", "deep/c.csv", "x[1].csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    outside = tmp_path / "outside.csv"
    outside.touch()
    (folder / "link.csv").symlink_to(outside)
    (folder / "folder.csv").mkdir()
    monkeypatch.setenv("ALLOWED_FOLDERS", f'["{folder}"]')
    get_settings.cache_clear()
    return folder


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.csv", ["a.csv", "b.csv", "x[1].csv"]),
        ("[ab].csv", ["a.csv", "b.csv"]),
        ("?.csv", ["a.csv", "b.csv"]),
        ("**/*.csv", ["a.csv", "b.csv", "deep/c.csv", "x[1].csv"]),
        ("x[1].csv", ["x[1].csv"]),
        ("gone.csv", ["gone.csv"]),
    ],
)
def test_a_pattern_stands_for_the_files_that_match(
    exports: Path, pattern: str, names: list[str]
) -> None:
    wanted = [(exports / name).resolve() for name in names]
    assert expand([str(exports / pattern)], field="paths") == wanted
    if pattern != "gone.csv":
        assert expand([f" {pattern} "], field="paths") == wanted


def test_a_file_that_is_named_twice_is_read_once(exports: Path) -> None:
    found = expand([str(exports / "b.csv"), "*.csv"], field="paths")
    assert [path.name for path in found] == ["b.csv", "a.csv", "x[1].csv"]


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("*.parquet", "no_file_matches"),
        ("link*", "no_file_matches"),
        ("../*", "path_not_allowed"),
        ("/etc/*", "path_not_allowed"),
        ("*/../../*", "path_not_allowed"),
    ],
)
def test_a_pattern_that_finds_nothing_or_leads_out_is_reported(
    exports: Path, pattern: str, code: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        expand([pattern], field="paths")
    assert (raised.value.field, raised.value.code) == ("paths", code)


def test_a_pattern_that_finds_too_much_is_reported(exports: Path) -> None:
    for number in range(MAX_FILES + 1):
        (exports / f"{number}.txt").touch()
    with pytest.raises(ValidationError) as raised:
        expand(["*.txt"], field="paths")
    assert raised.value.code == "too_many_files"
