"""The values of the connect form of a database server. They hold no secret: the password is a reference."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, StringConstraints, field_validator

from proto_ddf.errors.types import ValidationError
from proto_ddf.port_numbers import Port

Trimmed = Annotated[str, StringConstraints(strip_whitespace=True)]
Needed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Tls(StrEnum):
    """How a connection is encrypted."""

    PREFER = "prefer"
    """If the server offers it; the certificate is not checked."""
    REQUIRE = "require"
    """Always; the certificate is not checked."""
    VERIFY = "verify"
    """Always, and the certificate must be trusted and be for the host."""
    OFF = "off"


class ServerConfig(BaseModel):
    """One database of one server, as one user."""

    model_config = ConfigDict(extra="forbid")

    parameters_allowed: ClassVar[frozenset[str]] = frozenset()
    """Names allowed in `parameters`; each kind of server has its own."""

    host: Needed
    port: Port
    database: Needed
    user: Needed
    password: str = ""
    """A reference into the vault; empty: none."""
    tls: Tls = Tls.PREFER
    ca_certificate: Trimmed = ""
    """Path of a file with certificates of authorities, for VERIFY; empty: the authorities that this machine trusts."""
    writable: bool = False
    """Rows may be changed. False opens read-only sessions."""
    parameters: Trimmed = ""
    """Further parameters of the driver: "name=value", one per line or with commas between."""

    @field_validator("host", "database", "user", "ca_certificate", "parameters")
    @classmethod
    def _check_text(cls, text: str) -> str:
        text.encode()  # raises a ValueError at half a surrogate pair
        if "\0" in text:
            raise ValueError("It has a character that no server takes")
        return text

    @field_validator("parameters")
    @classmethod
    def _check_parameters(cls, text: str) -> str:
        cls.parsed(text)
        return text

    @classmethod
    def parsed(cls, text: str) -> Mapping[str, str]:
        """The parameters by name. Raises ValidationError, `parameter_not_allowed`, at "parameters"."""
        found: dict[str, str] = {}
        for part in text.replace(",", "\n").splitlines():
            if not part.strip():
                continue
            name, separator, value = (piece.strip() for piece in part.partition("="))
            if not separator or not value:
                raise _not_allowed(cls, name, "it has no value")
            if name not in cls.parameters_allowed:
                raise _not_allowed(cls, name, "it is not one of those allowed")
            found[name] = value
        return found


def _not_allowed(kind: type[ServerConfig], name: str, reason: str) -> ValidationError:
    allowed: dict[str, Any] = {"allowed": ", ".join(sorted(kind.parameters_allowed))}
    return ValidationError(
        f"The parameter {name!r} cannot be used: {reason}.",
        "parameters",
        name,
        code="parameter_not_allowed",
        name=name,
        reason=reason,
        **allowed,
    )
