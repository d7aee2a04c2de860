"""Exceptions that were raised and caught."""

from collections.abc import Callable


def raised_by(act: Callable[[], object]) -> Exception:
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def caused(error: Exception, cause: BaseException) -> Exception:
    def act() -> None:
        raise error from cause

    return raised_by(act)


def while_handling(error: Exception, first: Exception) -> Exception:
    def act() -> None:
        try:
            raise first
        except Exception:
            raise error  # noqa: B904

    return raised_by(act)
