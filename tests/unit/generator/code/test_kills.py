"""A kill at any time while an app is written, and apps that are written at the same time."""

import gc
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from proto_ddf.generator.code import atomic_replace, render
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.names import TEMPLATES
from proto_ddf.generator.spec import AppSpec
from tests.rendered_files import code_in, code_of


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs but what the next run does."""


def _kill_points(monkeypatch: pytest.MonkeyPatch, nth: int) -> None:
    """From the nth step on the disk of the swap, nothing happens any more."""
    done = 0

    def guard(function):  # type: ignore[no-untyped-def]
        def step(*args, **kwargs):  # type: ignore[no-untyped-def]
            nonlocal done
            done += 1
            if done >= nth:
                raise Killed
            return function(*args, **kwargs)

        return step

    def dead(*_: object, **__: object) -> None:
        if done < nth:
            real_rmtree(*_, **__)  # type: ignore[arg-type]

    real_rmtree = atomic_replace.shutil.rmtree
    monkeypatch.setattr(atomic_replace.os, "rename", guard(os.rename))
    monkeypatch.setattr(atomic_replace, "_exchange", guard(atomic_replace._exchange))
    monkeypatch.setattr(atomic_replace.shutil, "rmtree", dead)


@pytest.mark.parametrize("exchange", [True, False], ids=["exchange", "two renames"])
@pytest.mark.parametrize("nth", range(1, 9))
def test_a_kill_leaves_the_old_or_the_new_app_and_loses_no_data(
    plan: AppSpec,
    templates: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    nth: int,
    exchange: bool,
) -> None:
    render_app(plan, folder, templates=templates)
    for name in ("data", "logs"):
        (folder / name).mkdir()
        (folder / name / "kept").write_text(name)
    old = code_in(folder)
    renamed = plan.model_copy(update={"name": "New name"})
    with monkeypatch.context() as patched:
        if not exchange:
            patched.setattr(atomic_replace, "_exchange", lambda *_: False)
        _kill_points(patched, nth)
        killed = False
        try:
            render_app(renamed, folder, templates=templates)
        except Killed:
            killed = True
    new = code_of(renamed, templates)
    if folder.exists():
        assert code_in(folder) in (old, new)
    else:
        assert killed
        assert not exchange
    render_app(renamed, folder, templates=templates)
    assert code_in(folder) == new
    assert (folder / "data/kept").read_text() == "data"
    assert (folder / "logs/kept").read_text() == "logs"
    assert os.listdir(folder.parent) == [folder.name]


def test_the_templates_leave_the_apps_own_folders_alone() -> None:
    assert not {path.name for path in TEMPLATES.iterdir()} & set(atomic_replace.PRESERVED)


def test_apps_can_be_written_at_once(
    plan: AppSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before Python 3.11.8, syntax trees made in two threads at once end with a SystemError if the garbage collector
    lets the other thread run meanwhile. To the kind belongs every use of `ast.parse`, which ruff therefore refuses."""
    for number in range(4):
        render_app(plan, tmp_path / f"app_{number}")
    switches, thresholds = sys.getswitchinterval(), gc.get_threshold()
    gc.callbacks.append(_let_others_run)
    try:
        sys.setswitchinterval(1e-6)
        gc.set_threshold(50)
        with ThreadPoolExecutor(4) as threads:
            folders = [tmp_path / f"app_{number}" for number in range(4)] * 2
            list(threads.map(render._check_syntax, folders))
    finally:
        gc.callbacks.remove(_let_others_run)
        gc.set_threshold(*thresholds)
        sys.setswitchinterval(switches)


def _let_others_run(_phase: str, _info: dict[str, int]) -> None:
    for _ in range(20):
        pass
