"""What sources refer to outside their own records: secrets of the vault, and files."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proto_ddf import vault
from proto_ddf.sources.connected.form_errors import validate_form
from proto_ddf.sources.connected.secrets import named_in
from proto_ddf.sources.files.uploads import folder_names_in
from proto_ddf.sources.registry import KINDS


@dataclass(frozen=True)
class References:
    """The secrets and the files that a record names."""

    secrets: frozenset[str] = frozenset()
    """As the vault gave them out."""
    files: frozenset[str] = frozenset()
    """Paths as the record has them: absolute or relative, some of them patterns."""

    @classmethod
    def union(cls, references: Iterable["References"]) -> "References":
        """What any of them names."""
        each = list(references)
        return cls(
            frozenset().union(*(one.secrets for one in each)),
            frozenset().union(*(one.files for one in each)),
        )


def references_of(kind: str, config: Mapping[str, Any]) -> References:
    """What the config of a source names.

    A config that is not valid, or of an unknown kind, may be of another version of Proto-DDF: everything it may
    name counts.
    """
    known = KINDS.get(kind)
    if known is None or validate_form(known, config)[0] is None:
        return possible_references(config)
    return References(frozenset(named_in(kind, config).values()), frozenset(files_of(kind, config)))


def files_of(kind: str, config: Mapping[str, Any]) -> list[str]:
    """The paths in the file fields of a config, whether or not it is valid; none for an unknown kind."""
    fields = KINDS[kind].fields("file") if kind in KINDS else ()
    values = [config.get(name) for name in fields]
    lists = [each if isinstance(each, list) else [each] for each in values]
    return [path for each in lists for path in each if path and isinstance(path, str)]


def possible_references(record: Any) -> References:
    """All that a JSON value whose meaning is unknown may name: any of its texts may be a path, or contain a secret's
    reference or the name of an upload's folder."""
    texts = set(_texts(record))
    return References(
        frozenset(found for text in texts for found in vault.references_in(text)),
        frozenset(texts | {name for text in texts for name in folder_names_in(text)}),
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield name
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
