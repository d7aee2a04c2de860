"""Nobody does more than a rate allows within any window, and whoever waits as told may go on."""

import asyncio
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proto_ddf.serving.rate_limiter import MOST_KEYS, MovingWindows, RateLimiter, network_of

AMOUNT, SECONDS = 5, 60


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


# Eighths of a second are exact, so that the test's own sums are.
waits = st.lists(st.integers(0, 8 * SECONDS).map(lambda eighths: eighths / 8), max_size=80)


@given(waits)
def test_no_window_of_any_start_has_more_than_the_amount(pauses: list[float]) -> None:
    async def run() -> list[tuple[float, bool]]:
        clock = Clock()
        limiter = RateLimiter({"requests": f"{AMOUNT}/minute"}, clock)
        done = []
        for pause in pauses:
            clock.now += pause
            done.append((clock.now, await limiter.hit("requests", "ada") is None))
        return done

    done = asyncio.run(run())
    admitted = [at for at, was_admitted in done if was_admitted]
    for at, was_admitted in done:
        before = [each for each in admitted if at - SECONDS < each < at]
        same = [each for each in admitted if each == at]
        assert len(before) + len(same) <= AMOUNT
        # Nobody is refused who has done less.
        assert was_admitted or len(before) + len(same) == AMOUNT


@given(waits)
def test_whoever_waits_as_long_as_told_may_go_on_and_nobody_waits_too_long(
    pauses: list[float],
) -> None:
    async def run() -> None:
        clock = Clock()
        limiter = RateLimiter({"requests": f"{AMOUNT}/minute"}, clock)
        for pause in pauses:
            clock.now += pause
            exceeded = await limiter.hit("requests", "ada")
            if exceeded is not None:
                assert 0 < exceeded.seconds <= SECONDS
                assert exceeded.amount == AMOUNT
                clock.now += exceeded.seconds
                assert await limiter.hit("requests", "ada") is None

    asyncio.run(run())


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["first", "second"]))))
def test_clients_and_rates_do_not_count_for_each_other(hits: list[tuple[str, str]]) -> None:
    async def run() -> None:
        limiter = RateLimiter({"first": "2/hour", "second": "3/hour"}, Clock())
        count: dict[tuple[str, str], int] = {}
        for client, rate in hits:
            count[client, rate] = count.get((client, rate), 0) + 1
            admitted = await limiter.hit(rate, client) is None
            assert admitted == (count[client, rate] <= {"first": 2, "second": 3}[rate])

    asyncio.run(run())


def test_an_empty_rate_limits_nothing_and_an_unknown_one_is_a_mistake() -> None:
    limiter = RateLimiter({"requests": ""}, Clock())
    assert all(asyncio.run(limiter.hit("requests", "ada")) is None for _ in range(1000))
    with pytest.raises(KeyError):
        asyncio.run(limiter.hit("unknown", "ada"))


def test_clients_that_are_gone_are_forgotten_and_there_are_never_more_than_the_most() -> None:
    async def run() -> None:
        clock = Clock()
        windows = MovingWindows(clock, most_keys=10)
        for number in range(25):
            assert await windows.acquire_entry(str(number), AMOUNT, SECONDS)
            assert len(windows) <= 10
        clock.now += SECONDS
        assert await windows.acquire_entry("late", AMOUNT, SECONDS)
        assert len(windows) == 1

    asyncio.run(run())


def test_many_invented_sessions_do_not_make_an_address_be_forgotten() -> None:
    async def run() -> None:
        limiter = RateLimiter({"per_address": "1/minute", "per_session": "1/minute"}, Clock())
        assert await limiter.hit("per_address", "192.0.2.1") is None
        for number in range(MOST_KEYS + 1):
            assert await limiter.hit("per_session", str(number)) is None
        assert await limiter.hit("per_address", "192.0.2.1") is not None

    asyncio.run(run())


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_all_addresses_of_a_household_are_one_client(
    address: ipaddress.IPv6Address, host_part: int
) -> None:
    neighbour = ipaddress.IPv6Address(int(address) >> 64 << 64 | host_part)
    mapped = {address.ipv4_mapped, neighbour.ipv4_mapped} != {None}
    assert mapped or network_of(str(address)) == network_of(str(neighbour))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_one_client_however_it_is_written(
    address: ipaddress.IPv4Address,
) -> None:
    assert network_of(f"::ffff:{address}") == network_of(str(address)) == str(address)
