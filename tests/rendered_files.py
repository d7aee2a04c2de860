"""The files of a rendered app."""

from pathlib import Path
from tempfile import TemporaryDirectory

from proto_ddf.generator.code.render import render_app
from proto_ddf.generator.spec import AppSpec


def code_of(spec: AppSpec, templates: Path) -> dict[str, bytes]:
    with TemporaryDirectory() as scratch:
        render_app(spec, Path(scratch) / "app", templates=templates)
        return code_in(Path(scratch) / "app")


def code_in(folder: Path) -> dict[str, bytes]:
    tree = tree_of(folder)
    return {name: text for name, text in tree.items() if not name.startswith(("data", "logs"))}


def tree_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
