"""What the place of a file is called: for people, and one name per place."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.settings import get_settings
from proto_ddf.sources.connected import store
from proto_ddf.sources.files.uploads import upload_path
from proto_ddf.sources.path_labels import files_label

PATHS = st.lists(
    st.from_regex(r"\A(/[a-c ,()]{1,3}){1,3}\Z").map(Path), min_size=1, max_size=3, unique=True
)


def test_an_upload_is_distinguished_from_another_of_the_same_name(home: Path) -> None:
    one, two = upload_path("shop.db"), upload_path("shop.db")
    assert files_label([one]) == f"shop.db (upload {one.parent.name})"
    assert files_label([one]) != files_label([two])


def test_a_sample_is_called_one(home: Path) -> None:
    assert files_label([get_settings().samples_folder / "shop.db"]) == "shop.db (samples)"


def test_any_other_file_is_called_by_its_path(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert files_label([Path("/srv/data/shop.db")]) == "/srv/data/shop.db"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files_label([tmp_path / "data" / "shop.db"]) == "~/data/shop.db"


def test_several_files_are_one_place_whatever_their_order(home: Path) -> None:
    a, b, c = (Path(f"/srv/{name}.csv") for name in "abc")
    assert files_label([a, b, c]).startswith("a.csv and 2 more (")
    assert files_label([c, a, b]) == files_label([a, b, c])
    assert files_label([a, b]) != files_label([a, c])


@given(PATHS, PATHS)
def test_different_files_are_different_places(one: list[Path], other: list[Path]) -> None:
    if set(one) != set(other):
        assert files_label(one) != files_label(other)


def test_one_place_has_one_name_however_its_path_is_written(home: Path) -> None:
    path = upload_path("shop.db")
    path.touch()
    (path.parent / "link.db").symlink_to(path)
    written = [str(path), f" {path}", f"{path.parent}/../{path.parent.name}/shop.db"]
    written += [f"{path.parent.name}/shop.db", str(path.parent / "link.db")]
    names = {store.make_source("sqlite", {"path": each}).target for each in written}
    assert names == {f"shop.db (upload {path.parent.name})"}
