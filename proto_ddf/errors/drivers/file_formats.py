"""Errors of the standard library's readers of CSV, ZIP and JSON files."""

import csv
import json
import zipfile

from proto_ddf.errors.drivers.finding import Finding


def find(error: BaseException) -> Finding | None:
    if isinstance(error, csv.Error):
        return Finding("file_not_csv", 0.8)
    if isinstance(error, zipfile.BadZipFile):
        return Finding("file_unreadable", 0.8, {"reason": "it is not a complete zip archive"})
    if isinstance(error, json.JSONDecodeError):
        return Finding("file_unreadable", 0.6, {"reason": f"line {error.lineno} is not JSON"})
    return None
