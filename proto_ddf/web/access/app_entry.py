"""The way into an app that needs sign-in: this route leads there with a ticket."""

import asyncio
import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from proto_ddf.accounts.roles import Role, allows
from proto_ddf.current_user import ANONYMOUS
from proto_ddf.hosting import records
from proto_ddf.hosting.app_access import needs_sign_in
from proto_ddf.hosting.app_address import address, entry_address
from proto_ddf.serving.hosts import own_address, parse_host
from proto_ddf.serving.plain_page import link_button, paragraph
from proto_ddf.serving.tickets import Rights
from proto_ddf.web.access.plain_page import plain_page
from proto_ddf.web.access.request_session import session_of

_ENTRY = re.compile(r"/apps/[^/?#]+/enter(\?|$)")


async def enter_app(request: Request) -> Response:
    """Lead the person to the app at the host by which the browser has opened Proto-DDF."""
    back = own_address(request.query_params.get("next", ""))
    to = await asyncio.to_thread(_address, request, request.path_params["slug"], back)
    if to is None:
        words = "It does not exist, or has never been started."
        return plain_page(
            "This app cannot be opened",
            paragraph(words),
            link_button("All apps", "/apps"),
            status=404,
        )
    headers = {
        "cache-control": "no-store",
        # The ticket is in the address.
        "referrer-policy": "no-referrer",
        # Pages of apps renew their sessions by a request of their own, from another port of this host: another origin,
        # and for an IP address also another site.
        "cross-origin-resource-policy": "cross-origin",
    }
    return RedirectResponse(to, status_code=303, headers=headers)


def leads_to_app(address: str) -> bool:
    return _ENTRY.match(address) is not None


def go_on_page(address: str) -> Response:
    """The answer to a form from which the way leads on to an app. Browsers do not follow redirects from a form to another
    origin (form-action of the content security policy), so the page itself goes on."""
    page = plain_page("Signed in", link_button("Go on", address))
    page.headers["refresh"] = f"0; url={address}"
    return page


def _address(request: Request, slug: str, back: str) -> str | None:
    record = records.find_record(slug)
    host = parse_host(request.headers.get("host", ""), "http")
    if record is None or record.frontend_port is None or host is None:
        return None
    port = record.frontend_port
    if not needs_sign_in(slug):
        return f"{address(slug, port, host)}{back}"
    session = session_of(request.scope)
    user = session.user_id if session else ANONYMOUS
    rights: Rights = "editor" if session is None or allows(session.role, Role.BUILDER) else "viewer"
    return entry_address(slug, port, host, user, rights, back)
