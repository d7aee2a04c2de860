"""Units of measure at the end of a column's name."""

from collections.abc import Sequence

_SPELLED = {
    **{"kwh": "kWh", "mwh": "MWh", "kw": "kW", "mw": "MW", "hz": "Hz", "khz": "kHz", "mhz": "MHz"},
    **{
        "ghz": "GHz",
        "hpa": "hPa",
        "kpa": "kPa",
        "mah": "mAh",
        "m2": "m²",
        "km2": "km²",
        "m3": "m³",
    },
    **{
        "cm3": "cm³",
        "sqft": "sq ft",
        "sqm": "sq m",
        "kb": "kB",
        "mb": "MB",
        "gb": "GB",
        "tb": "TB",
    },
    **{"eur": "EUR", "usd": "USD", "gbp": "GBP", "chf": "CHF", "jpy": "JPY", "cad": "CAD"},
    **{"aud": "AUD", "sek": "SEK", "nok": "NOK", "dkk": "DKK", "pln": "PLN", "kmh": "km/h"},
}
_ALWAYS = frozenset(
    {"mm", "cm", "km", "mg", "kg", "lb", "lbs", "oz", "ml", "cl", "dl", "ha", "ft", "mph", "kph"}
    | {"sec", "secs", "mins", "hrs", "psi", "ppm", "ppb", "bpm", "rpm", "kcal", "kj", "px", "pct"}
    | set(_SPELLED)
)
_TIMES = frozenset(
    {"duration", "delay", "time", "prep", "preparation", "cook", "cooking", "wait", "waiting"}
    | {"runtime", "length", "travel", "ride", "play", "break", "response", "interval", "lead"}
    | {"latency", "uptime", "downtime", "dauer", "duree", "duracion", "elapsed", "timeout", "setup"}
)
_AGES = frozenset({"age", "period", "term", "notice", "stay", "warranty", "experience", "tenure"})
_LENGTHS = frozenset(
    {"length", "width", "height", "depth", "distance", "elev", "elevation", "altitude", "radius"}
    | {"diameter", "perimeter", "range", "size", "thickness", "visibility", "wingspan", "beam"}
    | {"draft", "hoehe", "breite", "laenge", "tiefe", "hauteur", "largeur", "altura", "alt", "span"}
)
_WEIGHTS = frozenset(
    {"weight", "mass", "gewicht", "poids", "peso", "load", "cargo", "amount", "quantity", "qty"}
    | {"dose", "fat", "protein", "sugar", "carbs", "carbohydrates", "fibre", "fiber", "salt"}
    | {"payload", "tonnage", "yield", "harvest", "portion", "serving"}
)
_VOLUMES = frozenset(
    {"volume", "fuel", "capacity", "tank", "consumption", "amount", "water", "milk", "displacement"}
)
_TEMPERATURES = frozenset({"temp", "temperature", "temperatur", "temperatura", "dewpoint", "feels"})
_AFTER: dict[str, tuple[frozenset[str], str]] = {
    "min": (_TIMES, "min"),
    "s": (_TIMES, "s"),
    "ms": (_TIMES, "ms"),
    "h": (_TIMES, "h"),
    "hr": (_TIMES, "hr"),
    "m": (_LENGTHS, "m"),
    "in": (_LENGTHS, "in"),
    "g": (_WEIGHTS, "g"),
    "t": (_WEIGHTS, "t"),
    "l": (_VOLUMES, "l"),
    "c": (_TEMPERATURES, "°C"),
    "f": (_TEMPERATURES, "°F"),
    "v": (frozenset({"voltage", "volt", "battery", "supply"}), "V"),
    "w": (frozenset({"power", "wattage", "consumption", "output"}), "W"),
    "a": (frozenset({"current", "amperage"}), "A"),
    "ma": (frozenset({"current", "amperage"}), "mA"),
    "bar": (frozenset({"pressure", "druck", "pression"}), "bar"),
    "deg": (frozenset({"angle", "direction", "heading", "slope", "tilt", "wind"}), "deg"),
}
"""Short words that are units only after a quantity: the quantities, and how the unit is written."""
_AFTER |= {
    word: (_TIMES | _AGES, word)
    for word in ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
}
_PER = frozenset({"g", "mg", "kg", "ug", "m", "km", "l", "ml", "w", "kwh", "mmol", "eur", "usd"})
_EACH = frozenset({"km", "dl", "l", "ml", "s", "h", "m2", "m3", "ha", "kg", "kwh"})
"""The two parts of a unit like g/km."""
_JOINING = frozenset({"per", "in", "of", "and", "or", "by", "to"})


def unit_at_end(words: Sequence[str]) -> tuple[int, str]:
    """How many of the last words are a unit, and how it is written; 0 and nothing if there is none. The words are in
    lower case."""
    *before, last = words
    if len(before) > 1 and before[-1] in _PER and last in _EACH:
        return 2, f"{_spelled(before[-1])}/{_spelled(last)}"
    if not before or before[-1] in _JOINING:
        return 0, ""
    if last in _AFTER:
        quantities, unit = _AFTER[last]
        return (1, unit) if quantities.intersection(before) else (0, "")
    return (1, _spelled(last)) if last in _ALWAYS else (0, "")


def _spelled(unit: str) -> str:
    return _SPELLED.get(unit, unit)
