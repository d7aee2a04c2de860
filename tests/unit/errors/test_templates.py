"""Templates make correct sentences, whichever values are known."""

import pytest

from proto_ddf.errors.templates import render


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("Plain words.", {}, "Plain words."),
        ("Port {port} is taken.", {"port": 3000}, "Port 3000 is taken."),
        ("Not known[: {reason}].", {}, "Not known."),
        ("Not known[: {reason}].", {"reason": "gone"}, "Not known: gone."),
        ("Not known[: {reason}].", {"reason": ""}, "Not known."),
        ("Not known[: {reason}].", {"reason": None}, "Not known."),
        ("[Port {port}|The port] is taken.", {"port": 1}, "Port 1 is taken."),
        ("[Port {port}|The port] is taken.", {}, "The port is taken."),
        ("[{a}|[{b}|Both unknown] said so.]", {"b": "B"}, "B said so."),
        ("[{a}|[{b}|Nobody] said so.]", {}, "Nobody said so."),
        ("[{a}|[{b}|Nobody] said so.]", {"a": "A."}, "A."),
        ("[{a} of {b}]", {"a": 1}, ""),
        ("wait {seconds:.0f} s", {"seconds": 2.6}, "wait 3 s"),
        ("wait {seconds:.0f} s", {"seconds": "a while"}, "wait a while s"),
        ("{gone} is shown as such", {}, "… is shown as such"),
        ("zero is known: {n}", {"n": 0}, "zero is known: 0"),
        (
            "a value [with {v}]",
            {"v": "[brackets] and {braces}"},
            "a value with [brackets] and {braces}",
        ),
    ],
)
def test_renders(template: str, values: dict[str, object], text: str) -> None:
    assert render(template, values) == text


def test_a_bracket_left_open_is_refused() -> None:
    with pytest.raises(ValueError, match="bracket is not closed"):
        render("half [open", {})
