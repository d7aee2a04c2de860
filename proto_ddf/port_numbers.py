"""Port numbers: the valid range, the defaults, and those that browsers refuse to open."""

from typing import Annotated

from pydantic import Field

HIGHEST_PORT = 65_535
Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT)]
UnprivilegedPort = Annotated[int, Field(ge=1024, le=HIGHEST_PORT)]
"""A port that a process may listen on without special rights."""

SERVER_PORT = 3000
"""The default port of Proto-DDF."""
FIRST_APP_PORT, LAST_APP_PORT = 3100, 4999
"""The default range of ports for apps that Proto-DDF runs."""
STANDALONE_APP_PORT = 3000
"""The default port of a generated app that runs without Proto-DDF."""
POSTGRESQL_PORT = 5432
MYSQL_PORT = 3306

BLOCKED_PORTS = frozenset(
    (
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179),
        *(389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587),
        *(601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061),
        *(6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    )
)
"""The "bad ports" of the Fetch standard, https://fetch.spec.whatwg.org/#port-blocking."""
