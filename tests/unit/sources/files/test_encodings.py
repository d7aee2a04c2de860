# ruff: noqa: RUF001
"""Which encodings are found to fit bytes that are not UTF-8."""

import pytest

from proto_ddf.sources.files.text.encodings import (
    LABELS,
    choices,
    codec,
    encoding_candidates,
    is_plausible,
    label,
)

WORDS = {
    "cp1251": "имя,город\nИван,Москва\nОн не я",
    "koi8-r": "Имя;Санкт-Петербург",
    "mac-roman": "Mädchen,schön,Köln,Größe",
    "cp932": "名前,東京都\n山田太郎,日本",
    "euc-jp": "名前,東京都\nりんご,日本",
    "gb18030": "姓名,城市\n王小明,北京",
    "big5": "姓名,城市\n王小明,臺北",
    "cp949": "이름,도시\n김철수,서울",
    "cp1253": "Όνομα,Πόλη\nΓιώργος,Αθήνα",
    "cp1250": "Łódź,Gdańsk,żółty,Kraków",
    "cp850": "Köln,Müller,Málaga",
    "cp866": "Имя,Город",
    "cp1255": "שם,עיר",
    "cp1256": "اسم,مدينة",
}


@pytest.mark.parametrize("encoding", WORDS)
def test_text_in_another_encoding_is_not_taken_for_western_and_its_own_is_offered(
    encoding: str,
) -> None:
    data = WORDS[encoding].encode(encoding)
    assert not is_plausible(data.decode("cp1252", "replace"))
    offered = encoding_candidates(data)
    assert any(each.startswith(f"{label(encoding)} (“") for each in offered)
    assert any(WORDS[encoding].splitlines()[0] in each for each in offered)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso8859-2", "Łódź,Gdańsk\nŻółć,Świdnica"),
        ("iso8859-2", "Łódź"),
        ("cp1254", "Şişli,Ağrı\nİzmir,Çağlayan\nÖmür,Güneş"),
        ("iso8859-9", "İstanbul,Kadıköy"),
        ("cp1257", "Šiauliai,Žagarė"),
        ("iso8859-13", "Žagarė,Šilutė"),
        ("cp1250", "Timişoara,Iaşi"),
        ("iso8859-15", "prix\n5 €\n7 €"),
    ],
)
def test_text_of_other_latin_encodings_is_not_taken_for_western(encoding: str, text: str) -> None:
    """What shows are letters that become signs, or Icelandic ones. Hungarian and Latvian become other letters of the
    West, and cannot be told from them."""
    data = text.encode(encoding)
    assert not is_plausible(data.decode("cp1252"))
    # The two pairs write the letters of these texts alike.
    own = {"iso8859-9": "cp1254", "iso8859-13": "cp1257"}.get(encoding, encoding)
    assert any(each.startswith(f"{label(own)} (“") for each in encoding_candidates(data))


@pytest.mark.parametrize(
    "text",
    [
        "größe,stück",
        "Þingvellir, Suðurnes, Seyðisfjörður, Ísafjörður, Mýrdalur",
        "½ l, 1½ kg, ½l, £5, £ 7, 3 ª, 1º, nº3, Mª, m³, km²",
        "Été à la plage, pâté, naïve, L’Haÿ-les-Roses",
        "don’t “quote” – 25°C, 5 m², £5m, Lego®, nº 3, ½",
        "Ærøskøbing, ÅÄÖ, Ñandú, yö, Þórður, MÜLLER, São Tomé",
        "„Köln“, ‚so‘, Œuvre, «là», ¿Qué?, 5 µm, cœur",
        "Škoda, Žižkov, Ÿ",
        "é",
        "€",
    ],
)
def test_western_text_is_plausible(text: str) -> None:
    assert is_plausible(text)
    assert text.encode("cp1252").decode("cp1252") == text


def test_every_choice_has_a_codec_and_a_label_of_its_own() -> None:
    for name, _ in choices()[1:]:
        way = codec(name)
        assert "abc".encode(way.name).decode(way.name, way.errors) == "abc"
    assert len({words for _, words in choices()}) == len(LABELS) + 1


def test_other_bytes_of_a_mixed_text_are_windows_1252() -> None:
    way = codec("utf-8-mixed")
    assert b"\xef\xbb\xbfZo\xeb \xc3\xa9 \x80\x81".decode(way.name, way.errors) == "Zoë é €\x81"
