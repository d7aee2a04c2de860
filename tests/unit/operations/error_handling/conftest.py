"""A channel whose receiver is a list, as in the tests of notifications."""

from tests.unit.notify.conftest import _own_home, clock, inbox, keyed

__all__ = ["_own_home", "clock", "inbox", "keyed"]
