"""Servers that tests kill. Each is forked from one process that has imported everything: the imports take longer than
most of these tests."""

import multiprocessing

SERVERS = multiprocessing.get_context("forkserver")
SERVERS.set_forkserver_preload(
    [
        f"tests.integration.operations.{name}"
        for name in ("server_process", "codegen.killed_server", "recovery.repair_server")
    ]
)
