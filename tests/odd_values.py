"""Values that raise, grow or never end when they are inspected. Code that reports errors must cope with them."""

import enum
from collections.abc import Iterator, Mapping
from typing import Any


class Hostile:
    """Raises whatever operation is applied to it."""

    def _raise(self, *_args: object) -> Any:
        raise RuntimeError("hostile")

    __str__ = __repr__ = __eq__ = __len__ = __iter__ = __bool__ = __format__ = _raise
    __hash__ = object.__hash__


class HostileClass:
    @property
    def __class__(self) -> Any:
        raise RuntimeError("hostile")

    @__class__.setter
    def __class__(self, value: Any) -> None:
        raise RuntimeError("hostile")


class HostileMapping(Mapping[str, Any]):
    def __getitem__(self, key: str) -> Any:
        raise RuntimeError("hostile")

    def __iter__(self) -> Iterator[str]:
        raise RuntimeError("hostile")

    def __len__(self) -> int:
        raise RuntimeError("hostile")


class HostileText(str):
    def encode(self, *_args: Any) -> bytes:
        raise RuntimeError("hostile")


class HostileInteger(int):
    def __int__(self) -> int:
        raise RuntimeError("hostile")


class HostileList(list[Any]):
    def __len__(self) -> int:
        raise RuntimeError("hostile")


class HostileEnum(enum.Enum):
    ONE = 1

    @property
    def value(self) -> Any:
        raise RuntimeError("hostile")


def contains_itself() -> list[Any]:
    ring: list[Any] = []
    ring.append(ring)
    return ring


def wide() -> list[Any]:
    """A few objects whose written form has 50 ** 6 values."""
    level: list[Any] = [1]
    for _ in range(6):
        level = [level] * 50
    return level


ODD: dict[str, Any] = {
    "hostile": Hostile(),
    "class": HostileClass(),
    "mapping": HostileMapping(),
    "text": HostileText("x"),
    "integer": HostileInteger(3),
    "list": HostileList([1]),
    "enum": HostileEnum.ONE,
    "large number": 10**5000,
    "larger than a float": 10**400,
    "negative": -(10**400),
    "infinite": float("inf"),
    "not a number": float("nan"),
    "complex": 1j,
    "long text": "x" * 2_000_000,
    "half a surrogate": "\ud800",
    "many": dict.fromkeys(range(100_000), "x"),
    "many bytes": b"x" * 1_000_000,
    "contains itself": contains_itself(),
    "wide": wide(),
    "a class": Hostile,
    "a generator": (n for n in range(3)),
    "nothing": None,
}
