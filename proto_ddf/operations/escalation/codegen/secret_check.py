"""Finds stored secrets in an app's code, before the code leaves this machine."""

from collections.abc import Iterable
from pathlib import Path

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.errors import IntegrationError
from proto_ddf.operations.retention.references import references_on_record
from proto_ddf.redaction import holds_secret


def check_no_secret(app_folder: Path, paths: Iterable[str]) -> None:
    """Raises IntegrationError, code secret_in_code, if one of these files holds the password of a source, the token of a
    repository, or another secret that this process knows."""
    know_secrets()
    for name in paths:
        if holds_secret((app_folder / name).read_bytes().decode("utf-8", "replace")):
            raise IntegrationError(
                f"{name} contains a secret.", "git", "push", code="secret_in_code", path=name
            )


def know_secrets() -> None:
    """A secret is known once it was revealed."""
    with session() as opened:
        references = references_on_record(opened).secrets
    for reference in vault.existing_references(references):
        vault.reveal(reference)
