"""The number of round trips from an app to its server: a page, a count or a row takes one."""

import pytest


@pytest.fixture
def asked(served, monkeypatch) -> list[str]:
    """Every message that is sent to the server from now on, of whatever kind."""
    sent: list[str] = []
    if served.spec.dialect == "postgresql":
        kept = served.connecting._Connection.wait
        monkeypatch.setattr(
            served.connecting._Connection,
            "wait",
            lambda self, *given, **named: sent.append("wait") or kept(self, *given, **named),
        )
    else:
        kept = served.connecting.pymysql.connections.Connection._execute_command
        monkeypatch.setattr(
            served.connecting.pymysql.connections.Connection,
            "_execute_command",
            lambda self, command, sql: sent.append(str(sql)) or kept(self, command, sql),
        )
    return sent


def test_each_read_is_one_round_trip(served, asked):
    view, query = served.view("codes"), served.filters.Query()
    served.data.fetch_page(view, query, 2)  # from here on, the pool has a connection
    asked.clear()
    page = served.data.fetch_page(view, query, 2)
    assert len(asked) == 1, asked
    served.data.fetch_page(view, query, 2, after=page.last)
    assert len(asked) == 2, asked
    served.data.forget_counts()
    served.data.count_rows(view, query)
    assert len(asked) == 3, asked
    served.data.fetch_row(view, ("plain",))
    assert len(asked) == 4, asked
