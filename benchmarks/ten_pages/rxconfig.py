"""A fixed app of ten pages: what the builds and starts of generated apps are measured against."""

import reflex as rx

config = rx.Config(
    app_name="ten_pages",
    telemetry_enabled=False,
    show_built_with_reflex=False,
    disable_plugins=[rx.plugins.SitemapPlugin],
    plugins=[rx.plugins.RadixThemesPlugin(theme=rx.theme(accent_color="indigo"))],
)
