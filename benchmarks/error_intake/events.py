"""The errors that each side gets: provoked failures, each with what a build logged, 50,000 characters in all.

Both sides get the same texts. A few lines of each log hold secrets, in the forms in which tools print them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random
from typing import Any

from benchmarks.error_intake.worker import PLANTED
from tests.provoked.cases import Case, cases

LENGTH = 50_000
CAUSES = 100
CHUNKS = 50
"""The log is kept as parts of at most 1,000 characters: a longer text or list is shortened when it is described."""
_SECRET_EVERY = 40

_SERVER = (
    "{time} INFO  [{worker}] GET /api/v{n}/orders/{number} 200 in {n}{n} ms",
    "{time} DEBUG [{worker}] SELECT orders.id, orders.total FROM orders WHERE orders.id = {number}",
    "{time} WARN  [{worker}] slow query ({number} ms): UPDATE stock SET amount = {n} WHERE sku = 'A-{number}'",
    "{time} INFO  [{worker}] connection {number} of the pool of db-{n}.example.org:5432",
    "{time} INFO  [{worker}] job {number} took {n}.{n} s; the key column is 'primary_key'; authors: {n}",
    '  File "/home/app/.venv/lib/python3.11/site-packages/shop/orders.py", line {number}, in total',
)
_PIP = (
    "Collecting package-{number}=={n}.{n} (from -r requirements.txt (line {n}))",
    "  Downloading https://files.example.org/packages/package_{n}-{n}.{number}-py3-none-any.whl ({number} kB)",
    "Requirement already satisfied: typing-extensions>={n}.{n} in /home/app/.venv/lib/python3.11/site-packages",
)
_VITE = (
    "transforming ({number}) node_modules/@radix-ui/react-select/dist/index.mjs",
    ".web/build/client/assets/chunk-{number}.js    {n}.{n}4 kB │ gzip: {n}.1{n} kB",
    "warning: peer dependency react@{n}.{n} of lucide-react@0.{number} is not met",
)
_TOOLS = (_SERVER, _SERVER, _PIP, _VITE)
_SECRETS = (
    "{time} DEBUG [{worker}] connecting to postgresql://shop:{secret}@db-{n}.example.org:5432/shop",
    "> Authorization: Bearer {secret}",
    '{{"event": "login", "user": "u{number}", "access_token": "{secret}", "attempt": {n}}}',
    "export PGPASSWORD={secret}",
    "{time} DEBUG [{worker}] request(headers={{'x-api-key': '{secret}'}}, timeout={n})",
    "    client_secret = '{secret}'",
)


@dataclass(frozen=True)
class Event:
    id: str
    """32 hexadecimal digits."""
    code: str
    message: str
    reason: str
    log: list[str]
    """What the failed program wrote."""
    output: list[str]
    """What came before, with planted secrets."""


def events(count: int, seed: int) -> list[dict[str, Any]]:
    """Errors of so many causes that each comes a few times, as dicts that JSON can hold. The seed decides the rest."""
    causes = cases()[:: len(cases()) // CAUSES]
    random = Random(seed)
    return [asdict(_event(causes[n % len(causes)], random)) for n in range(count)]


def _event(case: Case, random: Random) -> Event:
    lines = case.text[: LENGTH // 2].splitlines()
    told = [line for line in lines if line.strip() and not line.startswith("exit code ")]
    return Event(
        id=f"{random.getrandbits(128):032x}",
        code="build_failed",
        message="The build of the app failed.",
        reason=told[-1] if told else "",
        log=lines,
        output=_output(LENGTH - sum(len(line) + 1 for line in lines), random),
    )


def _output(length: int, random: Random) -> list[str]:
    size = length // CHUNKS
    return [_chunk(size, random.choice(_TOOLS), random) for _ in range(CHUNKS)]


def _chunk(size: int, tool: Sequence[str], random: Random) -> str:
    """Whole lines, because a part of a secret is not found."""
    chunk = ""
    while len(chunk) + len(line := _line(tool, random)) < size:
        chunk += line + "\n"
    return chunk.ljust(size, ".")


def _line(tool: Sequence[str], random: Random) -> str:
    form = random.choice(_SECRETS if random.randrange(_SECRET_EVERY) == 0 else tool)
    return form.format(
        time=f"2026-11-{random.randint(1, 29):02} {random.randrange(24):02}:{random.randrange(60):02}:07,{random.randrange(1000):03}",
        worker=f"worker-{random.randrange(8)}",
        n=random.randint(1, 9),
        number=random.randint(10, 99_999),
        secret=f"{PLANTED}{random.getrandbits(80):020x}",
    )
