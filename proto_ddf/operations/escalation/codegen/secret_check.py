"""Finds stored secrets in an app's code, before the code leaves this machine."""

from pathlib import Path

from proto_ddf import vault
from proto_ddf.db.engine import session
from proto_ddf.errors import IntegrationError
from proto_ddf.generator.code.manual_edits import manual_edits
from proto_ddf.generator.code.package import code_files
from proto_ddf.operations.retention.references import references_on_record
from proto_ddf.redaction import holds_secret


def check_no_secret(app_folder: Path) -> None:
    """Raises IntegrationError, code secret_in_code, if a file that a person changed holds the password of a source, the
    token of a repository, or another secret that this process knows. Generated code never holds one; there the same letters
    are chance: "postgres" is a password too."""
    know_secrets()
    changed = manual_edits(app_folder)
    files = [path.relative_to(app_folder).as_posix() for path in code_files(app_folder)]
    for name in files if changed is None else changed:
        if holds_secret((app_folder / name).read_bytes().decode("utf-8", "replace")):
            raise IntegrationError(
                f"{name} contains a secret.", "git", "push", code="secret_in_code", path=name
            )


def know_secrets() -> None:
    """Reveal all secrets on record: a secret is known, and redacted, once it was revealed."""
    with session() as opened:
        references = references_on_record(opened).secrets
    for reference in vault.existing_references(references):
        vault.reveal(reference)
