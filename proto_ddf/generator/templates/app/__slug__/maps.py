"""Links to a map, for rows that say where something is: by two columns, or by one text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .views import Field, TableView, Widget

_WORDS = {
    "lat": ("lon", "lng", "long"),
    "latitude": ("longitude",),
    "breitengrad": ("laengengrad", "langengrad"),
    "latitud": ("longitud",),
    "latitudine": ("longitudine",),
}
"""Parts of the names of latitudes, each with those of the longitudes that belong to them."""


_MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=14/{0}/{1}"


@dataclass
class MapLink:
    """A place of a row."""

    text: str
    href: str


def map_links(view: TableView, values: Mapping[str, Any]) -> list[MapLink]:
    """The places of the row with these values, as far as both numbers of a place are valid."""
    pairs = list(_pairs(view))
    links = [
        MapLink(
            "Show on a map" if len(pairs) == 1 else f"Show {latitude.label} on a map",
            map_address(values[latitude.name], values[longitude.name]),
        )
        for latitude, longitude in pairs
    ]
    return [each for each in links if each.href]


def has_places(view: TableView) -> bool:
    """Whether rows of the table have both numbers of a place."""
    return any(_pairs(view))


def map_address(latitude: Any, longitude: Any) -> str:
    """The address of the place on a map; empty unless both are valid degrees."""
    north, east = _degrees(latitude, 90), _degrees(longitude, 180)
    return _MAP.format(north, east) if north and east else ""


def _pairs(view: TableView) -> Iterator[tuple[Field, Field]]:
    places = {
        _words_of(each): each
        for each in view.visible_fields
        if each.widget is Widget.COORDINATES and each.is_number
    }
    for name, field in places.items():
        others = [each for each in _longitudes_of(name) if each in places]
        if others:
            yield field, places[others[0]]


def _words_of(field: Field) -> str:
    """Its name with "_" between the words: "start_lat" of "startLat"."""
    return re.sub("(?<=[a-z0-9])(?=[A-Z])", "_", field.name).lower()


def _longitudes_of(name: str) -> Iterator[str]:
    """The names that the longitude may have for a latitude of this name: of "start_lat" it is "start_lng"."""
    for word, others in _WORDS.items():
        part = re.compile(rf"(?<![a-z]){word}(?![a-z])")
        if part.search(name):
            yield from (part.sub(other, name, count=1) for other in others)


def _degrees(value: Any, most: int) -> str:
    """The number as an address has it; empty if it is none, or out of range."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return ""
    number = Decimal(value)
    if not number.is_finite() or number.copy_abs() > most:
        return ""
    return f"{number:.7f}".rstrip("0").rstrip(".")
