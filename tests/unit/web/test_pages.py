"""Every page can be rendered, since only then Reflex reports a misspelt attribute of a variable; and no page shows a control to a
role that may not use it."""

import os
import subprocess
import sys
from functools import cache

from proto_ddf.settings import PROJECT_ROOT

SCRIPT = """
import re

from reflex.event import EventChain, EventSpec
from reflex_base.utils.format import format_event_handler
from reflex_components_core.core.cond import Cond
from reflex_components_core.core.foreach import Foreach

from proto_ddf.accounts.roles import Role, allows
from proto_ddf.proto_ddf import app
from proto_ddf.web.access.least_roles import event_roles

LEAST = event_roles()
checked = set()


def check(page, component, seen_by):
    if isinstance(component, Cond) and "access_state.role_rx_state_" in str(component.cond):
        named = {role for role in Role if f'"{role}"' in str(component.cond)}
        check(page, component.children[0], seen_by & named)
        check(page, component.children[1], seen_by)
        return
    for name in names(component):
        checked.add(name)
        least = LEAST.get(name)
        for role in seen_by if seen_by else ():
            if least is None or not allows(role, least):
                print("wrong:", page, role, name)
    children = component.children
    if isinstance(component, Foreach):
        children = [component._render().render_component()]
    for child in children:
        check(page, child, seen_by)


def names(component):
    for chain in getattr(component, "event_triggers", {}).values():
        for event in chain.events if isinstance(chain, EventChain) else ():
            if isinstance(event, EventSpec) and event.handler.state is not None:
                yield format_event_handler(event.handler)
    submitted = (getattr(component, "custom_attrs", None) or {}).get("data-outbox")
    if submitted:
        yield str(submitted)


for route, page in app._unevaluated_pages.items():
    check(route, page.component(), set(Role))
    print("drawn:", route)
print("checked:", len(checked))
"""


@cache
def drawn() -> list[tuple[str, str]]:
    """What the script prints, the word before the colon and the rest."""
    variables = {**os.environ, "REFLEX_STATES_WORKDIR": f"{os.environ['PROTO_DDF_HOME']}/tabs"}
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, cwd=PROJECT_ROOT, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = (line.partition(": ") for line in done.stdout.splitlines())
    return [(word, rest) for word, _, rest in lines]


def test_every_page_can_be_drawn() -> None:
    routes = {rest for word, rest in drawn() if word == "drawn"}
    assert {"index", "sources/[source_id]", "generate", "settings", "settings/audit"} <= routes


def test_no_page_shows_a_control_to_a_role_that_may_not_use_it() -> None:
    assert [rest for word, rest in drawn() if word == "wrong"] == []
    [checked] = [int(rest) for word, rest in drawn() if word == "checked"]
    assert checked > 150
