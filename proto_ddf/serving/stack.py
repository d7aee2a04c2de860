"""The order of all middleware, in one place."""

from starlette.types import ASGIApp

from .middleware.connection_errors import ConnectionErrors
from .middleware.request_id import RequestId
from .settings import ServingSettings


def protect(app: ASGIApp, settings: ServingSettings) -> ASGIApp:
    """The app behind all middleware. A request passes them from the last line here to the first:

    1. RequestId: everything below logs with the id.
    2. ConnectionErrors: what fails or vanishes below ends here, counted.
    """
    app = ConnectionErrors(app)
    return RequestId(app)
