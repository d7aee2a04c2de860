"""Checks that a repair has helped: the app shows its first page, and what had failed does not fail any more."""

from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records
from proto_ddf.hosting.builds import frontend
from proto_ddf.operations.disk_space import check_disk_space
from proto_ddf.operations.recovery.actions import packages
from proto_ddf.operations.recovery.model import Recovering


def prove_app(context: Recovering) -> None:
    """An app that is repaired in place runs and shows its first page. A build that is not served yet is complete as far as
    its operation had come.

    Raises:
        ProtoDDFError: as the step that had failed.
    """
    given = context.input
    if given.in_place:
        hosted.start_app(given.slug, context)
        hosted.check_app(given.slug, context)
        context.report(f"{given.name} shows its first page")
        return
    if given.failed_step in ("install", "build", "restart", "check"):
        packages.check_packages(given.folder)
        context.report("All packages are there")
    if packages.needs_build(given):
        packages.check_build(given.folder)
        context.report("The build is complete")


def prove_space(context: Recovering) -> None:
    """There is room for an app, and the step that ran out of it succeeds.

    Raises:
        SystemError: code disk_space_low, and as the step that had failed.
    """
    given = context.input
    check_disk_space()
    if given.failed_step in ("install", "build"):
        frontend.install(given.folder, context)
    if given.in_place and given.slug:
        prove_app(context)
    else:
        context.report("There is enough free space again")


def prove_port(context: Recovering) -> None:
    """The app answers on its new port."""
    prove_app(context)
    record = records.read(context.input.slug)
    context.report(f"It answers on port {record.frontend_port}")
