"""The encodings of text files, and which of them fit bytes that are not UTF-8.

Bytes do not tell their encoding, but the decoded text does: in real words a capital does not follow a small letter,
scripts are not mixed, and symbols do not stand between letters.
"""

import codecs
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

AUTO = "auto"
"""The choice to detect the encoding."""
MIXED = "utf-8-mixed"
"""UTF-8 in which all other bytes are Windows-1252."""
LABELS = {
    "utf-8": "UTF-8",
    MIXED: "UTF-8, other bytes as Windows-1252",
    "utf-8-replace": "UTF-8, other bytes as �",
    "utf-16-le": "UTF-16, low byte first",
    "utf-16-be": "UTF-16, high byte first",
    "cp1252": "Windows-1252 (Western Europe)",
    "cp1250": "Windows-1250 (Central Europe)",
    "iso8859-2": "ISO 8859-2 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "mac-roman": "Mac Roman",
    "cp850": "DOS 850 (Western Europe)",
    "koi8-r": "KOI8-R (Cyrillic)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
    "cp1257": "Windows-1257 (Baltic)",
    "cp866": "DOS 866 (Cyrillic)",
    "cp932": "Shift-JIS (Japanese)",
    "euc-jp": "EUC-JP (Japanese)",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "cp949": "EUC-KR (Korean)",
    "iso8859-15": "ISO 8859-15 (Western Europe with €)",
}
"""The encodings that can be chosen, by a name that `codec` accepts."""
_COMMON_LEADS = {
    "cp932": (range(0x81, 0x84), range(0x88, 0x98)),
    "euc-jp": (range(0xA1, 0xA6), range(0xB0, 0xD0)),
    "gb18030": (range(0xA1, 0xA4), range(0xB0, 0xD8)),
    "big5": (range(0xA1, 0xC7),),
    "cp949": (range(0xA1, 0xA4), range(0xB0, 0xC9)),
}
"""First bytes of the most common characters in these encodings."""
_JOINERS = "\u2019\u2018\xb4\u2013\u2014·®™°…\xad\xa0"
"""Characters that may stand between letters."""
_OPENING = "\u2018\u201c\u2039"
"""Quotation marks that do not follow another symbol when a word comes after them."""
_SIGNS = ("Sm", "Sc", "Sk", "So", "No")
_RARE_LATIN = "šƒˆ\u02dc"
"""Letters that are always rarer than the other accented ones in the languages of Windows-1252. Similar capitals and
small letters are recognised by their neighbours."""
_ICELANDIC, _ICELANDIC_TOO = frozenset("ÐðÞþÝý"), frozenset("ÆæÁáÉéÍíÓóÚú")
"""Letters that only Icelandic uses, and others that it uses too. Without the latter the text is Turkish or Baltic."""
_NEVER, _NOT_BEFORE, _NOT_AFTER = "¤¯", "£¦", "¼½¾"
"""Symbols that texts do not use, that no letter follows, and that follow no letter. Other encodings have letters of
Central Europe, or œ, at their place."""
_MOST_ODD = 0.2
"""Share of the characters beyond ASCII that may be odd. Above it, the text was decoded with a wrong encoding."""
_MOST_CANDIDATES = 5
_WORD = re.compile(r"[^\W\d_]+")
_SHOWN = 30
"""Characters of the text that a candidate shows."""


@dataclass(frozen=True)
class Codec:
    """The parameters that Python needs to decode a text."""

    name: str
    errors: str = "strict"


def codec(encoding: str) -> Codec:
    """The codec of an encoding: a key of LABELS, or any name that Python knows."""
    if encoding == MIXED:
        return Codec("utf-8-sig", _AS_CP1252)
    if encoding == "cp1252":
        # Includes its five undefined bytes, since a person or the text itself has confirmed the
        # encoding.
        return Codec("cp1252", _AS_CP1252)
    return Codec("utf-8-sig", "replace") if encoding == "utf-8-replace" else Codec(encoding)


def label(encoding: str) -> str:
    """Its name for people, without the part in brackets."""
    name = encoding.removesuffix("-sig")
    return LABELS.get(name, name.upper()).partition(" (")[0]


def is_plausible(text: str) -> bool:
    """Whether a text looks correctly decoded."""
    return _oddness(text) <= _MOST_ODD


def encoding_candidates(sample: bytes) -> list[str]:
    """The encodings that fit bytes that are not UTF-8, the most likely first, each with a sample of the decoded text:
    "Windows-1251 (“Имя,Город”)"."""
    found = []
    for name in LABELS:
        if not name.startswith("utf-") and (text := _decoded(sample, name)) is not None:
            found.append((_oddness_in(text, name), name, text))
    found.sort(key=lambda each: each[0])
    best = found[0][0] if found else 0.0
    return [
        _candidate(name, text)
        for oddness, name, text in found[:_MOST_CANDIDATES]
        if oddness <= best + _MOST_ODD / 2
    ]


def mixed_candidates(line: bytes) -> list[str]:
    """The ways to read a line of a UTF-8 file that also holds other bytes."""
    ways = (codec(name) for name in (MIXED, "utf-8-replace"))
    return [
        _candidate(name, line.decode(way.name, way.errors))
        for name, way in zip((MIXED, "utf-8-replace"), ways, strict=True)
    ]


def _candidate(name: str, text: str) -> str:
    line = next((each for each in text.splitlines() if not each.isascii()), "").strip()
    shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}…"
    return f"{label(name)} (“{shown}”)"


def _decoded(sample: bytes, name: str) -> str | None:
    try:
        return sample.decode(name)
    except UnicodeDecodeError:
        return None


def _oddness_in(text: str, name: str) -> float:
    leads = _COMMON_LEADS.get(name)
    if leads is None:
        return _oddness(text)
    high = [character for character in text if not character.isascii()]
    odd = sum(not any(_lead(each, name) in lead for lead in leads) for each in high)
    return odd / max(len(high), 1)


def _lead(character: str, name: str) -> int:
    written = character.encode(name)
    return written[0] if len(written) > 1 else 0


def _oddness(text: str) -> float:
    """The share of the characters beyond ASCII that stand where they would not in real words."""
    padded = f" {text} "
    places = [at for at, each in enumerate(padded) if not each.isascii()]
    rare = {at for at in places if padded[at] in _RARE_LATIN}
    odd = {at for at in places if _is_odd(padded[at - 1], padded[at], padded[at + 1])}
    if _ICELANDIC_TOO.isdisjoint(text):
        odd.update(at for at in places if padded[at] in _ICELANDIC)
    for word in _WORD.finditer(padded):
        if len(word[0]) > 1 and _is_accented_throughout(word[0]):
            odd.update(range(*word.span()))
    if len(rare) > sum(padded[at].isalpha() for at in places) / 2:
        odd |= rare
    return len(odd) / max(len(places), 1)


def _is_odd(before: str, character: str, after: str) -> bool:
    if unicodedata.category(character) in ("Cc", "Cn", "Co") or "\u2500" <= character <= "\u259f":
        return True
    if character in "ªº" and before.isalpha() and after.isalpha():
        return True
    if not character.isalpha():
        if character in _NEVER:
            return True
        if (character in _NOT_BEFORE and after.isalpha()) or (
            character in _NOT_AFTER and before.isalpha()
        ):
            return True
        if character in _OPENING and after.isalpha() and not before.isascii():
            return True
        inside = before.isalpha() and after.isalpha() and character not in _JOINERS
        return inside or (_is_sign(character) and (_is_sign(before) or _is_sign(after)))
    if character.isupper() and before.isalpha() and (before.islower() or after.islower()):
        return True
    scripts = {_script(each) for each in (before, character, after) if each.isalpha()}
    return "LATIN" in scripts and len(scripts) > 1


def _is_sign(character: str) -> bool:
    return not character.isascii() and unicodedata.category(character) in _SIGNS


def _is_accented_throughout(word: str) -> bool:
    return all(not letter.isascii() and _script(letter) == "LATIN" for letter in word)


def _script(letter: str) -> str:
    script = unicodedata.name(letter, "").partition(" ")[0]
    return "LATIN" if script in ("FEMININE", "MASCULINE", "MICRO") else script


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    text = "".join(
        bytes([byte]).decode("cp1252", "ignore") or bytes([byte]).decode("latin-1")
        for byte in wrong
    )
    return text, error.end


_AS_CP1252 = "proto_ddf.as_cp1252"
"""The name of the error handler that reads bytes that are not UTF-8 as Windows-1252, as the Encoding Standard decodes
them (https://encoding.spec.whatwg.org/#windows-1252)."""
codecs.register_error(_AS_CP1252, _as_cp1252)


def choices() -> Sequence[tuple[str, str]]:
    """The options of the form."""
    return ((AUTO, "Detect automatically"), *LABELS.items())
