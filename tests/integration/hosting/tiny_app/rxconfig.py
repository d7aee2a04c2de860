import os

import reflex as rx

PORT = os.environ.get("REFLEX_FRONTEND_PORT", "3000")

config = rx.Config(
    app_name="tiny_app",
    cors_allowed_origins=[
        f"{scheme}://{host}:{PORT}"
        for scheme in ("http", "https")
        for host in ("127.0.0.1", "localhost")
    ],
    telemetry_enabled=False,
    show_built_with_reflex=False,
    disable_plugins=[rx.plugins.SitemapPlugin, rx.plugins.RadixThemesPlugin],
)
