"""Objects that the steps of one run share."""

import pytest

from proto_ddf.operations.resources import RunResources


def test_an_object_is_created_once():
    resources, made = RunResources(), []
    for _ in range(2):
        assert resources.get("a", lambda: made.append("a") or "the a") == "the a"
    assert resources.get("b", lambda: "the b") == "the b"
    assert made == ["a"]


def test_what_failed_is_created_when_it_is_requested_again():
    resources = RunResources()
    with pytest.raises(ZeroDivisionError):
        resources.get("a", lambda: 1 / 0)
    assert resources.get("a", lambda: 1.0) == 1.0


def test_objects_are_closed_with_the_last_one_first():
    resources, closed = RunResources(), []
    for name in ("a", "b"):
        resources.get(name, lambda name=name: name, closed.append)
    resources.get("c", lambda: "c")
    resources.close()
    resources.close()
    assert closed == ["b", "a"]


def test_after_closing_new_objects_are_created():
    resources = RunResources()
    resources.get("a", lambda: 1)
    resources.close()
    assert resources.get("a", lambda: 2) == 2
