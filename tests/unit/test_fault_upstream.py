"""What answers instead of a database server in the table of faults is taken for what it should be."""

import pytest

from benchmarks.faults.upstream import ANSWERS
from proto_ddf.errors.types import IntegrationError
from proto_ddf.sources.servers.addresses import Address
from proto_ddf.sources.servers.config import ServerConfig
from proto_ddf.sources.servers.postgres.server import POSTGRES
from tests.ports import HOST
from tests.servers.peers import Answer, listener


@pytest.mark.parametrize(
    ("answer", "code"),
    list(zip(ANSWERS, ("too_many_connections", "server_stopping", "wrong_server"), strict=True)),
)
def test_each_answer_is_understood(answer: Answer, code: str) -> None:
    with listener(answer) as port:
        config = POSTGRES.config_model(host=HOST, port=port, database="shop", user="ann")
        found = _refusal(Address(HOST, HOST, port), config)
    assert found.code == code


def _refusal(address: Address, config: ServerConfig) -> IntegrationError:
    try:
        refused = POSTGRES.perform_handshake(address, config, 5.0).refused
    except IntegrationError as error:
        return error
    assert isinstance(refused, IntegrationError)
    return refused
