from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.accounts.waits import FORGET_SECONDS, FREE_ATTEMPTS, LONGEST_WAIT, MOST_KEYS, Waits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_first_failures_cost_no_wait_and_later_ones_ever_more():
    clock = Clock()
    waits = Waits(clock)
    assert [waits.begin("ada") for _ in range(FREE_ATTEMPTS)] == [0.0] * FREE_ATTEMPTS
    found = []
    for _ in range(8):
        found.append(waits.begin("ada"))
        clock.now += found[-1]
        assert waits.begin("ada") == 0.0
    assert found == [1, 2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT]


def test_attempts_at_the_same_time_do_not_all_pass():
    waits = Waits(Clock())
    assert sum(waits.begin("ada") == 0 for _ in range(1000)) == FREE_ATTEMPTS


def test_one_address_waits_whatever_names_it_tries():
    waits = Waits(Clock())
    passed = sum(waits.begin(f"account {n}", "address 192.0.2.1") == 0 for n in range(100))
    assert passed == FREE_ATTEMPTS
    assert waits.begin("account 3", "address 192.0.2.2") == 0


def test_success_and_time_forget_failures():
    clock = Clock()
    waits = Waits(clock)
    for _ in range(FREE_ATTEMPTS):
        waits.begin("ada", "there")
    waits.succeeded("ada", "there")
    assert waits.begin("ada") == 0
    for _ in range(20):
        waits.begin("eve")
    clock.now += FORGET_SECONDS + 1
    assert waits.begin("eve") == 0


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0, 7.0, 61.0]), max_size=60))
def test_no_guesser_gets_more_attempts_than_the_waits_allow(pauses: list[float]):
    clock = Clock()
    waits = Waits(clock)
    passed = 0
    for pause in pauses:
        clock.now += pause
        passed += waits.begin("ada") == 0
    assert passed <= FREE_ATTEMPTS + clock.now + 1


def test_memory_is_bounded():
    waits = Waits(Clock())
    for n in range(MOST_KEYS + 500):
        waits.begin(str(n))
    assert len(waits._failures) == MOST_KEYS
