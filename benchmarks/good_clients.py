"""Clients that behave well, and how long they wait for an answer."""

import http.client
import ssl
import statistics
import threading
import time
from dataclasses import dataclass, field

HOST = "127.0.0.1"
EVERY_SECONDS = 0.05


@dataclass
class Answers:
    """What became of requests: the seconds of each that was answered, and why the others were not."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Of all requests, those that were answered."""
        return len(self.seconds) / max(1, len(self.seconds) + len(self.failures))

    def percentile(self, percent: int) -> float:
        if len(self.seconds) < 2:
            return float("inf")
        return statistics.quantiles(self.seconds, n=100)[percent - 1]


def request(port: int, path: str, timeout: float, *, tls: bool = False, method: str = "GET") -> int:
    """The status of the answer to a request on a connection of its own."""
    connection: http.client.HTTPConnection
    if tls:
        context = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(HOST, port, timeout=timeout, context=context)
    else:
        connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        connection.close()


def ask(
    port: int,
    path: str,
    until: float,
    timeout: float,
    *,
    tls: bool = False,
    every: float = EVERY_SECONDS,
) -> Answers:
    """Ask again and again until a time of the monotonic clock; an answer is one with status 200."""
    answers = Answers()
    while (began := time.monotonic()) < until:
        try:
            status = request(port, path, timeout, tls=tls)
        except (OSError, http.client.HTTPException) as error:
            answers.failures.append(f"{path}: {type(error).__name__}")
        else:
            if status == 200:
                answers.seconds.append(time.monotonic() - began)
            else:
                answers.failures.append(f"{path}: {status}")
        time.sleep(max(0.0, every - (time.monotonic() - began)))
    return answers


def ask_all(
    port: int, paths: dict[str, float], until: float, timeout: float, *, tls: bool = False
) -> dict[str, Answers]:
    """Ask for each path in a thread, each in its own interval."""
    found: dict[str, Answers] = {}

    def run(path: str, every: float) -> None:
        found[path] = ask(port, path, until, timeout, tls=tls, every=every)

    threads = [threading.Thread(target=run, args=each) for each in paths.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
