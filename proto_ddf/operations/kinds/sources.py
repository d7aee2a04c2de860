"""Operations on data sources: test, connect, refresh, delete."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from proto_ddf.errors.types import ValidationError
from proto_ddf.hosting.source_drift import clear_source_drift, update_source_drift
from proto_ddf.operations.kinds import proposals
from proto_ddf.operations.kinds.proposals import Proposal, Propose
from proto_ddf.operations.kinds.source_inputs import (
    ConnectSourceInput,
    DeleteSourceInput,
    RefreshSourceInput,
    TestSourceInput,
    TypeColumnInput,
)
from proto_ddf.operations.model import JSON, Kind, Step, StepContext
from proto_ddf.operations.reading import read_schema, with_suggestions
from proto_ddf.operations.retention.references import discard_secrets
from proto_ddf.sources.connected import secrets, store
from proto_ddf.sources.connected.references import files_of, references_of
from proto_ddf.sources.files.uploads import release_files
from proto_ddf.sources.protocol import Stage
from proto_ddf.sources.registry import KINDS
from proto_ddf.sources.resilient import ResilientSource
from proto_ddf.sources.schema.model import SourceSchema
from proto_ddf.sources.size_texts import count_text


@dataclass(frozen=True)
class _Candidate:
    """A proposal whose config was validated, and its source."""

    proposal: Proposal
    config: BaseModel
    source: ResilientSource


def _candidate(context: StepContext[Any], propose: Propose) -> _Candidate:
    """The candidate, which the steps of this run share. Raises as `_checked`."""
    return context.resources.get(
        "candidate", lambda: _checked(propose(context.input)), lambda made: made.source.close()
    )


def _checked(proposal: Proposal) -> _Candidate:
    """Raises ValidationError, SystemError: as `secrets.check` and `store.make_source`."""
    secrets.check(proposal.kind, proposal.config)
    config = store.check_config(proposal.kind, proposal.config)
    return _Candidate(proposal, config, store.make_source(proposal.kind, config))


def _checks(propose: Propose) -> Callable[[Any], Any]:
    """Kind.prepare of an operation whose input names the kind of source."""

    def prepare(given: Any) -> Any:
        _checked(propose(given))
        return given

    return prepare


def _adds_kind(propose: Propose) -> Callable[[Any], Any]:
    """Kind.prepare of an operation on a source on record: its kind decides about the steps."""

    def prepare(given: Any) -> Any:
        complete = given.model_copy(update={"kind": store.get_source(given.source_id).kind})
        _checked(propose(complete))
        return complete

    return prepare


def _test_steps(given: TestSourceInput) -> tuple[Step, ...]:
    return tuple(_test_step(stage) for stage in store.find_kind(given.kind).stages)


def _test_step(stage: Stage) -> Step[TestSourceInput]:
    def run(context: StepContext[TestSourceInput]) -> JSON:
        finding = _candidate(context, proposals.tested).source.run_stage(stage)
        context.report(finding.text)
        return {"finding": finding.text}

    return Step(stage.name, stage.title, run)


def _steps_to_save(propose: Propose, title: str) -> Callable[[Any], tuple[Step, ...]]:
    """Kind.steps: test the connection, which reads the schema, and save it."""

    def steps(given: Any) -> tuple[Step, ...]:
        stages = store.find_kind(given.kind).stages
        return (*(_stage_step(stage, propose) for stage in stages), save)

    save = Step("save", title, lambda context: _save(context, propose))
    return steps


def _stage_step(stage: Stage, propose: Propose) -> Step:
    """Where the stage reads the schema, its output is that schema and the config it was read with, for `_save`."""

    def run(context: StepContext) -> JSON:
        candidate = _candidate(context, propose)
        finding = candidate.source.run_stage(stage)
        context.report(finding.text)
        if finding.schema is None:
            return {"finding": finding.text}
        proposal = candidate.proposal
        schema = with_suggestions(proposal.kind, candidate.source, finding.schema)
        return {"config": proposal.config, "schema": schema.model_dump(mode="json")}

    return Step(stage.name, stage.title, run, interim=stage.reads_schema)


def _save(context: StepContext, propose: Propose) -> JSON:
    """Save the source with the schema that was read of it.

    A new source gets the operation's id: this may run twice and must make one. One that was deleted meanwhile stays
    deleted.
    """
    candidate, operation_id = _candidate(context, propose), context.operation_id
    proposal, schema = candidate.proposal, _schema_read(context, candidate)
    known = store.get_source(proposal.source_id) if proposal.source_id else None
    name = (known.name if known else "") if proposal.name is None else proposal.name
    secrets.check(proposal.kind, proposal.config)
    saved_id = proposal.source_id or operation_id
    saved = store.save_source(name, proposal.kind, candidate.config, schema, saved_id, operation_id)
    update_source_drift(saved_id, schema)
    if known:  # the secrets it named before may have no other use
        discard_secrets(secrets.named_in(known.kind, known.config).values())
    changes = _found_by(saved, operation_id)
    tables = count_text(len(schema.tables), "table")
    context.report(f"{tables}: {changes or 'nothing has changed'}" if known else tables)
    # "news" stays the name of the changes: the journal has the outputs of earlier releases under it.
    return {"source_id": saved_id, "news": changes}


def _schema_read(context: StepContext, candidate: _Candidate) -> SourceSchema:
    """The schema that an earlier step of the operation read. Where the source has been edited since, before Try Again, it
    is read again."""
    kind = candidate.proposal.kind
    [reading] = [stage.name for stage in KINDS[kind].stages if stage.reads_schema]
    read = cast(dict[str, Any], context.outputs[reading])
    if read["config"] != candidate.proposal.config:
        return read_schema(kind, candidate.source)
    return SourceSchema.model_validate(read["schema"])


def _found_by(source: store.SourceView, operation_id: str) -> str:
    """The changes that this operation found, in this run or an earlier one; empty for none."""
    found = source.found
    return found.changes.summary() if found and found.found_by == operation_id else ""


def _find_files(context: StepContext[DeleteSourceInput]) -> JSON:
    """The source's files, noted before it is deleted: nothing else names them."""
    known = store.get_source(context.input.source_id)
    _check_not_worked_on(known)
    return list[JSON](files_of(known.kind, known.config))


def _remove(context: StepContext[DeleteSourceInput]) -> JSON:
    source_id = context.input.source_id
    _discard_secrets(source_id)
    store.delete_source(source_id)
    clear_source_drift(source_id)
    kept = [path for each in store.list_sources() for path in files_of(each.kind, each.config)]
    release_files(cast(list[str], context.outputs["find"]), kept)
    return {}


def _discard_secrets(source_id: str) -> None:
    """Discard the secrets of a source that is about to be deleted: nothing else names them."""
    for source in store.configured_sources():
        if source.id == source_id:
            discard_secrets(secrets.named_in(source.kind, source.config).values(), source_id)


def _check_not_worked_on(source: store.SourceView) -> None:
    """An app made from a live source has no data but the source's; imported data are the app's own."""
    if KINDS[source.kind].live and source.apps:
        apps = ", ".join(source.apps)
        raise ValidationError(
            f"{source.name} holds the data that {apps} works on.",
            field="source",
            value=source.name,
            code="source_in_use",
            name=source.name,
            apps=apps,
        )


ALL: tuple[Kind[Any], ...] = (
    Kind(
        name="test_source",
        title=lambda given: f"Test {KINDS[given.kind].label}",
        input_model=TestSourceInput,
        references=lambda given: references_of(given.kind, given.config),
        steps=_test_steps,
        prepare=_checks(proposals.tested),
    ),
    Kind(
        name="connect_source",
        title=lambda given: f"{'Change' if given.source_id else 'Connect'} {given.name}",
        input_model=ConnectSourceInput,
        references=lambda given: references_of(given.kind, given.config),
        steps=_steps_to_save(proposals.connected, "Save the source"),
        subject=lambda given: given.name,
        prepare=_checks(proposals.connected),
    ),
    Kind(
        name="refresh_source",
        title=lambda given: f"Refresh {store.get_source(given.source_id).name}",
        input_model=RefreshSourceInput,
        steps=_steps_to_save(proposals.refreshed, "Save what was read"),
        subject=lambda given: given.source_id,
        prepare=_adds_kind(proposals.refreshed),
    ),
    Kind(
        name="type_column",
        title=lambda given: f"Change the type of {given.column} in {given.table}",
        input_model=TypeColumnInput,
        steps=_steps_to_save(proposals.typed, "Save the type"),
        subject=lambda given: given.source_id,
        prepare=_adds_kind(proposals.typed),
    ),
    Kind(
        name="delete_source",
        title=lambda given: f"Delete {store.get_source(given.source_id).name}",
        input_model=DeleteSourceInput,
        steps=(
            Step("find", "Find its files", _find_files),
            Step("remove", "Remove the source", _remove),
        ),
        subject=lambda given: given.source_id,
    ),
)
