"""What Reflex and Starlette know of the whole app, asked in a process of its own: the app may exist once in a process."""

import json
import os
import subprocess
import sys
from functools import cache
from typing import Any

from proto_ddf.settings import PROJECT_ROOT

SCRIPT = """
import json
from reflex_base.registry import RegistrationContext
from starlette.routing import Mount
from proto_ddf.proto_ddf import app
from proto_ddf.web.access.least_roles import event_roles, short_name

registered = RegistrationContext.get().event_handlers
routes = [*app.api_transformer[0].routes, *app._api.routes]
print(json.dumps({
    "events": {name: short_name(name, each) for name, each in registered.items()},
    "roles": event_roles(),
    "states": [state.__name__ for state in RegistrationContext.get().base_states.values()],
    "routes": [[sorted(each.methods), each.path] for each in routes if not isinstance(each, Mount)],
    "mounts": [each.path for each in routes if isinstance(each, Mount)],
    "pages": ["/" + route for route in app._unevaluated_pages],
}))
"""


@cache
def registry() -> dict[str, Any]:
    home = os.environ["PROTO_DDF_HOME"]
    variables = {**os.environ, "REFLEX_STATES_WORKDIR": f"{home}/tabs"}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
