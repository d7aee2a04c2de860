"""Counts and sizes as texts, for the results of a connection test."""


def size_text(size: int) -> str:
    """A size in bytes as text: "870 bytes", "1.2 MB" (1 MB is 1,000,000 bytes)."""
    if size < 1_000:
        return count_text(size, "byte")
    value, unit = size / 1_000, "kB"
    for larger in ("MB", "GB"):
        if value >= 999.95:
            value, unit = value / 1_000, larger
    return f"{value:,.1f} {unit}"


def count_text(number: int, noun: str) -> str:
    """ "1 row", "12,430 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
