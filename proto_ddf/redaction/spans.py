"""Positions in a text, and the search for words whatever their case."""

from collections.abc import Iterator

Span = tuple[int, int]
"""Start and end, as of a slice."""

_SAME_LETTERS = (("\u0130", "i"), ("\u0131", "i"), ("\u017f", "s"), ("\u212a", "k"))
"""The letters that `re.IGNORECASE` takes for ASCII ones: I with dot, i without dot, long s, and the sign of Kelvin."""


def occurrences(text: str, word: str) -> Iterator[int]:
    """Where `word` begins, also where it overlaps with itself."""
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def lower_in_place(text: str) -> str:
    """`text` in lower case, with each letter at the same position."""
    if text.isascii():
        return text.lower()
    for letter, same in _SAME_LETTERS:
        text = text.replace(letter, same)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
