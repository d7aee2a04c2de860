# ruff: noqa: RUF001
"""The encoding of a CSV file: read correctly, or reported with line, character, byte and the encodings that fit.

The kind: bytes without a byte order mark or another sign of their encoding. To it belong UTF-8 with stray bytes,
the encodings of all scripts, UTF-16 and UTF-32 without a mark, NULs in the text, and a file that ends within a
character, each at the start of a file, far down in it, across the borders of the parts in which it is read, and in
a ZIP file."""

import codecs
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proto_ddf.errors import describe
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.connected.store import make_source
from proto_ddf.sources.files.csv.csv_encoding import recognise
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.files.text import text_encoding
from proto_ddf.sources.files.text.encodings import LABELS
from proto_ddf.sources.protocol import PageRequest
from tests.file_sources import rows
from tests.stages import finding

MakeFile = Callable[[str, bytes | str], Path]
PLAIN = b"".join(b"plain %d,1\n" % n for n in range(30_000))
UTF8 = "Müller,1\n".encode()


def read(path: Path, encoding: str = "auto") -> FilesSource:
    source = make_source("csv", {"paths": [str(path)], "encoding": encoding}).inner
    assert isinstance(source, FilesSource)
    return source


def refused(path: Path, encoding: str = "auto") -> IntegrationError:
    with pytest.raises(IntegrationError) as raised:
        recognise(path, encoding)
    return raised.value


@pytest.mark.parametrize(
    ("content", "line", "character", "byte"),
    [
        (b"name,n\n" + UTF8 + b"Zo\xeb,2\n", 3, 3, "0xEB"),
        (b"name,n\n" + UTF8 + b"\xeb,2\n" + UTF8, 3, 1, "0xEB"),
        (b"name,n\r\n" + UTF8 + b"\xc3\xa4 \x80,2\r\n", 3, 3, "0x80"),
        (b"\xef\xbb\xbfn\xfcme,n\n" + UTF8 * 3, 1, 2, "0xFC"),
        (b"name,n\n" + UTF8 + PLAIN + b"caf\xe9,1\n", 30_003, 4, "0xE9"),
        (b"name,n\n" + UTF8 * 20_000 + b"\xff,1\n", 20_002, 1, "0xFF"),
    ],
)
def test_a_stray_byte_in_utf8_is_reported_and_read_in_the_chosen_encoding(
    make_file: MakeFile, content: bytes, line: int, character: int, byte: str
) -> None:
    path = make_file("stray.csv", content)
    error = refused(path)
    assert (error.code, error.context["field"]) == ("file_stray_byte", "encoding")
    place = {name: error.context[name] for name in ("line", "character", "byte")}
    assert place == {"line": line, "character": character, "byte": byte}
    message = describe(error)["message"]
    assert f"{byte} in line {line}, character {character}" in message
    assert "UTF-8, other bytes as Windows-1252 (“" in message
    text = content.decode(codecs.lookup("utf-8-sig").name, "surrogateescape").splitlines()
    wrong = bytes([int(byte, 16)])
    read_as = text[line - 1].replace(
        wrong.decode("utf-8", "surrogateescape"), wrong.decode("cp1252")
    )
    whole = read(path, "utf-8-mixed")
    found = [
        ",".join(map(str, row))
        for row in [whole.preview(PageRequest("stray")).columns, *rows(whole)]
    ]
    assert found[line - 1] == read_as
    assert "�" in "".join(recognise(path, "utf-8-replace").names) or "�" in str(
        rows(read(path, "utf-8-replace"))
    )


@pytest.mark.parametrize(
    "encoding", ["cp932", "cp1251", "mac-roman", "koi8-r", "gb18030", "big5", "cp949", "cp1250"]
)
def test_an_unclear_encoding_is_asked_for_and_read_when_chosen(
    make_file: MakeFile, encoding: str
) -> None:
    words = {
        "cp932": "名前,東京都", "cp1251": "Имя,Город", "mac-roman": "José,Málaga", "koi8-r": "Имя,Город",
        "gb18030": "姓名,城市", "big5": "姓名,臺北", "cp949": "이름,도시", "cp1250": "żółty,Łódź",
    }[encoding]  # fmt: skip
    path = make_file("words.csv", f"a,b\n{words}\n".encode(encoding))
    error = refused(path)
    assert (error.code, error.context["field"], error.context["line"]) == (
        "encoding_unclear", "encoding", 2,
    )  # fmt: skip
    assert words in describe(error)["message"]
    assert rows(read(path, encoding)) == [tuple(words.split(","))]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("marked", [False, True])
def test_wide_encodings_are_read_with_and_without_a_mark(
    make_file: MakeFile, encoding: str, marked: bool
) -> None:
    text = "\ufeff" * marked + "id,größe,城市\n1,ä,北京\n2,😀,\n"
    path = make_file("wide.csv", text.encode(encoding))
    assert rows(read(path)) == [(1, "ä", "北京"), (2, "😀", None)]
    assert recognise(path).names == ("id", "größe", "城市")
    if encoding in LABELS:
        assert rows(read(path, encoding)) == [(1, "ä", "北京"), (2, "😀", None)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("城市,国\n北京,中\n", ("北京", "中")),
        ("имя,город\nИван,Омск\n", ("Иван", "Омск")),
        ("a\nb\n", ("b",)),
    ],
)
def test_wide_text_of_any_script_is_read_without_a_mark(
    make_file: MakeFile, encoding: str, text: str, expected: tuple[str, ...]
) -> None:
    assert rows(read(make_file("wide.csv", text.encode(encoding)))) == [expected]


def test_half_a_character_in_utf_16_is_reported(make_file: MakeFile) -> None:
    content = "a,b\n1,x".encode("utf-16") + b"\x3d\xd8" + "\n".encode("utf-16-le")
    error = refused(make_file("half.csv", content))
    assert (error.code, error.context["line"]) == ("encoding_wrong", 2)


@pytest.mark.parametrize(
    "content",
    [
        "name,n\nMüller,1\nJosé".encode()[:-1],
        "name,n\nJosé".encode()[:-1],
        "name,n\n1,€".encode()[:-1],
        "name,n\n1,😀".encode()[:-2],
        b"name,n\n" + UTF8 + PLAIN + "x,é".encode()[:-1],
        "a,b\n1,x".encode("utf-16")[:-1],
        "a,b\n1,x".encode("utf-16-be")[:-1],
        "a,b\n1,😀".encode("utf-16")[:-2],
    ],
)
def test_a_file_that_ends_within_a_character_is_reported_as_incomplete(
    make_file: MakeFile, content: bytes
) -> None:
    assert refused(make_file("cut.csv", content)).code == "file_cut_short"


def test_a_western_file_may_end_with_a_letter_that_would_begin_a_character(
    make_file: MakeFile,
) -> None:
    assert rows(read(make_file("t.csv", b"n,name\n1,caf\xe9"))) == [(1, "café")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"id,name,note\n1,Ann\0\0\0,ok\n2,Bob,fine\n", [(1, "Ann", "ok"), (2, "Bob", "fine")]),
        (b"id,name\0\n1,Ann\0\r\n2,\"Bob\0\"\n", [(1, "Ann"), (2, "Bob")]),
        (b"id,name\n1,Ann\n" + bytes(5_000), [(1, "Ann")]),
        ("a,b\n1,ä\0\n".encode(), [(1, "ä")]),
        (b"a,b\n1,\xf6\0\n", [(1, "ö")]),
        (b"a\0,b\0\n1\0,x\0\n", [(1, "x")]),
        (b"id,name\n1,\0\0\n2,J\xf6rg\0\n", [(1, None), (2, "Jörg")]),
        (b"id,name\n" + b"1,x\n" * 40_000 + b"2,y\0\n", [(1, "x")] * 40_000 + [(2, "y")]),
    ],
)  # fmt: skip
def test_nuls_at_the_ends_of_fields_are_left_out_and_reported(
    make_file: MakeFile, content: bytes, expected: list[tuple[object, ...]]
) -> None:
    source = read(make_file("padded.csv", content))
    assert rows(source) == expected
    assert "NUL" in finding(source, "read_format")


@pytest.mark.parametrize("content", [b"a,b\n1,x\0y\n", b"a,b\n" + PLAIN + b"\0z,1\n"])
def test_a_nul_within_a_text_is_reported_with_its_line(make_file: MakeFile, content: bytes) -> None:
    error = refused(make_file("nul.csv", content))
    line = content.count(b"\n")
    assert (error.code, error.context["line"]) == ("file_not_csv", line)
    assert f"line {line}" in describe(error)["message"]


def test_an_encoding_that_does_not_fit_is_refused_at_its_field(make_file: MakeFile) -> None:
    path = make_file("t.csv", "a,b\n1,ä\n".encode("cp1252"))
    error = refused(path, "utf-8")
    assert (error.code, error.context["field"], error.context["line"]) == (
        "encoding_wrong", "encoding", 2,
    )  # fmt: skip
    assert "0xE4 in line 2, character 3" in describe(error)["message"]
    assert rows(read(path, "cp1251")) == [(1, "д")]


def test_a_stray_byte_in_a_zip_file_is_reported(home: Path) -> None:
    path = home / "uploads" / "x.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"name,n\n" + UTF8 * 40_000 + b"Zo\xeb,2\n")
    assert refused(path).context["line"] == 40_002
    assert rows(read(path, "utf-8-mixed"))[-1] == ("Zoë", 2)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.text("aé€😀,x", min_size=1, max_size=6), min_size=1, max_size=6),
    st.integers(0, 40),
    st.integers(0x80, 0xFF),
    st.sampled_from([1, 2, 3, 7, 1 << 17]),
)
def test_the_place_of_a_stray_byte_does_not_depend_on_the_parts_read(
    make_file: MakeFile,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[str],
    at: int,
    stray: int,
    part: int,
) -> None:
    """The reported line and character are those that Python finds when it decodes the whole file at once."""
    whole = ("é€,Müller\n" + "\n".join(lines)).encode()
    at = min(at, len(whole))
    content = whole[:at] + bytes([stray]) + whole[at:] + b"\n"
    try:
        content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
    else:
        return
    with monkeypatch.context() as patched:
        patched.setattr(text_encoding, "_CHUNK", part)
        recognise.__globals__["_recognised"].cache_clear()
        found = refused(make_file("t.csv", content))
    if found.code == "file_stray_byte":
        place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        assert (found.context["line"], found.context["character"]) == place
    else:
        assert found.code == "encoding_unclear"
