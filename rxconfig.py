"""How Reflex builds and serves Proto-DDF itself."""

import reflex as rx

from proto_ddf.serving.hosts import own_origins
from proto_ddf.settings import get_settings
from proto_ddf.web.shared.theme import radix_theme

settings = get_settings()

config = rx.Config(
    app_name="proto_ddf",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    frontend_port=settings.port,
    backend_port=settings.port,
    backend_host=settings.host,
    api_url=f"http://localhost:{settings.port}",
    deploy_url=f"http://localhost:{settings.port}",
    cors_allowed_origins=own_origins(settings.host, settings.port, settings.public_url),
    plugins=[rx.plugins.RadixThemesPlugin(theme=radix_theme())],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
