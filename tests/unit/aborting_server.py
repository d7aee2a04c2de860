"""A real gRPC server that ends every call with the requested status."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc

METHOD = "/proto_ddf.Test/Abort"
RETRIED = {
    "UNAVAILABLE",
    "DEADLINE_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "ABORTED",
    "INTERNAL",
    "UNKNOWN",
}
"""The statuses that may pass by themselves."""
STATUSES = [status.name for status in grpc.StatusCode if status is not grpc.StatusCode.OK]
_NO_PROXY = [("grpc.enable_http_proxy", 0)]


class Aborting(grpc.GenericRpcHandler):
    """The request is "STATUS" or "STATUS pushback", the answer "fine" where the status is OK."""

    def service(self, details: Any) -> Any:
        return grpc.unary_unary_rpc_method_handler(_answer) if details.method == METHOD else None


def _answer(request: bytes, context: Any) -> bytes:
    status, _, pushback = request.decode().partition(" ")
    if pushback:
        context.set_trailing_metadata((("grpc-retry-pushback-ms", pushback),))
    if status != "OK":
        context.abort(grpc.StatusCode[status], "on purpose.")
    return b"fine"


@contextmanager
def aborting_server() -> Iterator[str]:
    """Its address."""
    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads, handlers=[Aborting()])
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield f"127.0.0.1:{port}"
        finally:
            server.stop(None).wait()


@contextmanager
def client(address: str) -> Iterator[Any]:
    """A function that makes the call: bytes to bytes, or grpc.RpcError."""
    with grpc.insecure_channel(address, options=_NO_PROXY) as channel:
        call = channel.unary_unary(METHOD)
        yield lambda request: call(request, timeout=10, wait_for_ready=True)


async def call_async(address: str, request: bytes) -> bytes:
    """The same by grpc.aio."""
    async with grpc.aio.insecure_channel(address, options=_NO_PROXY) as channel:
        answer: bytes = await channel.unary_unary(METHOD)(request, timeout=10, wait_for_ready=True)
        return answer
