import pytest

from proto_ddf.operations.stop_flag import CANCELLED, SERVER_STOPPING, OperationStopped, StopFlag


def test_work_goes_on_until_the_flag_is_set():
    flag = StopFlag()
    flag.check()
    flag.pause(0)
    flag.set(CANCELLED)
    with pytest.raises(OperationStopped, match=CANCELLED):
        flag.check()


def test_a_pause_ends_as_soon_as_the_flag_is_set():
    flag = StopFlag()
    flag.set(CANCELLED)
    with pytest.raises(OperationStopped):
        flag.pause(3600)


def test_the_first_reason_stays():
    flag = StopFlag()
    flag.set(CANCELLED)
    flag.set(SERVER_STOPPING)
    assert flag.reason == CANCELLED


def test_a_stop_is_not_taken_for_a_failure():
    assert not issubclass(OperationStopped, Exception)
