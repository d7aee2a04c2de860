"""SQL functions with which the schemas' files fill their tables: the same arguments give the same value on every machine."""

import sqlite3
import struct
import uuid
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta


def _listed(text: str, separator: str = " ") -> list[str]:
    return text.split(separator)


_FIRST = _listed(
    "Ada Ben Clara David Emma Felix Greta Hugo Ines Jonas Karla Leo Mia Noah Olga Paul Quinn Rosa Sam Tara "
    "Uwe Vera Will Xenia Yara Zoe Anton Bella Cem Dora"
)
_LAST = _listed(
    "Adler Becker Castro Dietz Ebert Fischer Garcia Hansen Ibanez Jansen Keller Lopez Moreau Nagel Olsen Peters "
    "Quist Rossi Silva Tanaka Ulrich Vogel Weber Xu Yilmaz Zimmer Albers Brandt Costa"
)
_CITIES = _listed("Aachen Berlin Cadiz Dover Evora Ferrara Genk Halle Imola Jena Kiel Lille")
_STREETS = _listed(
    "Oak Lane|Mill Road|High Street|Station Road|Church Way|Park Avenue|Elm Close", "|"
)
_WORDS = _listed(
    "amber bridge copper dawn ember forest garden harbour island jasper kettle lantern meadow north ocean pepper "
    "quiet river silver timber umber valley winter yellow zephyr"
)
_COMPANIES = _listed("Ltd Inc GmbH Sons Partners")


def register(connection: sqlite3.Connection) -> None:
    """Add the functions, and the temporary table `numbers` with n from 1 to 300."""
    functions: list[Callable[..., object]] = [pick, turn, whole, fraction, day, moment, unique_id]
    functions += [first_name, last_name, email, phone, street, city, postcode, company]
    functions += [words, prose, color, png, jpeg]
    for function in functions:
        connection.create_function(function.__name__, -1, function, deterministic=True)
    connection.execute("CREATE TEMP TABLE numbers (n INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO numbers VALUES (?)", [(n,) for n in range(1, 301)])


def _draw(count: int, *seed: object) -> int:
    """A number from 0 to count - 1 that looks random."""
    mixed = zlib.crc32("/".join(map(str, seed)).encode())
    return zlib.crc32(struct.pack("<I", mixed)) % count


def pick(n: int, choices: str) -> str:
    """One of "a|b|c"; write one twice to have it more often."""
    listed = choices.split("|")
    return listed[_draw(len(listed), n, choices)]


def turn(n: int, choices: str) -> str:
    """The n-th of "a|b|c", from the first again after the last."""
    listed = choices.split("|")
    return listed[(n - 1) % len(listed)]


def whole(n: int, low: int, high: int, salt: str = "") -> int:
    return low + _draw(high - low + 1, n, low, high, salt)


def fraction(n: int, low: float, high: float, decimals: int, salt: str = "") -> float:
    return round(low + (high - low) * _draw(1_000_000, n, low, high, salt) / 999_999, decimals)


def day(n: int, first: str, last: str) -> str:
    start = date.fromisoformat(first)
    days = (date.fromisoformat(last) - start).days
    return (start + timedelta(days=_draw(days + 1, n, first, last))).isoformat()


def moment(n: int, first: str, last: str) -> str:
    start = datetime.fromisoformat(first)
    seconds = int((datetime.fromisoformat(last) - start).total_seconds())
    return (start + timedelta(seconds=_draw(seconds + 1, n, first, last))).isoformat(" ")


def first_name(n: int) -> str:
    return _FIRST[n % len(_FIRST)]


def last_name(n: int) -> str:
    """With the first name unique up to 300: the lists' lengths have no common divisor."""
    return _LAST[n % len(_LAST)]


def email(n: int, host: str = "example.org") -> str:
    return f"{first_name(n)}.{last_name(n)}{n}@{host}".lower()


def phone(n: int) -> str:
    return f"+49 {_draw(900, n, 'area') + 100} {_draw(9_000_000, n, 'phone') + 1_000_000}"


def street(n: int) -> str:
    return f"{_draw(150, n, 'house') + 1} {_STREETS[_draw(len(_STREETS), n, 'street')]}"


def city(n: int) -> str:
    return _CITIES[_draw(len(_CITIES), n, "city")]


def postcode(n: int) -> str:
    """Of 40 different ones."""
    return f"{10_115 + 997 * _draw(40, n, 'postcode'):05}"


def company(n: int) -> str:
    return f"{_LAST[n % len(_LAST)]} & {_COMPANIES[n % len(_COMPANIES)]}"


def words(n: int, count: int = 2) -> str:
    """A title; with two words unique up to 300."""
    chosen = [_WORDS[n % 25], _WORDS[(n // 25 + n + 7) % 25]]
    chosen += [_WORDS[_draw(25, n, number)] for number in range(2, count)]
    return " ".join(chosen[:count]).capitalize()


def prose(n: int, sentences: int = 4) -> str:
    return " ".join(words(n * 7 + number, 9) + "." for number in range(sentences))


def unique_id(n: int, salt: str = "") -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{n} {salt}"))


def color(n: int) -> str:
    return f"#{_draw(0x1000000, n, 'color'):06x}"


def png(n: int) -> bytes:
    """An image of one pixel."""
    shade = _draw(256, n, "png")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _png_chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
            _png_chunk(b"IDAT", zlib.compress(bytes((0, shade)))),
            _png_chunk(b"IEND", b""),
        )
    )


def _png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def jpeg(n: int) -> bytes:
    """The beginning of an image as cameras write it, by which its kind is known."""
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01" + bytes((n % 256,)) * 20 + b"\xff\xd9"
