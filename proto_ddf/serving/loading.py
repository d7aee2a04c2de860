"""Loads the compiled Reflex app of the current folder, front end and back end, as one ASGI app."""

import gc
import os
import sys
import types
from datetime import timedelta
from typing import Any

from reflex_base import constants
from reflex_base.environment import environment

PING_INTERVAL = PING_TIMEOUT = timedelta(seconds=2.4)
"""Of websockets. Both ends notice within 5 s that the other one is gone, also if no packet says so."""


def load_app(port: int) -> Any:
    """The ASGI app of the Reflex app in the current folder, which must be compiled."""
    environment.REFLEX_ENV_MODE.set(constants.Env.PROD)
    environment.REFLEX_SKIP_COMPILE.set(True)
    environment.REFLEX_MOUNT_FRONTEND_COMPILED_APP.set(True)
    environment.REFLEX_SOCKET_INTERVAL.set(PING_INTERVAL)
    environment.REFLEX_SOCKET_TIMEOUT.set(PING_TIMEOUT)
    # The app's rxconfig.py makes its addresses from this variable.
    os.environ["REFLEX_FRONTEND_PORT"] = str(port)
    from reflex.utils import prerequisites

    if prerequisites.parse_redis_url() is None:
        skip_redis_import()
    gc.disable()  # imported modules are never freed, so that collecting garbage now only takes time
    module = prerequisites.get_app()
    app = module.app()
    # Later collections ignore these objects too, so that they do not write to their memory pages.
    gc.collect()
    gc.freeze()
    gc.enable()
    return app


def skip_redis_import() -> None:
    """Prevent Reflex from importing the Redis client, which takes 5 MB in every app, if no Redis is configured.

    Reflex imports these two names in any case, but does not call them without Redis.
    """
    name = "reflex.istate.manager.redis"
    absent = types.ModuleType(name)
    absent.__dict__.update(StateManagerRedis=type("StateManagerRedis", (), {}))
    absent.__dict__.update(enable_keyspace_notifications=None)
    sys.modules.setdefault(name, absent)
