"""The arrows of docs/architecture.md, read from the imports of the code itself."""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "proto_ddf"
TEMPLATES = PACKAGE / "generator" / "templates"

ORDER = [
    {"folder_lock", "port_numbers", "quick_search", "serving", "token_bucket"},
    {"access_settings", "escalation_settings", "network_settings", "notification_settings"},
    {"alert_settings", "client_settings"},
    {"server_settings"},
    {"settings", "progress", "redaction", "change_events", "current_user"},
    {"logs"},
    {"errors"},
    {"resilience", "db"},
    {"accounts", "submissions", "usage", "vault"},
    {"monitoring", "sources"},
    {"generator", "notify"},
    {"hosting"},
    {"operations", "pid_file"},
    {"web"},
    {"proto_ddf", "server", "supervisor"},
]
"""From below to above. What stands in one set knows nothing of its neighbours."""

RANK = {layer: rank for rank, layers in enumerate(ORDER) for layer in layers}
WEB = PACKAGE / "web"
SHARED = WEB / "shared"
ACCESS = WEB / "access"
BUILDS_COMPONENTS = re.compile(r"-> rx\.Component\b|\(rx\.Component\)|\(rx\.NoSSRComponent\)")
TOUCHES_THE_WORLD = {
    "duckdb",
    "httpx",
    "io",
    "os",
    "psutil",
    "requests",
    "shutil",
    "socket",
    "sqlalchemy",
    "sqlite3",
    "sqlmodel",
    "subprocess",
    "tempfile",
    "urllib",
}
WRITES_OR_READS = {
    "mkdir",
    "open",
    "read_bytes",
    "read_text",
    "rmdir",
    "rmtree",
    "touch",
    "unlink",
    "write_bytes",
    "write_text",
}


class Import(NamedTuple):
    importer: str
    """Dotted name of the module that imports."""
    name: str
    """Dotted name of what it imports."""


def modules(folder: Path = PACKAGE) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*.py") if not path.resolve().is_relative_to(TEMPLATES)
    )


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> list[Import]:
    """All imports of a module, inside functions too."""
    importer = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    found = []
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [Import(importer, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [
                Import(importer, f"{_absolute(importer, node)}.{alias.name}")
                for alias in node.names
            ]
    return found


def _absolute(importer: str, node: ast.ImportFrom) -> str:
    """The dotted name of the module or package that something is imported from."""
    relative = importer.startswith("proto_ddf.serving.")
    assert (node.level > 0) is (relative and _is_own(node)), f"{importer} imports another way"
    if not node.level:
        return str(node.module)
    package = importer.split(".")[: -node.level]
    return ".".join([*package, node.module] if node.module else package)


def _is_own(node: ast.ImportFrom) -> bool:
    return node.level > 0 or str(node.module).startswith("proto_ddf.")


def layer_of(module: str) -> str:
    """The layer of a dotted name below proto_ddf."""
    return module.split(".")[1]


def crossing(paths: Iterable[Path]) -> list[Import]:
    """The imports from one layer into another."""
    found = [each for path in paths if path != PACKAGE / "__init__.py" for each in imports_of(path)]
    return [
        each
        for each in found
        if each.name.startswith("proto_ddf.") and layer_of(each.name) != layer_of(each.importer)
    ]


def told(imports: Iterable[Import]) -> list[str]:
    return [f"{each.importer} imports {each.name}" for each in imports]


def test_every_package_has_its_place_in_the_order() -> None:
    present = {
        layer_of(".".join(path.relative_to(ROOT).with_suffix("").parts)) for path in modules()
    }
    assert present - {"__init__"} == set(RANK)


def test_the_package_itself_imports_nothing() -> None:
    assert imports_of(PACKAGE / "__init__.py") == []


def test_no_module_imports_from_its_own_height_or_above() -> None:
    imports = crossing(modules())
    assert len(imports) > 100  # what finds nothing proves nothing
    upward = [
        each for each in imports if RANK[layer_of(each.name)] >= RANK[layer_of(each.importer)]
    ]
    assert told(upward) == []


def test_serving_imports_nothing_of_proto_ddf_but_itself() -> None:
    """It is loaded under another name in the process of an app."""
    found = [each for path in modules(PACKAGE / "serving") for each in imports_of(path)]
    assert len(found) > 20
    own = [each for each in found if each.name.startswith("proto_ddf")]
    assert told(each for each in own if not each.name.startswith("proto_ddf.serving.")) == []


def test_an_upward_import_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    module = tmp_path / "proto_ddf" / "errors" / "wrong.py"
    module.parent.mkdir(parents=True)
    module.write_text("def late():\n    from proto_ddf.web import api\n    return api\n")
    [found] = crossing([module])
    assert RANK[layer_of(found.name)] > RANK[layer_of(found.importer)]


def test_pages_components_and_states_never_see_the_database() -> None:
    assert told(i for i in crossing(modules(PACKAGE / "web")) if layer_of(i.name) == "db") == []


def features() -> list[str]:
    """The packages of the web layer that hold one feature each."""
    return sorted(
        p.name for p in WEB.iterdir() if (p / "__init__.py").exists() and p not in (SHARED, ACCESS)
    )


def views() -> list[Path]:
    """The modules of pages and components."""
    return [path for path in modules(WEB) if BUILDS_COMPONENTS.search(path.read_text("utf-8"))]


def states() -> list[Path]:
    """The other modules of pages."""
    folders = [SHARED, *(WEB / feature for feature in features())]
    return [path for folder in folders for path in modules(folder) if path not in views()]


def test_the_web_layer_is_cut_by_feature() -> None:
    assert features() == [
        "apps",
        "errors",
        "generate",
        "operations",
        "outbox",
        "overview",
        "resilience",
        "settings",
        "sources",
    ]


def test_what_pages_share_knows_no_feature_and_only_the_overview_knows_others() -> None:
    known = set()
    for path in modules(WEB):
        for each in imports_of(path):
            importer, name = each.importer.split(".")[2], each.name.split(".")
            if name[:2] == ["proto_ddf", "web"] and name[2] in features() and importer != name[2]:
                known.add((importer, name[2]))
    assert {importer for importer, _ in known} == {"overview"}


def test_states_know_no_component() -> None:
    seen = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in views()}
    found = [each for path in states() for each in imports_of(path)]
    assert len(seen) > 20
    assert len(found) > 100
    upward = [each for each in found if each.name in seen or each.name.rpartition(".")[0] in seen]
    assert told(upward) == []


def test_states_name_their_class_as_it_is_known_in_the_background_too() -> None:
    """In a background event `self` is a proxy: `type(self)` has none of the class's events, `self.__class__` has."""
    of_apps = TEMPLATES.glob("*/__slug__/states/*.py")
    paths = [*states(), *of_apps]
    assert len(paths) > 40
    assert [str(path) for path in paths if "type(self)" in path.read_text()] == []


def test_pages_and_components_call_no_service() -> None:
    """They import the types of shown values; only states call functions that act."""
    shapes = {
        "proto_ddf.accounts.management.LONGEST_NAME",
        "proto_ddf.accounts.passwords.LONGEST",
        "proto_ddf.accounts.passwords.SHORTEST",
        "proto_ddf.accounts.roles",
        "proto_ddf.generator.spec",
        "proto_ddf.hosting.records.AppView",
        "proto_ddf.notify.channels.kind",
        "proto_ddf.notify.channels.registry",
        "proto_ddf.notify.delivery_views.ChannelView",
        "proto_ddf.notify.delivery_views.DeliveryView",
        "proto_ddf.operations.views",
        "proto_ddf.sources.protocol",
        "proto_ddf.sources.registry",
    }
    acting = [
        each for each in crossing(views()) if not any(each.name.startswith(name) for name in shapes)
    ]
    assert told(acting) == []


def test_modules_of_states_do_no_input_or_output_of_their_own() -> None:
    found = [each for path in states() for each in imports_of(path)]
    assert told(each for each in found if each.name.split(".")[0] in TOUCHES_THE_WORLD) == []
    assert [call for path in states() for call in _file_calls(path)] == []


def _file_calls(path: Path) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
        if name in WRITES_OR_READS:
            yield f"{path.name}:{node.lineno} calls {name}"


def test_generated_apps_import_nothing_of_ours() -> None:
    files = [path for path in TEMPLATES.rglob("*") if path.suffix in {".py", ".jinja"}]
    assert len(files) > 20
    importing = re.compile(r"^\s*(?:from|import)\s+proto_ddf\b", re.MULTILINE)
    assert [path.name for path in files if importing.search(path.read_text("utf-8"))] == []


def test_the_scripts_of_generated_apps_do_not_name_this_package() -> None:
    scripts = sorted(TEMPLATES.glob("app/assets/**/*.js"))
    assert len(scripts) > 10
    assert [path.name for path in scripts if "proto_ddf" in path.read_text("utf-8")] == []


def test_the_document_draws_no_arrow_that_the_code_forbids() -> None:
    drawing = (ROOT / "docs" / "architecture.md").read_text("utf-8").split("```mermaid")[1]
    drawing = re.sub(r'\["[^"]*"\]|\[\("[^"]*"\)\]', "", drawing.split("```")[0])
    ranks = {**RANK, "root": RANK["proto_ddf"], "base": RANK["settings"]}
    arrows = [
        (above.strip(), below.strip())
        for left, right in re.findall(r"^\s*([\w &]+?)\s*-(?:\.-|-)>\s*([\w &]+)", drawing, re.M)
        for above in left.split("&")
        for below in right.split("&")
    ]
    assert len(arrows) > 10
    assert [arrow for arrow in arrows if ranks[arrow[0]] <= ranks[arrow[1]]] == []
