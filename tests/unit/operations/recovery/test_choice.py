"""Which repairs are chosen: by class, then by what helped before."""

import pytest

from proto_ddf.errors import CATALOGUE
from proto_ddf.operations.recovery.attempts import Effect
from proto_ddf.operations.recovery.choice import _BY_CODE, _OUTSIDE_OWN_CODE, by_effect, candidates
from proto_ddf.operations.recovery.model import Cause
from proto_ddf.operations.recovery.strategies import ASKING, AUTOMATIC, STRATEGIES

ASKED_FOR = {each.name for each in ASKING}


def test_the_tables_name_codes_and_strategies_that_exist() -> None:
    for table in (_BY_CODE, _OUTSIDE_OWN_CODE):
        assert set(table) <= set(CATALOGUE)
        assert {name for names in table.values() for name in names} <= set(STRATEGIES)


def test_each_strategy_that_needs_no_person_is_chosen_for_something() -> None:
    chosen = {name for names in (*_BY_CODE.values(), *_OUTSIDE_OWN_CODE.values()) for name in names}
    assert chosen == {each.name for each in AUTOMATIC}


def test_what_loses_something_says_so_and_is_never_chosen() -> None:
    assert all(each.loses for each in ASKING)
    assert not any(each.loses for each in AUTOMATIC)
    for code in CATALOGUE:
        for location in ("", ".web/app/root.jsx:1", "shop/pages/notes.py:3"):
            assert not ASKED_FOR & set(candidates(Cause(code=code, location=location)))


@pytest.mark.parametrize(
    ("cause", "names"),
    [
        (Cause(code="port_in_use"), ["other_port", "restart"]),
        (Cause(code="module_missing"), ["reinstall", "clear_caches"]),
        (Cause(code="module_missing", location="app/routes/_index.jsx:2"), ["reinstall"]),
        (Cause(code="module_missing", location="/h/apps/shop/shop/shop.py:3"), []),
        (Cause(code="code_syntax_error", location="/h/apps/shop/rxconfig.py:3"), []),
        (
            Cause(code="code_syntax_error", location="/h/shop/.web/utils/state.js:1"),
            ["clear_caches"],
        ),
        (Cause(code="something_new", suggested_action="rebuild"), ["rebuild"]),
        (Cause(code="authentication_failed", suggested_action="fix_credentials"), []),
        (Cause(code="registry_unreachable", suggested_action="check_network"), []),
        (Cause(code="app_code_error", location="shop/shop.py:1"), []),
    ],
)
def test_the_class_decides(cause: Cause, names: list[str]) -> None:
    assert list(candidates(cause))[: len(names) or None] == names


def test_without_experience_the_order_of_the_class_stays() -> None:
    assert by_effect(("restart", "rebuild", "reinstall"), {}) == ["restart", "rebuild", "reinstall"]


def test_what_never_helped_goes_behind_what_did() -> None:
    seen = {"restart": Effect(8, 0), "rebuild": Effect(2, 2)}
    assert by_effect(("restart", "rebuild", "reinstall"), seen) == [
        "rebuild",
        "reinstall",
        "restart",
    ]


def test_one_failure_changes_little() -> None:
    assert by_effect(("restart", "rebuild"), {"rebuild": Effect(1, 0)})[0] == "restart"
    assert by_effect(("restart", "rebuild"), {"restart": Effect(10, 9)})[0] == "restart"
