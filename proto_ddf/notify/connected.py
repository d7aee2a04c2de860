"""The channels that are set up: those of the environment, and those that people added.

A secret is kept in the vault, bound to the channel that it was entered for: neither another channel nor another host
gets it.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from proto_ddf import change_events, errors, vault
from proto_ddf.db.engine import session
from proto_ddf.db.tables import ChannelRecord, SourceRecord
from proto_ddf.db.writing import write
from proto_ddf.errors import ProtoDDFError, ValidationError
from proto_ddf.notify.channel import Channel
from proto_ddf.notify.channels.kind import ChannelKind, Limits
from proto_ddf.notify.channels.registry import KINDS
from proto_ddf.notify.environment_channels import of_environment
from proto_ddf.notify.topic import PAGE, TOPIC
from proto_ddf.settings import get_settings
from proto_ddf.sources.connected.form_errors import validate_form
from proto_ddf.submissions import seal

KEPT = "kept"
"""In a form: the secret that is stored stays."""
LONGEST_NAME = 80
_ENDPOINT = ("host", "port", "security", "user")
"""The fields that decide where a stored password is sent, and how."""


def channels() -> list[Channel]:
    """All of them: those of the environment first, then the others by name."""
    with session() as opened:
        records = opened.exec(select(ChannelRecord).order_by(ChannelRecord.name)).all()
    return [*of_environment(get_settings()), *filter(None, map(_channel, records))]


def find(channel_id: str) -> Channel | None:
    return next((each for each in channels() if each.id == channel_id), None)


def references(opened: Session) -> frozenset[str]:
    """The secrets that channels name."""
    configs = opened.exec(select(ChannelRecord.config)).all()
    return frozenset(vault.references_in(json.dumps(configs)))


def form_errors(
    channel_id: str, kind: str, name: str, config: Mapping[str, Any]
) -> list[ProtoDDFError]:
    """What is wrong with the form of a channel, each error at its field; "" is the id of a new channel."""
    known = KINDS.get(kind)
    if known is None:
        return [ValidationError("There is no such kind of channel.", "kind", kind)]
    found: list[ProtoDDFError] = []
    if not name.strip():
        found.append(ValidationError("Name: missing", "name", "", code="required", label="Name"))
    elif len(name.strip()) > LONGEST_NAME:
        text = f"Name: at most {LONGEST_NAME} characters"
        found.append(ValidationError(text, "name", f"{name[:20]}…"))
    found += validate_form(known, dict(config))[1]
    return found or list(_secret_errors(known, channel_id, config))


def save(channel_id: str, kind: str, name: str, config: Mapping[str, Any]) -> str:
    """Add a channel, or change one; returns its id. A secret that is `KEPT` stays as it is.

    Raises:
        ValidationError: as `form_errors`; `channel_name_taken`; `channel_unknown`.
    """
    for error in form_errors(channel_id, kind, name, config):
        raise error

    def change(opened: Session) -> tuple[str, list[str]]:
        record = _record(opened, channel_id) if channel_id else ChannelRecord(kind=kind, name=name)
        before = vault.references_in(json.dumps(record.config))
        record.name = name.strip()
        record.config = {
            field: record.config.get(field, "") if value == KEPT else value
            for field, value in config.items()
        }
        opened.add(record)
        opened.flush()
        seal(opened, PAGE)
        return record.id, before

    try:
        saved_id, before = write(change)
    except IntegrityError as error:
        raise ValidationError(
            "The name is taken.", "name", name.strip(), code="channel_name_taken"
        ) from error
    vault.discard(before, references)
    change_events.publish(TOPIC)
    return saved_id


def switch(channel_id: str, on: bool) -> None:
    """Switch a channel on or off. What is queued for it waits meanwhile.

    Raises:
        ValidationError: `channel_unknown`.
    """

    def change(opened: Session) -> None:
        _record(opened, channel_id).enabled = on
        seal(opened, PAGE)

    write(change)
    change_events.publish(TOPIC)


def remove(channel_id: str) -> None:
    """Remove a channel and its secrets. Without the channel nothing happens."""

    def change(opened: Session) -> list[str]:
        record = opened.get(ChannelRecord, channel_id)
        seal(opened, PAGE)
        if record is None:
            return []
        opened.delete(record)
        return vault.references_in(json.dumps(record.config))

    vault.discard(write(change), references)
    change_events.publish(TOPIC)


def check(channel: Channel, limits: Limits) -> None:
    """Check what can be checked without sending. Raises as `ChannelKind.check` and `Channel.values`."""
    channel.kind.check(channel.values(), limits)


def unknown_channel(channel_id: str) -> ValidationError:
    return ValidationError(
        "There is no such channel.", "channel", channel_id, code="channel_unknown"
    )


def _record(opened: Session, channel_id: str) -> ChannelRecord:
    record = opened.get(ChannelRecord, channel_id)
    if record is None:
        raise unknown_channel(channel_id)
    return record


def _channel(record: ChannelRecord) -> Channel | None:
    """None for a kind of another version of Proto-DDF."""
    kind = KINDS.get(record.kind)
    if kind is None:
        return None
    created = record.created_at.isoformat()
    return Channel(record.id, kind, record.name, record.config, record.enabled, created)


def _secret_errors(
    kind: ChannelKind, channel_id: str, config: Mapping[str, Any]
) -> Iterator[ProtoDDFError]:
    with session() as opened:
        stored = opened.get(ChannelRecord, channel_id)
        others = [
            *opened.exec(select(SourceRecord.config)).all(),
            *opened.exec(select(ChannelRecord.config).where(col(ChannelRecord.id) != channel_id)),
        ]
    before = stored.config if stored else {}
    used = set(vault.references_in(json.dumps(others)))
    moved = any(str(before.get(name, "")) != str(config.get(name, "")) for name in _ENDPOINT)
    for field in kind.secret_fields():
        value = str(config.get(field, ""))
        if not value:
            continue
        if value == KEPT:
            if moved and "host" in config:
                yield _elsewhere(field)
        elif not vault.is_reference(value):
            yield ValidationError(f"{field}: not a stored secret", field, "***")
        elif value in used:
            yield _elsewhere(field)
        elif not vault.existing_references([value]):
            gone = "it is no longer there"
            text = f"The secret cannot be read: {gone}"
            yield errors.SystemError(text, "vault", code="secret_unreadable", reason=gone)


def _elsewhere(field: str) -> ValidationError:
    text = "The secret is for another endpoint."
    return ValidationError(text, field, "***", code="secret_elsewhere")
