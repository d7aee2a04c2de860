"""Granian with the limits that its embedded server has no options for."""

import os
import socket
from pathlib import Path
from typing import Any

from granian._granian import ListenerSpec
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from .middleware.response_not_read import UNREAD_SECONDS
from .middleware.size_limits import HEAD_BYTES
from .settings import ServingSettings


class Listening(Server):
    """Its connections have TCP_USER_TIMEOUT, which they inherit from the listening socket: the system closes one whose
    client does not take what is sent to it."""

    _shd: Any
    _sfd: Any

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd = ListenerSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._sfd = self._shd.get_fd()
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            with socket.socket(fileno=os.dup(self._sfd)) as listener:
                milliseconds = int(UNREAD_SECONDS * 1000)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


def make_server(app: Any, host: str, port: int, settings: ServingSettings, most: int) -> Listening:
    """A server of at most `most` connections."""
    return Listening(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # with HTTP/2 enabled, idle connections are never closed
        http1_settings=HTTP1Settings(
            header_read_timeout=settings.request_timeout_ms, max_buffer_size=2 * HEAD_BYTES
        ),
        backlog=most,
        backpressure=most,
        ssl_cert=Path(settings.tls_cert) if settings.tls_cert else None,
        ssl_key=Path(settings.tls_key) if settings.tls_key else None,
        log_enabled=False,
    )
