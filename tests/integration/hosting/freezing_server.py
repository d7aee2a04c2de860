"""Proto-DDF's own server with an address, /freeze, at which its event loop stands still for ever, and a watchdog
that waits two seconds for it: `python freezing_server.py SUPERVISOR`, or without one.
"""

import functools
import sys

from proto_ddf import server


def freezing(app):
    async def with_freeze(scope, receive, send):
        while scope.get("path") == "/freeze":
            pass
        await app(scope, receive, send)

    return with_freeze


load = server.load
server.load = lambda port: freezing(load(port))
server.serve = functools.partial(server.serve, frozen_seconds=2.0)
sys.argv.insert(1, "start")
server.main()
