"""The settings of serving, as an app's process gets them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.settings import VARIABLE, ServingSettings


@given(st.builds(ServingSettings))
def test_an_app_is_served_with_the_settings_it_was_given(settings: ServingSettings) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings.to_variable().items():
            patch.setenv(name, value)
        assert ServingSettings.from_environment() == settings


def test_an_app_without_the_variable_has_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert ServingSettings.from_environment() == ServingSettings()


def test_a_setting_of_another_version_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, json.dumps({"of_another_version": 1, "max_connections": 77}))
    assert ServingSettings.from_environment().max_connections == 77
