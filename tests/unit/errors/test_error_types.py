"""Every code has one type, and every type and code says what helps."""

from collections import Counter
from typing import get_args

import pytest

from proto_ddf.errors import CATALOGUE
from proto_ddf.errors.codes import error_types
from proto_ddf.errors.codes.error_types import TYPES, ErrorType, SuggestedAction, suggested_action
from proto_ddf.errors.codes.model import Severity


def test_every_code_has_a_type_and_no_other_text_has_one() -> None:
    assert set(TYPES) == set(CATALOGUE)
    assert set(TYPES.values()) == set(get_args(ErrorType))


def test_no_code_has_two_types() -> None:
    written = [code for codes in error_types._CODES.values() for code in codes.split()]
    assert [code for code, times in Counter(written).items() if times > 1] == []


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_code_has_a_severity_of_the_scale_and_an_action(code: str) -> None:
    entry = CATALOGUE[code]
    assert entry.severity in get_args(Severity)
    assert suggested_action(code, entry.type) in get_args(SuggestedAction)


def test_only_codes_of_the_catalogue_have_an_action_of_their_own() -> None:
    assert set(error_types._OTHER_ACTIONS) <= set(CATALOGUE)


def test_the_type_of_the_case_decides_what_helps() -> None:
    assert suggested_action("registry_refused", "authentication") == "fix_credentials"
    assert suggested_action("registry_refused", "permission") == "grant_permission"
    assert suggested_action("bulkhead_full", "resource") == "wait_and_retry"
    assert suggested_action("bulkhead_full", "data") == "correct_data"
