"""State of the generate page: the form, the plan, and the operation that generates the app."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import reflex as rx
from reflex.event import EventSpec

from proto_ddf.errors import ValidationError
from proto_ddf.generator.names import validate_project_name
from proto_ddf.generator.planning import plan_edit
from proto_ddf.hosting import records
from proto_ddf.operations import service
from proto_ddf.operations.kinds.apps import GenerateAppInput
from proto_ddf.submissions import current_submission
from proto_ddf.web.generate.draft import (
    ACCENTS,
    GenerateDraft,
    TableChoice,
    dump_draft,
    dump_plan,
    load_draft,
    load_plan,
)
from proto_ddf.web.generate.plan_change import NO_PLAN
from proto_ddf.web.generate.source_state import SourceMixin, read_sources
from proto_ddf.web.shared.state.flow_status import (
    GenerationStatus,
    generation_message,
    generation_status,
)
from proto_ddf.web.shared.state.focus import focus
from proto_ddf.web.shared.state.kept_forms import KeptFormMixin
from proto_ddf.web.shared.state.repairs import RecoveryState

LONGEST_DESCRIPTION = plan_edit.MAX_DESCRIPTION
"""Characters."""


class GenerateState(SourceMixin, KeptFormMixin, rx.State):
    """The form. The tab stores it, so that it survives a reload, a restart of the server and an expired state."""

    _storage_variables: ClassVar[tuple[str, ...]] = ("kept_form", "kept_plan", "kept_operation")
    _form_fields: ClassVar[frozenset[str]] = frozenset({"source", "tables", "name"})

    name: str = ""
    description: str = ""
    allow_editing: bool = False
    accent_color: str = ACCENTS[0]
    starting: bool = False
    kept_form: str = rx.SessionStorage("", name="proto_ddf.generate_form")
    kept_plan: str = rx.SessionStorage("", name="proto_ddf.generate_plan")
    kept_operation: str = rx.SessionStorage("", name="proto_ddf.generation")
    """Id of the shown operation. The tab stores it, because a server that is killed may not have saved it yet."""

    _left_operation: str = ""
    """Id of the operation that the page left last to go back to the form."""

    @rx.var
    def slug(self) -> str:
        """The name of the package; empty while the project name is not valid."""
        try:
            return validate_project_name(self.name)
        except ValidationError:
            return ""

    @rx.var
    def app_address(self) -> str:
        checked = self.operation.output.get("check")
        return str(checked.get("address", "")) if isinstance(checked, dict) else ""

    @rx.var
    def generated_name(self) -> str:
        """The name of the app that the shown operation generates."""
        return self.operation.title.removeprefix("Generate ")

    @rx.var
    def generation_status(self) -> GenerationStatus:
        return generation_status(self._flow(self.starting))

    @rx.var
    def generation_message(self) -> str:
        return generation_message(self._flow(self.starting), self.generated_name)

    @rx.event
    def set_name(self, value: str) -> None:
        value = str(value)
        if value == self.name:
            return  # sent again after Enter: the error of the field stays
        self.name = value
        self._keep()
        self._clear_field_error("name")

    @rx.event
    def check_name(self, value: str) -> None:
        """Show an error of the name when the field loses the focus."""
        self.name = value = str(value)
        self._keep()
        if not value.strip():
            return
        try:
            validate_project_name(value)
        except ValidationError as error:
            self.handle_error(error, "check the project name")

    @rx.event
    def set_description(self, value: str) -> None:
        self.description = str(value)
        self._keep()

    @rx.event
    def set_allow_editing(self, value: bool) -> None:
        self.allow_editing = bool(value)
        self._keep()

    @rx.event
    def set_accent_color(self, value: str) -> None:
        if value in ACCENTS:
            self.accent_color = value
            self._keep()

    @rx.event(background=True, supersedes=True)
    async def load(self) -> AsyncIterator[Any]:
        """Read the sources and choose the one in the address, or the only one (on_load)."""
        async with self:
            if self.kept_operation and self.kept_operation == self._left_operation:
                self.kept_operation = ""  # the page was reloaded before it got the empty value
            operation_id = self.operation.id or self.kept_operation
        try:
            sources = await asyncio.to_thread(read_sources)
            view = await asyncio.to_thread(service.view, operation_id) if operation_id else None
        except Exception as error:
            async with self:
                self._retry_by("load")
                shown = self.handle_error(error, "list sources")
            yield shown
            return
        async with self:
            if self._retry_handler == "load":
                self._clear_error()
            if view and not self.operation.id and self.kept_operation == operation_id:
                self._show_operation(view)  # now, so that the form is not shown first
            self.sources, self.loaded = sources, True
            self.starting = False  # it is left over if the server was killed meanwhile
            wanted = self._source_to_show()
            operation_id = self.operation.id or self.kept_operation
        if operation_id:
            yield self.__class__.watch_operation(operation_id)
            yield RecoveryState.follow(operation_id)
        if wanted:
            yield self.__class__.choose_source(wanted)

    @rx.event
    def choose_source(self, source_id: str) -> EventSpec | None:
        """Choose a source: list its tables and make a plan."""
        if not self.loaded:
            self._wanted_source = str(source_id)
            return self.__class__.load
        source = next((each for each in self.sources if each.id == source_id), None)
        if source is None:
            return None
        self.source_id, self.live = source_id, source.live
        self._planned_shape = source.shape
        self.tables = [
            TableChoice(name=name, row_count=count, chosen=True)
            for name, count in source.tables.items()
        ]
        self._set_plan(None)
        self._keep()
        self._clear_field_error("source")
        self._clear_field_error("tables")
        return self.__class__.extend_plan

    def _keep(self) -> None:
        """Store the form in the tab."""
        text = dump_draft(
            GenerateDraft(
                source_id=self.source_id,
                shape=self._planned_shape,
                live=self.live,
                tables=list(self.tables),
                name=_without_lone_surrogates(self.name),
                description=_without_lone_surrogates(self.description),
                allow_editing=self.allow_editing,
                accent_color=self.accent_color,
            )
        )
        if text != self.kept_form:
            self.kept_form = text

    def _keep_plan(self) -> None:
        self.kept_plan = dump_plan(self.plan) if self.has_plan else ""

    def _restore(self) -> None:
        draft = load_draft(self.kept_form)
        if draft is None:
            return
        self.source_id, self._planned_shape, self.live = draft.source_id, draft.shape, draft.live
        self.tables, self.name = draft.tables, draft.name
        self.description, self.allow_editing = draft.description, draft.allow_editing
        self.accent_color = draft.accent_color
        plan = load_plan(self.kept_plan)
        self.plan, self.has_plan = plan or NO_PLAN, plan is not None

    @rx.event(background=True)
    async def generate(self, form: dict[str, Any]) -> AsyncIterator[Any]:
        """Check the form and start the operation. Errors are shown at their fields."""
        async with self:
            # A server that was killed may have left `starting`; a submission is not sent twice at once.
            if self.operation.id or (self.starting and not current_submission()):
                return
            # Typed text is sent after a pause, and Enter sends the form before that.
            self.name = str(form.get("project_name", self.name))
            self.description = str(form.get("app_description", self.description))
            self._keep()
            self.field_errors = {}
            self._clear_error()
            self._retry_by("generate", {})
            first = "main"
            shown = self._take_typed_plan(form)
            try:
                given = self._checked_input()
            except ValidationError as error:
                shown = self.handle_error(error, "generate app")
                first = error.field
            else:
                self.starting = shown is None
        if shown:
            yield shown
            yield focus(first)
            return
        async for event in self._start(given):
            yield event

    def _checked_input(self) -> GenerateAppInput:
        if not self.source_id:
            raise ValidationError(
                "Choose a source.", field="source", value="", code="source_required"
            )
        if not self._chosen_tables():
            raise ValidationError(
                "Choose at least one table.", field="tables", value=[], code="tables_required"
            )
        if not self.has_plan:
            raise ValidationError("The plan is not ready yet.", field="plan", value="")
        spec = plan_edit.set_details(
            self.plan,
            name=self.name,
            description=self.description,
            accent_color=self.accent_color,
            allow_editing=self.allow_editing,
        )
        return GenerateAppInput(source_id=self.source_id, spec=spec)

    async def _start(self, given: GenerateAppInput) -> AsyncIterator[Any]:
        try:
            # A cancelled generation holds its name until what it made is removed.
            await asyncio.to_thread(service.wait_for_clean_up, given.spec.slug)
            await asyncio.to_thread(records.check_name_is_free, given.spec)
            operation_id = await asyncio.to_thread(service.start, "generate_app", given)
            view = await asyncio.to_thread(service.view, operation_id)
        except Exception as error:
            async with self:
                self.starting = False
                shown = self.handle_error(error, "generate app", name=given.spec.name)
            yield shown
            if isinstance(error, ValidationError):
                yield focus(error.field)
            return
        async with self:
            self.starting = False
            self.kept_operation = operation_id
            self._show_operation(view)
        yield rx.set_focus("main")  # the form, which had the focus, is removed
        yield self.__class__.watch_operation(operation_id)
        yield RecoveryState.follow(operation_id)

    def _operation_ended(self) -> Any:
        """If another user took the name meanwhile, show that as an error of the form."""
        error = self.operation.error
        if self.operation.state == "failed" and error and error.get("field") == "name":
            self.field_errors = {"name": str(error["message"])}
            self._forget_operation()
            return focus("name")
        return None

    def _forget_operation(self) -> None:
        super()._forget_operation()
        self._left_operation = self.kept_operation or self._left_operation
        self.kept_operation = ""

    @rx.event
    def back_to_form(self) -> None:
        """Go back to the form with its draft. The operation stays in the list of operations."""
        if self.operation.state == "succeeded":
            self.name = self.description = ""
            self._keep()
        self._forget_operation()


def _without_lone_surrogates(text: str) -> str:
    """The text without lone surrogates, which a browser sends if the text was cut inside an emoji."""
    return text.encode(errors="replace").decode()
