"""Where Node and Bun are, and the environment variables of builds and apps."""

import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from proto_ddf import errors
from proto_ddf.settings import PROJECT_ROOT

INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"),
    *("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "REFLEX_DIR", "BUN_INSTALL_CACHE_DIR"),
)
"""The variables that child processes inherit. No other variable, which may be a secret, reaches an app's code."""

NODE_FOLDERS = (PROJECT_ROOT / ".venv/node/node_modules/.bin", Path(sys.prefix) / "bin")


def base_environment() -> dict[str, str]:
    """The environment every child starts from, with Node and Bun on its PATH."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    folders = [*map(str, NODE_FOLDERS), inherited.get("PATH", os.defpath)]
    return inherited | {
        "PATH": os.pathsep.join(folders),
        "PYTHONUNBUFFERED": "1",
        "NO_COLOR": "1",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_USE_SYSTEM_BUN": "true",
        "REFLEX_CHECK_LATEST_VERSION": "false",
    }


def build_environment() -> dict[str, str]:
    """The environment of a front-end build.

    Raises:
        SystemError: code toolchain_missing if Node or Bun is not installed.
    """
    environment = base_environment()
    for tool in ("node", "bun"):
        if shutil.which(tool, path=environment["PATH"]) is None:
            raise errors.SystemError(
                f"{tool} is not installed",
                component="toolchain",
                code="toolchain_missing",
                tool=tool,
            )
    # Without this variable Reflex measures which of two mirrors answers faster.
    return environment | {
        "NPM_CONFIG_REGISTRY": os.environ.get("NPM_CONFIG_REGISTRY") or registry()
    }


def registry_host() -> str:
    """Host, and port if given, of the npm registry. The full address may contain a password.

    Raises:
        SystemError: code toolchain_missing if Node or Bun is not installed.
    """
    return urlsplit(build_environment()["NPM_CONFIG_REGISTRY"]).netloc.rpartition("@")[2]


@lru_cache
def registry() -> str:
    """The npm registry in the configuration of this machine."""
    environment = {**os.environ, "PATH": base_environment()["PATH"]}
    answer = subprocess.run(
        ["npm", "config", "get", "registry"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    lines = answer.stdout.split()
    if answer.returncode != 0 or not lines:
        raise errors.SystemError(
            "npm does not report its registry",
            component="toolchain",
            code="toolchain_missing",
            tool="npm",
        )
    return lines[-1]
