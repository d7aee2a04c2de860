"""How fast an app comes up, comes up again, and how much memory it takes.

    python -m benchmarks.hosting [rounds]

The peer does the same by hand, see peer.py; both take turns, round by round.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import ten_tables
from benchmarks.peer import LEFT_OUT, megabytes, run_by_hand, until_200
from benchmarks.report import Comparison, publish

ROUNDS = 5
FIXED_APP = Path(__file__).with_name("ten_pages")
SLUG = "ten_pages"


@dataclass
class Figures:
    """Measured over the rounds, in seconds and MB."""

    first: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    peer_first: list[float] = field(default_factory=list)
    peer_memory: list[float] = field(default_factory=list)


def main(rounds: int = ROUNDS) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        os.environ["PROTO_DDF_HOME"] = str(Path(folder) / "home")
        with running_engine():
            generated = measure(rounds, Path(folder), generate, "generated")
            fixed = measure(rounds, Path(folder), host_fixed_app, "fixed")
    against_fixed = Comparison(
        "Click to first page, generated app against the fixed app by hand",
        generated.first,
        fixed.peer_first,
        "s",
        1.10,
    )
    rows = [*compare("generated app", generated), against_fixed, *compare("fixed app", fixed)]
    publish("Hosting", TEXT, rows)


TEXT = """By hand is `reflex run --env prod --single-port` on the same code with an empty `.web`. The generated app
has ten tables of 500 rows and is made by the operation that **Generate app** starts; the fixed app is the one in
`benchmarks/ten_pages`. Memory is the PSS of the whole process tree while a request comes every ten seconds."""


def compare(name: str, figures: Figures) -> list[Comparison]:
    return [
        Comparison(f"Click to first page, {name}", figures.first, figures.peer_first, "s", 1.10),
        Comparison(f"Restart to first page, {name}", figures.again, figures.peer_first, "s", 0.25),
        Comparison(
            f"Memory while running, {name}", figures.memory, figures.peer_memory, "MB", 0.75
        ),
    ]


@contextmanager
def running_engine() -> Iterator[None]:
    """What the server sets up: home, database, operations. The source of the generated app is there too."""
    from proto_ddf.logs import configure_logging
    from proto_ddf.operations import all_kinds
    from proto_ddf.operations.engine import engine
    from proto_ddf.settings import get_settings

    get_settings().prepare_home()
    configure_logging()
    all_kinds.register_all()
    engine.launch()
    database = get_settings().uploads_folder / "ten_tables.db"
    ten_tables.make(database)
    try:
        yield
    finally:
        engine.shutdown()


def measure(rounds: int, folder: Path, make: Callable[[], tuple[str, float]], name: str) -> Figures:
    """`make` brings up an app and returns its slug and the seconds to its first page."""
    from proto_ddf.hosting import apps
    from proto_ddf.hosting.launch import folder as app_folder

    figures = Figures()
    for number in range(rounds + 1):
        slug, first = make()
        record = apps.get_app(slug)
        assert record is not None
        assert record.frontend_port is not None
        again = restart(slug, record.frontend_port)
        restarted = apps.get_app(slug)
        assert restarted is not None
        assert restarted.pid is not None
        warm = number > 0  # the first round fills caches that every later one finds full, for both
        memory = megabytes(restarted.pid, record.frontend_port) if warm else 0.0
        code = folder / "code"
        shutil.copytree(app_folder(slug), code, ignore=LEFT_OUT)
        variables = app_variables(slug)
        apps.remove_app(slug)
        by_hand = run_by_hand(code, folder / slug, record.frontend_port, variables, memory=warm)
        shutil.rmtree(code)
        print(
            f"{name} {number}: {first:.2f} s, {again:.2f} s, {memory:.0f} MB; by hand {by_hand}",
            flush=True,
        )
        if warm:
            figures.first.append(first)
            figures.again.append(again)
            figures.memory.append(memory)
            figures.peer_first.append(by_hand.seconds)
            figures.peer_memory.append(by_hand.megabytes)
    return figures


def restart(slug: str, port: int) -> float:
    """Seconds from asking for a restart to the first page."""
    from proto_ddf.hosting import apps

    begin = time.monotonic()
    apps.restart_app(slug)
    return until_200(lambda: port, begin)


def app_variables(slug: str) -> dict[str, str]:
    from proto_ddf.hosting import records
    from proto_ddf.hosting.launch import data_environment

    record = records.read(slug)
    return data_environment(record) | {"PORT": str(record.frontend_port)}


def generate() -> tuple[str, float]:
    """Generate the app of ten tables by the operation that the button starts."""
    from proto_ddf.generator.planning.plan import plan_app
    from proto_ddf.hosting import apps
    from proto_ddf.operations import service
    from proto_ddf.operations.kinds.apps import GenerateAppInput
    from proto_ddf.settings import get_settings
    from proto_ddf.sources.connected import store

    saved = store.find_source("Ten tables")
    if saved is None:
        config = {"path": str(get_settings().uploads_folder / "ten_tables.db")}
        schema = store.make_source("sqlite", config).read_schema()
        saved = store.save_source("Ten tables", "sqlite", config, schema)
    source = store.open_source(saved)
    spec = plan_app(
        saved.schema, name="Ten tables", allow_editing=True, imported=False, source=source
    )
    begin = time.monotonic()
    operation = service.start("generate_app", GenerateAppInput(source_id=saved.id, spec=spec))

    known: int | None = None

    def port() -> int | None:
        """Asked for until known only: a query every 10 ms would slow down the build."""
        nonlocal known
        if known is None and (app := apps.get_app(spec.slug)):
            known = app.frontend_port
        return known

    seconds = until_200(port, begin)
    while (view := service.view(operation)) is not None and view.finished_at is None:
        time.sleep(0.05)
    assert view is not None
    assert view.state == "succeeded", view.error
    return spec.slug, seconds


def host_fixed_app() -> tuple[str, float]:
    """Bring up the fixed app by the same functions that the operation's steps call."""
    from proto_ddf.generator.spec import AppSpec
    from proto_ddf.hosting import apps
    from proto_ddf.hosting.builds import frontend
    from proto_ddf.hosting.launch import folder
    from proto_ddf.hosting.ports import PORT_REGISTRY
    from proto_ddf.progress import NoProgress

    begin = time.monotonic()
    apps.create_app(AppSpec(name="Ten pages", slug=SLUG, tables=[], imported=True), None)
    pair = PORT_REGISTRY.reserve_pair(SLUG)
    apps.set_ports(SLUG, pair)
    shutil.copytree(FIXED_APP, folder(SLUG), ignore=LEFT_OUT)
    frontend.install(folder(SLUG), NoProgress())
    frontend.build(folder(SLUG), NoProgress())
    apps.start_app(SLUG)
    return SLUG, until_200(lambda: pair.frontend, begin)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
