"""Servers that tests kill. Each is forked from one process that has imported everything: the imports take longer than
most of these tests."""

import multiprocessing

SERVERS = multiprocessing.get_context("forkserver")
SERVERS.set_forkserver_preload(
    [
        "tests.integration.generated.api_only",
        "tests.integration.operations.server_process",
        "tests.integration.operations.codegen.killed_server",
        "tests.integration.operations.recovery.repair_server",
    ]
)
