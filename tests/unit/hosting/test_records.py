"""The records of apps."""

import pytest

from proto_ddf.errors import ValidationError, describe
from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import records


def named(name: str) -> AppSpec:
    return AppSpec(name=name, slug="corner_shop", tables=[], imported=True)


@pytest.mark.usefixtures("home")
def test_a_name_that_is_taken_tells_the_app_that_has_it() -> None:
    records.add(named("Corner shop"), None, "operation")
    for refused in (
        lambda: records.check_name_is_free(named("corner-SHOP")),
        lambda: records.add(named("corner-SHOP"), None, "another operation"),
    ):
        with pytest.raises(ValidationError) as caught:
            refused()
        described = describe(caught.value)
        assert described["field"] == "name"
        assert described["message"] == "There is already an app named “Corner shop”."
