"""Whether there is room for an app."""

import shutil

from proto_ddf import errors
from proto_ddf.settings import get_settings

MINIMUM_FREE_BYTES = 200 * 1024 * 1024
"""The most that a generated app needs with its packages and build."""


def check_disk_space(rows_bytes: int = 0) -> None:
    """Raises SystemError, code disk_space_low, if an app with so many bytes of rows may not fit."""
    free = shutil.disk_usage(get_settings().home).free
    required = MINIMUM_FREE_BYTES + rows_bytes
    if free < required:
        raise errors.SystemError(
            "Too little disk space for a new app.",
            component="disk",
            code="disk_space_low",
            free_mb=free // 2**20,
            required_mb=required // 2**20,
        )
