"""Proto-DDF's own server with its supervisor, and with an address, /freeze, that freezes its event loop.

Run it with `python tests/freezing_server.py`. Its watchdog waits five seconds instead of twenty."""

import functools
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from proto_ddf import server
from proto_ddf.supervisor import Supervisor


def freezing(app):
    async def with_freeze(scope, receive, send):
        while scope.get("path") == "/freeze":
            pass
        await app(scope, receive, send)

    return with_freeze


def serve(supervisor):
    load_app = server.load_app
    server.load_app = lambda port: freezing(load_app(port))
    server.serve = functools.partial(server.serve, frozen_seconds=5.0)
    sys.argv[1:] = ["start", supervisor]
    server.main()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        serve(sys.argv[1])
    else:
        sys.exit(Supervisor([sys.executable, __file__, str(os.getpid())]).run())
