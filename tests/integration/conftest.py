"""The end of the process from which servers are forked."""

import shutil
from collections.abc import Iterator
from multiprocessing.util import get_temp_dir

import pytest


@pytest.fixture(scope="session")
def socket_removed() -> Iterator[None]:
    """Removes the socket of `forked_servers`, because this process may end without multiprocessing's own clean-up."""
    yield
    shutil.rmtree(get_temp_dir())
