"""Which secrets and files the config of a source names."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.sources.connected.form_errors import validate_form
from proto_ddf.sources.connected.references import (
    References,
    files_of,
    possible_references,
    references_of,
)
from proto_ddf.sources.protocol import FormField, SourceKind
from proto_ddf.sources.registry import KINDS

secrets = st.text("0123456789abcdef", min_size=32, max_size=32).map("secret:{}".format)
names = st.text(st.characters(codec="utf-8", exclude_characters="\0/"), min_size=1).map(
    lambda text: f"{text.strip()}.csv"
)
files = st.tuples(st.sampled_from(["", "/srv/data/", "0123456789ab/", "~/"]), names).map("".join)


def value_of(field: FormField) -> st.SearchStrategy[Any]:
    """What a person may put into a field."""
    match field.widget:
        case "secret":
            return secrets
        case "file" if field.multiple:
            return st.lists(files, min_size=1, max_size=4)
        case "file":
            return files
        case "select":
            return st.sampled_from([value for value, _ in field.choices])
        case _:
            return st.just(field.default or ("x" if field.required else ""))


@st.composite
def configs(draw: st.DrawFn, kind: SourceKind) -> dict[str, Any]:
    filled = {field.name for field in kind.form if field.required or draw(st.booleans())}
    return {
        field.name: draw(value_of(field))
        for field in kind.form
        if field.name in filled and (field.required or field.widget in ("secret", "file"))
    }


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_a_config_names_what_its_secret_and_file_fields_hold_and_nothing_else(
    kind: str, data: st.DataObject
):
    known = KINDS[kind]
    config = data.draw(configs(known))
    assert validate_form(known, config)[1] == []
    named = references_of(kind, config)
    held = [config[field] for field in known.fields("file") if field in config]
    paths = [path for each in held for path in ([each] if isinstance(each, str) else each)]
    assert named.files == set(paths) == set(files_of(kind, config))
    assert named.secrets == {config[field] for field in known.fields("secret") if field in config}


@pytest.mark.parametrize("kind", KINDS)
def test_each_field_of_a_config_is_in_its_form_except_choices_for_columns(kind: str):
    """References are looked for in the fields of the form alone."""
    model = KINDS[kind].config_model
    assert model.model_config["extra"] == "forbid"
    asked = {field.name for field in KINDS[kind].form}
    assert set(model.model_fields) - asked <= {"types", "empty"}


@pytest.mark.parametrize("kind", [*KINDS, "of another version"])
@given(data=st.data())
def test_an_unreadable_config_names_all_that_is_in_it(kind: str, data: st.DataObject):
    secret, path = data.draw(secrets), data.draw(files)
    nested = references_of(kind, {"old": [{"key": secret}], "file": path})
    assert secret in nested.secrets
    assert path in nested.files
    inside_a_text = references_of(kind, {"old": f"{secret}, 0123456789ab/x.csv"})
    assert secret in inside_a_text.secrets
    assert "0123456789ab" in inside_a_text.files


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text() | secrets,
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_value_can_be_searched(record: Any):
    named = possible_references(json.loads(json.dumps(record)))
    assert all(reference in json.dumps(record) for reference in named.secrets)


def test_overlapping_names_of_folders_are_all_found():
    assert {"0123456789ab", "123456789abc"} <= possible_references("x0123456789abcx").files


def test_a_union_names_what_any_names():
    one, two = References(frozenset("a"), frozenset("b")), References(frozenset("c"))
    assert References.union([one, two]) == References(frozenset("ac"), frozenset("b"))
    assert References.union([]) == References()
