"""The previous version of an app, which a regeneration kept, in place of the present one.

It is built beside the app and switched to as a regeneration does. The present version becomes the previous one, so that
the way back is the same.
"""

import json
import os
import shutil
from pathlib import Path

import pydantic

from proto_ddf.generator.spec import AppSpec
from proto_ddf.hosting import apps as hosted
from proto_ddf.hosting import records, replacement
from proto_ddf.hosting.builds import frontend
from proto_ddf.hosting.launch import folder, next_folder, old_folder, previous_folder
from proto_ddf.operations.recovery.model import Recovering, RecoverInput


def no_previous(given: RecoverInput) -> str:
    """The obstacle of restoring: there is no previous version, or its plan cannot be read."""
    if _plan(previous_folder(given.slug)) is None:
        return "no previous version is kept"
    return ""


def copy_previous(context: Recovering) -> None:
    """Copy the previous version to where it is built."""
    slug = context.input.slug
    made = next_folder(slug, context.operation_id)
    if old_folder(slug, context.operation_id).exists() or made.exists():
        return
    copying = made.with_name(f"{made.name}.copying")
    shutil.rmtree(copying, ignore_errors=True)
    shutil.copytree(previous_folder(slug), copying, symlinks=True)
    os.rename(copying, made)


def build_previous(context: Recovering) -> None:
    if replacement.is_switched(context.input.slug, context.operation_id):
        return
    made = next_folder(context.input.slug, context.operation_id)
    frontend.install(made, context)
    frontend.build(made, context)


def switch(context: Recovering) -> None:
    records.change(context.input.slug, wanted_running=True)
    replacement.switch(context.input.slug, context.operation_id, context)


def prove_previous(context: Recovering) -> None:
    """The restored version shows its first page. Then its plan is that of the app."""
    slug = context.input.slug
    hosted.check_app(slug, context)
    plan = _plan(folder(slug))
    if plan is not None:
        records.change(slug, spec=plan.model_dump(mode="json"), name=plan.name)
    replacement.accept(slug, context.operation_id)
    kept = previous_folder(slug)
    context.report(f"The version that was replaced is kept in {kept}")


def roll_back(operation_id: str, given: RecoverInput) -> None:
    """The version that was replaced comes back, unless the restored one was accepted."""
    replacement.roll_back(given.slug, operation_id)
    replacement.discard_build(given.slug, operation_id)


def _plan(place: Path) -> AppSpec | None:
    try:
        return AppSpec.model_validate(json.loads((place / "app.json").read_text()))
    except (OSError, ValueError, pydantic.ValidationError):
        return None
