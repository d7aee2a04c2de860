"""How fast a CSV file of a million rows is uploaded, typed, shown, and imported into an app.

    python -m benchmarks.files [rounds]

The peers are DuckDB's own `CREATE TABLE AS` into a file, a page of that table, and sqlite3's `executemany` followed
by the app's start by hand (see peer.py). All take turns, round by round.
"""

import http.client
import json
import os
import random
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import duckdb

from benchmarks.peer import LEFT_OUT, run_by_hand, until_200
from benchmarks.report import Comparison, publish
from proto_ddf.sources.protocol import PageRequest

P = ParamSpec("P")
R = TypeVar("R")

ROUNDS = 5
APP_ROUNDS = 3
ROWS = 1_000_000
PAGES = 50
PAGE = 50
SERVER = """
import sys
from proto_ddf.serving.runner import serve
from proto_ddf.serving.settings import ServingSettings
from proto_ddf.web.api import create_api
serve(create_api(), "127.0.0.1", int(sys.argv[1]), ServingSettings())
"""
NAMES = [
    "Ann Miller",
    "Bob Smith",
    "Chloé Dupont",
    "Dieter Müller",
    "Eve, Jr.",
    'Frank "Red" O\'Neil',
]
TEXT = f"""The file has {ROWS:,} rows of eight columns: numbers, texts with umlauts, commas and quotes, a date, a moment,
a price, yes and no. It goes over HTTP into `/api/uploads`, and the operation that **Connect** starts types it and
suggests keys. The peer is `CREATE TABLE t AS SELECT * FROM read_csv(...)` into a DuckDB file, and a page of that
table. The app's peer is sqlite3's `executemany` of ready-made tuples into the same table, without indexes, and then
`reflex run` by hand; ours is the operation that **Generate app** starts, until the first page."""


def main(rounds: int = ROUNDS) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        os.environ["PROTO_DDF_HOME"] = str(folder / "home")
        file = folder / "orders.csv"
        size = make_file(file)
        from benchmarks.hosting import running_engine

        with running_engine(), upload_server() as port:
            rows = [*reading(file, folder, port, rounds), app(file, folder, port)]
    publish("Files", f"{TEXT} {size / 1e6:.0f} MB.", rows, peer="DuckDB or by hand")


def make_file(path: Path) -> int:
    """Write the file; returns its size in bytes."""
    chance = random.Random(4)
    first = date(2020, 1, 1)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,customer,city,ordered_on,shipped_at,quantity,price,paid\n")
        quoted = [f'"{name.replace(chr(34), chr(34) * 2)}"' if set(name) & set(',"') else name for name in NAMES]  # fmt: skip
        for n in range(ROWS):
            day = first + timedelta(n % 1_500)
            moment = f"2024-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:{n % 59:02}"
            price = f"{n * 37 % 100_000 / 100:.2f}"
            yes = chance.choice(("yes", "no"))
            who = chance.choice(quoted)
            file.write(f"{n + 1},{who},C{n % 500},{day},{moment},{n % 97},{price},{yes}\n")
    return path.stat().st_size


@contextmanager
def upload_server() -> Iterator[int]:
    """Proto-DDF's HTTP routes in a process of their own. Yields the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(port)])
    try:
        wait_for_port(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def wait_for_port(port: int) -> None:
    for _ in range(1_000):
        with closing(socket.socket()) as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError("the server did not start")


def upload(file: Path, port: int) -> str:
    """Send the file as the browser does; returns where the server put it."""
    with (
        closing(http.client.HTTPConnection("127.0.0.1", port)) as connection,
        file.open("rb") as body,
    ):
        connection.blocksize = 1 << 16
        headers = {"Content-Length": str(file.stat().st_size)}
        connection.request("POST", "/api/uploads?name=orders.csv", body, headers)
        answer = json.load(connection.getresponse())
    path: str = answer["path"]
    return path


def reading(file: Path, folder: Path, port: int, rounds: int) -> list[Comparison]:
    """Upload and connect against CREATE TABLE AS; the first page against a page of that table."""
    ours, peers, uploads, pages, peer_pages = [], [], [], [], []
    for number in range(rounds + 1):
        database = folder / "peer.duckdb"
        database.unlink(missing_ok=True)
        created, _ = timed(create_table, file, database)
        sent, path = timed(upload, file, port)
        connected, _ = timed(connect, f"Orders {number}", path)
        print(f"{number}: {sent:.2f} s + {connected:.2f} s, peer {created:.2f} s", flush=True)
        page, peer_page = first_pages(f"Orders {number}", database)
        if number:  # the first round fills caches that every later one finds full, for both
            ours.append(sent + connected)
            uploads.append(sent)
            peers.append(created)
            pages += page
            peer_pages += peer_page
    return [
        Comparison("Upload and import, against CREATE TABLE AS", ours, peers, "s", 2.0),
        Comparison("The upload alone, against the same", uploads, peers, "s", None),
        Comparison("First page, against a page of that table", pages, peer_pages, "ms", 1.3, 1.0),
    ]


def timed(act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> tuple[float, R]:
    """Seconds, and what `act` returns."""
    begin = time.perf_counter()
    found = act(*args, **kwargs)
    return time.perf_counter() - begin, found


def create_table(file: Path, database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{file}')")


def connect(name: str, path: str) -> None:
    """Connect the source by the operation that the button starts."""
    from proto_ddf.operations import service
    from proto_ddf.operations.kinds.source_inputs import ConnectSourceInput

    given = ConnectSourceInput(name=name, kind="csv", config={"paths": [path]})
    finish(service.start("connect_source", given))


def finish(operation: str) -> None:
    """Wait until an operation has succeeded. To look at it all the time would take a part of what is measured."""
    from proto_ddf.operations import service
    from proto_ddf.operations.engine import engine

    while (view := service.view(operation)) is not None and view.finished_at is None:
        run = engine.current().runs.find(operation)
        if run is None or not run.ended.wait(60):
            time.sleep(0.01)
    assert view is not None
    assert view.state == "succeeded", view.error


def first_pages(name: str, database: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of the first page through the source, and of the bare query on an open connection."""
    from proto_ddf.sources.connected import store

    known = store.find_source(name)
    assert known is not None
    source, table = store.open_source(known), known.schema.tables[0].name
    ours, peers = [], []
    with duckdb.connect(str(database), read_only=True) as connection:
        for _ in range(PAGES):
            ours.append(1_000 * timed(source.preview, PageRequest(table, limit=PAGE))[0])
            peers.append(1_000 * timed(bare_page, connection)[0])
    return ours, peers


def bare_page(connection: duckdb.DuckDBPyConnection) -> list[Any]:
    return connection.execute(f"SELECT * FROM t LIMIT {PAGE}").fetchall()


def app(file: Path, folder: Path, port: int) -> Comparison:
    """From the source to the app's first page, against executemany and the start by hand."""
    from proto_ddf.generator.planning.plan import plan_app
    from proto_ddf.hosting import apps
    from proto_ddf.hosting.launch import folder as app_folder
    from proto_ddf.operations import service
    from proto_ddf.operations.kinds.apps import GenerateAppInput
    from proto_ddf.sources.connected import store

    connect("Orders", upload(file, port))
    known = store.find_source("Orders")
    assert known is not None
    source = store.open_source(known)
    spec = plan_app(known.schema, name="Orders", allow_editing=True, imported=True, source=source)
    ours, peers = [], []
    for number in range(APP_ROUNDS + 1):
        begin = time.monotonic()
        operation = service.start("generate_app", GenerateAppInput(source_id=known.id, spec=spec))
        live = until_200(lambda: frontend_port(spec.slug), begin)
        finish(operation)
        record = apps.get_app(spec.slug)
        assert record is not None
        assert record.frontend_port is not None
        from benchmarks.hosting import app_variables

        code, variables = folder / "code", app_variables(spec.slug)
        shutil.copytree(app_folder(spec.slug), code, ignore=LEFT_OUT)
        data, filled = folder / "peer.db", apps.app_database(spec.slug)
        assert filled is not None
        shutil.copy(filled, data)
        apps.remove_app(spec.slug)
        inserted = insert_by_hand(known, spec, folder / "inserted.db")
        variables["DATABASE_URL"] = f"sqlite:///{data}"
        by_hand = run_by_hand(code, folder / "work", record.frontend_port, variables, memory=False)
        shutil.rmtree(code)
        print(
            f"app {number}: {live:.2f} s, peer {inserted:.2f} s + {by_hand.seconds:.2f} s",
            flush=True,
        )
        if number:
            ours.append(live)
            peers.append(inserted + by_hand.seconds)
    return Comparison(
        "The file to a live app, against executemany and by hand", ours, peers, "s", 1.5
    )


def frontend_port(slug: str) -> int | None:
    from proto_ddf.hosting import apps

    known = apps.get_app(slug)
    return known.frontend_port if known else None


def insert_by_hand(known: Any, spec: Any, path: Path) -> float:
    """Seconds that sqlite3 takes to insert ready-made tuples into the app's table."""
    from proto_ddf.generator.data.import_schema import create_table as create
    from proto_ddf.generator.data.import_schema import insert_rows
    from proto_ddf.sources.connected import store
    from proto_ddf.sources.files.source import FilesSource

    source, (table,) = store.open_source(known).inner, known.schema.tables
    assert isinstance(source, FilesSource)
    rows = [row for batch in source.plain_rows(table.name, 10_000) for row in batch]
    path.unlink(missing_ok=True)
    begin = time.perf_counter()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute(create(spec.tables[0]))
        connection.execute("BEGIN")
        connection.executemany(insert_rows(table, 1), rows)
        connection.execute("COMMIT")
    return time.perf_counter() - begin


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
