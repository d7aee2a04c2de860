"""State of the connect form's files: events of the upload controls, and deletion of files that are not used."""

import asyncio
from typing import Any

import reflex as rx

from proto_ddf.operations.retention import references
from proto_ddf.web.sources.connect.draft import (
    UploadedFile,
    empty_draft,
    field_key,
    form_of,
    suggest_name,
)
from proto_ddf.web.sources.connect.form import FormMixin


class FilesMixin(FormMixin, mixin=True):
    """The events of the controls of assets/upload.jsx."""

    files: dict[str, list[UploadedFile]] = empty_draft().files
    name: str = ""
    """The name of the source. Its first file suggests one."""
    _suggested: str = ""
    """The name suggested by an uploaded file. The next file may replace it."""
    uploading: list[str] = []
    """Keys of the fields with a running upload."""
    max_upload_mb: int = 0

    @rx.event
    def add_file(self, key: str, name: str, path: str, size: int) -> Any:
        """A file has been uploaded."""
        field = self._file_field(key)
        if field is None:
            return None
        file = UploadedFile(path=str(path), name=str(name), size=int(size))
        replaced = [] if field.multiple else [old.path for old in self.files[key]]
        self.files[key] = [*self.files[key], file] if field.multiple else [file]
        first_of_all = self.name == self._suggested and len(self.files[key]) == 1
        if field.required and (not self.name.strip() or first_of_all):
            self.name = self._suggested = suggest_name(file.name)
            self._clear_field_error("name")
        self._clear_form_error(key)
        self._edited()
        return self.__class__.discard_files(replaced)

    @rx.event
    def remove_file(self, key: str, path: str) -> Any:
        """An uploaded file was removed from the form."""
        if key not in self.files or path not in [file.path for file in self.files[key]]:
            return None
        self.files[key] = [file for file in self.files[key] if file.path != path]
        self._clear_form_error(key)
        self._edited()
        return self.__class__.discard_files([path])

    @rx.event(background=True)
    async def discard_files(self, paths: list[str]) -> None:
        """Delete uploads that nothing uses."""
        await asyncio.to_thread(references.discard_uploads, paths)

    @rx.event
    def set_uploading(self, key: str, busy: bool) -> None:
        """The uploads of a field have begun, or the last one has ended."""
        if self._file_field(key) is not None:
            others = [other for other in self.uploading if other != key]
            self.uploading = [*others, key] if busy else others

    @rx.event
    def refuse_file(self, key: str, message: str) -> None:
        """The browser refused a file, or it could not be stored."""
        if self._file_field(key) is not None:
            name = key.removeprefix(field_key(self.kind, ""))
            self.field_errors = {**self.field_errors, name: str(message)}

    def _file_field(self, key: str) -> Any:
        for field in form_of(self.kind):
            if field.widget == "file" and key == field_key(self.kind, field.name):
                return field
        return None
