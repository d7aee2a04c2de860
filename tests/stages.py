"""Runs the stages of a connection test on a plain source."""

from proto_ddf.errors.types import ProtoDDFError
from proto_ddf.sources.files import source as files
from proto_ddf.sources.files.source import FilesSource
from proto_ddf.sources.protocol import Stage
from proto_ddf.sources.servers import stages as servers
from proto_ddf.sources.servers.source import ServerSource
from proto_ddf.sources.sqlite import source as sqlite
from proto_ddf.sources.sqlite.source import SqliteSource

PlainSource = SqliteSource | FilesSource | ServerSource


def stages(source: PlainSource) -> tuple[Stage, ...]:
    """The stages of the connection test of the source's kind."""
    match source:
        case SqliteSource():
            return sqlite.STAGES
        case FilesSource():
            return files.STAGES
        case ServerSource():
            return servers.STAGES


def findings(source: PlainSource) -> dict[str, str]:
    """What each stage finds, by the stage's name."""
    return {stage.name: stage.run(source).text for stage in stages(source)}


def finding(source: PlainSource, name: str) -> str:
    """What one stage finds."""
    (stage,) = [each for each in stages(source) if each.name == name]
    return stage.run(source).text


def first_failure(source: PlainSource) -> tuple[str, ProtoDDFError]:
    """Name and error of the first stage that fails."""
    for stage in stages(source):
        try:
            stage.run(source)
        except ProtoDDFError as error:
            return stage.name, error
    raise AssertionError("no stage failed")
