import pytest

from proto_ddf.sources.size_texts import count_text, size_text


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (1_234_567, "1.2 MB"),
        (999_960, "1.0 MB"),
        (5_000_000_000_000, "5,000.0 GB"),
    ],
)
def test_sizes_are_said_in_words(size: int, expected: str) -> None:
    assert size_text(size) == expected


def test_counts_agree_with_their_noun() -> None:
    assert [count_text(1, "row"), count_text(12_430, "row")] == ["1 row", "12,430 rows"]
