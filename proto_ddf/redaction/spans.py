"""Positions in a text, and the search for words whatever their case."""

from collections.abc import Iterator

Span = tuple[int, int]
"""Start and end, as of a slice."""

_SAME_LETTERS = (("\u0131", "i"), ("\u017f", "s"))
"""Letters that `re.IGNORECASE` takes for ASCII ones, and `lower` does not: i without dot, and long s."""
_DOTTED_I = "\u0130"
"""Another one. It becomes two letters by `lower`."""


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
    lowered = text.lower()
    if len(lowered) != len(text):
        letters = text.replace(_DOTTED_I, "i")
        lowered = "".join(low if len(low := each.lower()) == 1 else each for each in letters)
    for letter, same in _SAME_LETTERS:
        lowered = lowered.replace(letter, same)
    return lowered
