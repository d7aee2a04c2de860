"""Text from outside that looks like Reflex's own tags stays text, and what pages interpolate stays code.

The kind: any string that reaches a Reflex literal and was not written by us. Such are parts of an address,
names of sources, tables, columns and files, CHECK values, labels, descriptions, values of rows, texts of errors
and logs. They reach literals through events (redirect, toast, call_script, download, set_clipboard and any
event's arguments), props, children, keys and values of dicts, conditions, comparisons, styles and page titles.
Inside the tag may be letters, numbers, nothing, other tags, or what looks like a number that was given out.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import reflex as rx
from hypothesis import given
from hypothesis import strategies as st
from reflex_base.event import Event
from reflex_base.vars.base import LiteralVar, Var

import proto_ddf
from proto_ddf.web import literal_guard

pytestmark = pytest.mark.timeout(60)

REAL: Var[str] = Var(_js_expr="state.name", _var_type=str)
REAL_NUMBER = re.findall(r"-?\d+", f"{REAL}")[0]

TEXTS = [
    "<reflex.Var>x</reflex.Var>",
    "before <reflex.Var>Ünï 😀</reflex.Var> after",
    "<reflex.Var>12</reflex.Var>",
    "<reflex.Var>-12</reflex.Var>",
    "<reflex.Var>²</reflex.Var>",
    "<reflex.Var>1e5</reflex.Var>",
    f"<reflex.Var>{'9' * 5000}</reflex.Var>",
    f"<reflex.Var>{REAL_NUMBER}</reflex.Var>",
    f"<reflex.Var>{REAL_NUMBER}</reflex.Var>state.nam",
    "<reflex.Var></reflex.Var>",
    "<reflex.Var>-</reflex.Var>",
    "<reflex.Var> 1 </reflex.Var>",
    "<reflex.Var>\n</reflex.Var>",
    "<reflex.Var><reflex.Var>x</reflex.Var></reflex.Var>",
    f"<reflex.Var><reflex.Var>{REAL_NUMBER}</reflex.Var></reflex.Var>",
    "<reflex.Var>x</reflex.Var><reflex.Var>1</reflex.Var><reflex.Var></reflex.Var>",
    "<reflex.Var>",
    "<reflex.Var>1",
    "</reflex.Var>",
    "</reflex.Var>x<reflex.Var>",
    "<reflex.Var>" * 2000,
    "<reflex.Var>x</reflex.Var>" * 2000,
    "<reflex.Var>" + "x" * 200_000 + "</reflex.Var>",
]
PIECES = st.lists(
    st.sampled_from(
        [
            "<reflex.Var>",
            "</reflex.Var>",
            "<",
            "reflex.Var>",
            "1",
            "-",
            "x",
            "\n",
            '"',
            "\\",
            "é",
            REAL_NUMBER,
            "${a}",
            "'",
        ]
    )
    | st.text(max_size=5),
    max_size=12,
)


class Kind(str):
    """Strings of other classes are literals too."""


outside = pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))


def values(expression: str) -> list[Any]:
    """The value of a JavaScript expression of string literals and "state.name" joined by + holds, in its order."""
    found: list[Any] = []
    rest = expression.removeprefix("(").removesuffix(")")
    while rest:
        if rest.startswith("state.name"):
            value, end = REAL, len("state.name")
        else:
            value, end = json.JSONDecoder().raw_decode(rest)
        found.append(value)
        assert rest[end : end + 1] in ("", "+")
        rest = rest[end + 1 :]
    return found


def payload(event: Any) -> dict[str, Any]:
    """What an event sends to the browser."""
    [made] = Event.from_event_type(event)
    return dict(made.payload)


def in_script(script: str) -> list[str]:
    """The string literals of a script."""
    return [json.loads(found) for found in re.findall(r'"(?:[^"\\]|\\.)*"', script)]


def strings(rendered: Any) -> list[str]:
    """The string literals of a rendered component, at any depth."""
    if isinstance(rendered, str):
        return in_script(rendered)
    if isinstance(rendered, dict):
        rendered = list(rendered.values())
    if not isinstance(rendered, list | tuple):
        return []
    return [found for part in rendered for found in strings(part)]


@outside
def test_a_literal_is_the_text(text: str) -> None:
    made = LiteralVar.create(text)
    assert made._decode() == text
    assert values(str(made)) == [text]
    assert json.loads(LiteralVar.create(Kind(text)).json()) == text


@outside
@pytest.mark.parametrize("wrap", [lambda text: [text], lambda text: {text: text, "a": {"b": text}}])
def test_lists_and_dicts_hold_the_text(text: str, wrap: Callable[[str], Any]) -> None:
    made = LiteralVar.create(wrap(text))
    assert set(in_script(str(made))) - {"a", "b"} == {text}
    assert json.loads(made.json()) == wrap(text)
    assert made._decode() == wrap(text)


@outside
def test_events_carry_the_text(text: str) -> None:
    assert payload(rx.redirect(f"/sources/{text}"))["path"] == f"/sources/{text}"
    assert payload(rx.call_script(f"say({text})"))["javascript_code"] == f"say({text})"
    assert payload(rx.download(url="/a", filename=text))["filename"] == text
    for made in (
        rx.toast(text),
        rx.toast.error(text),
        rx.toast.success("Done", description=text),
        rx.set_clipboard(text),
        rx.console_log(text),
    ):
        assert text in in_script(payload(made)["function"])


@outside
def test_components_show_the_text(text: str) -> None:
    made = rx.el.div(
        text,
        rx.text(text, title=text, custom_attrs={"data-a": text}, style={"color": text}),
        rx.el.input(id=text, default_value=text, on_change=rx.redirect(text)),
        rx.cond(REAL, text, "b"),
        rx.match(REAL, (text, text), "b"),
        rx.foreach([text], rx.text),
        rx.markdown(text),
        rx.select([text], value=text),
        class_name=text,
    )
    assert strings(made.render()).count(text) >= 10
    made._get_all_imports()


@outside
def test_an_expression_keeps_its_other_text(text: str) -> None:
    made: Var[Any] = Var(_js_expr=f"f({json.dumps(text)})")
    assert str(made) == f"f({json.dumps(text)})"


@given(PIECES)
def test_any_text_stays_as_it_is(pieces: list[str]) -> None:
    text = "".join(pieces)
    made = LiteralVar.create(text)
    assert values(str(made)) == [text]
    assert made._decode() == text


@given(PIECES, PIECES)
def test_a_var_in_any_text_stays_a_var(before: list[str], after: list[str]) -> None:
    first, last = "".join(before), "".join(after)
    made: Var[Any] = LiteralVar.create(f"{first}{REAL}{last}")
    assert values(str(made)) == [part for part in (first, REAL, last) if part is REAL or part]


def test_vars_in_text_without_tags_are_what_they_were_before() -> None:
    made: Var[Any] = LiteralVar.create(f"a {REAL} b {REAL}")
    assert values(str(made)) == ["a ", REAL, " b ", REAL]
    data = rx.State.is_hydrated._get_all_var_data()
    assert data
    assert (
        LiteralVar.create(f"<reflex.Var>x</reflex.Var>{rx.State.is_hydrated}")._get_all_var_data()
        == data
    )
    assert Var(_js_expr=f"f({rx.State.is_hydrated})")._get_all_var_data() == data


def test_generated_apps_have_the_same_guard() -> None:
    app = Path(proto_ddf.__file__).parent / "generator/templates/app/__slug__"
    assert (app / "literal_guard.py").read_text() == Path(literal_guard.__file__).read_text()
