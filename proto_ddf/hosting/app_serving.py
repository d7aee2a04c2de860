"""What the process of an app is told of how it is served."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from proto_ddf.hosting.app_access import key_of, needs_sign_in
from proto_ddf.hosting.app_address import address_with_sign_in
from proto_ddf.serving.hosts import own_origins
from proto_ddf.serving.settings import ServingSettings, SignIn
from proto_ddf.serving.tickets import KEY_VARIABLE
from proto_ddf.settings import get_settings


def serving_environment(
    slug: str, port: int, *, pictures_of_the_web: bool = False
) -> dict[str, str]:
    """The variables that tell the process. Raises OSError."""
    serving = replace(_serving(slug, port), pictures_of_the_web=pictures_of_the_web)
    sign_in = serving.sign_in
    if sign_in is None:
        return serving.to_variable()
    origins = own_origins(sign_in.host, port, serving.public_url)
    # The last two are for the app's own code: its addresses, and the one where its pages renew their sessions.
    return {
        **serving.to_variable(),
        KEY_VARIABLE: key_of(slug),
        "ALLOWED_HOSTS": ",".join(dict.fromkeys(urlsplit(each).netloc for each in origins)),
        "SIGN_IN_AT": sign_in.server.replace("{host}", "*"),
    }


def is_reached_as_set(slug: str, port: int, environment: Mapping[str, str]) -> bool:
    """Whether a process of the app that was started with these variables listens where the settings say now, and lets
    people in as they say."""
    now, then = _serving(slug, port), ServingSettings.from_environment(environment)
    return _reach(now) == _reach(then)


def _reach(serving: ServingSettings) -> tuple[SignIn | None, str, str | None]:
    return serving.sign_in, serving.public_url, serving.tls_cert


def _serving(slug: str, port: int) -> ServingSettings:
    settings = get_settings()
    if not needs_sign_in(slug):
        return settings.serving()
    sign_in = SignIn(
        app=slug,
        server=settings.public_url or f"{settings.scheme}://{{host}}:{settings.port}",
        session_seconds=settings.app_session_seconds,
        # A version of an earlier release does not know viewers.
        only_editors=not (settings.apps_folder / slug / slug / "sign_in.py").exists(),
        host=settings.apps_host,
    )
    address = address_with_sign_in(port)
    return replace(settings.serving_with_sign_in(), sign_in=sign_in, public_url=address)
