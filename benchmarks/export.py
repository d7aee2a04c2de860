"""How fast a generated app exports a million rows, and how much memory that takes.

    python -m benchmarks.export [rounds]

The peer is `csv.writer(file).writerows(cursor)` on sqlite3's own cursor. Both read the same file and take turns, round by
round; ours comes over HTTP from the app's server, which is a process of its own.
"""

import csv
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from benchmarks import million_rows
from benchmarks.report import Comparison, publish
from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.planning.plan import plan_app
from proto_ddf.sources.sqlite.source import SqliteSource
from tests.answering import answers
from tests.integration.forked_servers import SERVERS
from tests.integration.generated import api_only
from tests.ports import free_port
from tests.servers.waiting import wait_until

ROUNDS = 5
OTHER_ROUNDS = 2
PART = '{"conditions":[{"field":"id","operator":"range","until":"%d"}]}'
"""The first rows alone."""
SELECT = f"SELECT {', '.join(million_rows.COLUMNS)} FROM orders ORDER BY id"
TEXT = f"""The table has {million_rows.ROWS:,} orders of eight columns in an SQLite file. Ours is `GET /api/export/orders/csv` of
the app's server, read by a client that writes it to a file. The memory is the most that the server's process had while it
exported, and its peer the same for a hundredth of the rows: the export takes constant memory if they are equal."""


def main(rounds: int = ROUNDS) -> None:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        place = folder / "orders.db"
        million_rows.make_file(place)
        with served(place, folder / "app") as (client, process):
            rows = [*measure_csv(client, process, place, folder, rounds)]
            rows += measure_others(client, process, place, folder)
    publish("Export", TEXT, rows, peer="sqlite3 and csv by hand")


@contextmanager
def served(place: Path, folder: Path) -> Iterator[tuple[httpx.Client, int]]:
    """The app on the file, served without pages. Yields a client and the process."""
    source = SqliteSource(place)
    spec = plan_app(
        source.read_schema(), name="Orders", allow_editing=True, imported=False, source=source
    )
    render_app(spec, folder)
    port = free_port()
    variables = os.environ | {"DATABASE_URL": f"sqlite:///{place}"}
    given = (folder, spec.slug, port, variables)
    process = SERVERS.Process(target=api_only.serve_api, args=given)
    process.start()
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(f"{url}/api/health"))
        with httpx.Client(base_url=url, timeout=600) as client:
            assert process.pid is not None
            yield client, process.pid
    finally:
        process.terminate()
        process.join()


def measure_csv(
    client: httpx.Client, process: int, place: Path, folder: Path, rounds: int
) -> Iterator[Comparison]:
    ours, peers, memory, memory_of_part = [], [], [], []
    for number in range(rounds + 1):
        peer = by_hand(place, folder / "peer.csv")
        _, of_part = download(client, process, "csv", folder, PART % (million_rows.ROWS // 100))
        seconds, of_all = download(client, process, "csv", folder)
        print(f"{number}: {seconds:.2f} s, {of_all:.0f} MB; peer {peer:.2f} s", flush=True)
        if number:  # the first round fills caches that every later one finds full, for both
            ours.append(seconds)
            peers.append(peer)
            memory.append(of_all)
            memory_of_part.append(of_part)
    yield Comparison("CSV of a million rows", ours, peers, "s", 1.5)
    yield Comparison(
        "Memory of that, against a hundredth of the rows", memory, memory_of_part, "MB", 1.05, 5
    )


def measure_others(
    client: httpx.Client, process: int, place: Path, folder: Path
) -> Iterator[Comparison]:
    """The other formats, against CSV by hand."""
    for made in ("guarded-csv", "json", "excel"):
        ours, peers = [], []
        for _ in range(OTHER_ROUNDS):
            peers.append(by_hand(place, folder / "peer.csv"))
            ours.append(download(client, process, made, folder)[0])
        yield Comparison(f"{made} of a million rows, against CSV by hand", ours, peers, "s", None)


def by_hand(place: Path, target: Path) -> float:
    """Seconds of sqlite3 and csv alone."""
    begin = time.perf_counter()
    with (
        closing(sqlite3.connect(place)) as connection,
        target.open("w", encoding="utf-8", newline="") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(million_rows.COLUMNS)
        writer.writerows(connection.execute(SELECT))
    return time.perf_counter() - begin


def download(
    client: httpx.Client, process: int, made: str, folder: Path, query: str = ""
) -> tuple[float, float]:
    """Seconds, and the most memory in MB that the server's process had meanwhile."""
    Path(f"/proc/{process}/clear_refs").write_text("5")  # begin to measure again (man 5 proc)
    begin = time.perf_counter()
    with (
        client.stream("GET", f"/api/export/orders/{made}", params={"query": query}) as answer,
        (folder / made).open("wb") as file,
    ):
        assert answer.status_code == 200
        for piece in answer.iter_raw():
            file.write(piece)
    return time.perf_counter() - begin, most_memory(process)


def most_memory(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS)
