"""Errors of invalid values and files."""

import csv
import json
import zipfile
from pathlib import Path

import pydantic

from proto_ddf.errors import classify
from tests.unit.errors.raising import raised_by


class Login(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")
    port: int
    password: str = pydantic.Field(max_length=3)


class TestPydantic:
    def of(self, **values: object) -> Exception:
        return raised_by(lambda: Login.model_validate(values))

    def test_names_the_field(self) -> None:
        found = classify(self.of(port="x", password="a"))
        assert (found.code, found.field, found.family) == ("invalid_value", "port", "validation")
        assert "integer" in found.message

    def test_a_missing_field(self) -> None:
        found = classify(self.of(password="a"))
        assert (found.code, found.field) == ("required", "port")

    def test_a_field_too_many(self) -> None:
        found = classify(self.of(port=1, password="a", colour="red"))
        assert (found.code, found.field) == ("field_unknown", "colour")

    def test_never_shows_the_value(self) -> None:
        assert "hunter2" not in classify(self.of(port=1, password="hunter2")).message


class TestFileFormats:
    def test_no_zip(self, tmp_path: Path) -> None:
        path = tmp_path / "a.zip"
        path.write_text("no zip")
        assert classify(raised_by(lambda: zipfile.ZipFile(path))).code == "file_unreadable"

    def test_no_json(self) -> None:
        assert classify(raised_by(lambda: json.loads("{"))).code == "file_unreadable"

    def test_no_csv(self) -> None:
        error = raised_by(lambda: list(csv.reader(['"a"b'], strict=True)))
        assert classify(error).code == "file_not_csv"
