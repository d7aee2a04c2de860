"""A tab's state survives a full disk."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import reflex as rx
from reflex.istate.manager.token import BaseStateToken
from reflex.state import State

from proto_ddf.web import tab_states
from proto_ddf.web.tab_states import TabStates, write_atomically
from tests.disks import fill_up, small_disk

TAB = BaseStateToken(ident="tab", cls=State)


class Kept(rx.State):
    text: str = ""


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small disk with the folder of the tabs' files."""
    with small_disk(tmp_path / "disk", "1m") as folder:
        monkeypatch.setenv("REFLEX_STATES_WORKDIR", str(folder / "home" / "tabs"))
        monkeypatch.setenv("REFLEX_STATE_MANAGER_DISK_DEBOUNCE", "0")
        monkeypatch.setattr(tab_states, "AGAIN_SECONDS", 0.01)
        yield folder


async def hold(states: TabStates, text: str) -> None:
    async with states.modify_state(TAB) as state:
        (await state.get_state(Kept)).text = text


async def held(states: TabStates) -> str:
    async with states.modify_state(TAB) as state:
        return (await state.get_state(Kept)).text


async def read_after_a_restart() -> str:
    states = TabStates()
    text = await held(states)
    await states.close()
    return text


async def until_kept(text: str) -> None:
    """Waits until the text is stored."""
    async with asyncio.timeout(60):
        while await read_after_a_restart() != text:  # noqa: ASYNC110  no event tells
            await asyncio.sleep(0.01)


def take_away(home: Path) -> Path:
    return home.rename(home.with_name("elsewhere"))


def test_a_full_disk_leaves_the_file_unchanged_and_the_state_is_stored_later(disk: Path) -> None:
    async def test() -> None:
        states = TabStates()
        await hold(states, "before")
        filler = fill_up(disk)
        await hold(states, "long " * 10_000)
        assert await held(states) == "long " * 10_000
        assert await read_after_a_restart() == "before"
        filler.unlink()
        await until_kept("long " * 10_000)
        await states.close()

    asyncio.run(test())
    assert not list(disk.rglob("*.part"))


def test_a_new_tab_is_held_while_the_disk_is_full(disk: Path) -> None:
    async def test() -> None:
        states = TabStates()
        filler = fill_up(disk)
        await hold(states, "new")
        assert await held(states) == "new"
        filler.unlink()
        await until_kept("new")
        await states.close()

    asyncio.run(test())


def test_a_home_folder_that_was_moved_is_not_created_again(disk: Path) -> None:
    async def test() -> None:
        states = TabStates()
        await hold(states, "before")
        away = take_away(disk / "home")
        await hold(states, "meanwhile")
        assert await held(states) == "meanwhile"
        assert not (disk / "home").exists()
        away.rename(disk / "home")
        await until_kept("meanwhile")
        await states.close()

    asyncio.run(test())


def test_what_a_killed_server_left_half_written_goes(disk: Path) -> None:
    left = disk / "home" / "tabs" / "x.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")

    async def test() -> None:
        TabStates()

    asyncio.run(test())
    assert not left.exists()


def test_a_file_is_put_in_place_all_at_once(disk: Path) -> None:
    path = disk / "tabs" / "a.pkl"
    write_atomically(path, b"whole")
    fill_up(disk)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"x" * 10_000)
    assert path.read_bytes() == b"whole"
    assert [each.name for each in path.parent.iterdir()] == ["a.pkl"]
