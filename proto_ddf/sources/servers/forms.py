"""The connect form of a database server."""

from proto_ddf.sources.protocol import FormField
from proto_ddf.sources.servers.config import Tls
from proto_ddf.sources.servers.server import Server

_TLS = (
    (Tls.PREFER.value, "When the server offers it"),
    (Tls.REQUIRE.value, "Always"),
    (Tls.VERIFY.value, "Always, and check the certificate"),
    (Tls.OFF.value, "Never"),
)


def form(server: Server) -> tuple[FormField, ...]:
    """The fields, those of its config model."""
    allowed = ", ".join(sorted(server.config_model.parameters_allowed))
    schemas = FormField(
        "schemas",
        "Schemas",
        "text",
        "Those to read, with commas between. Empty: all that are not the server's own.",
        required=False,
        advanced=True,
    )
    return (
        FormField(
            "host",
            "Host",
            "text",
            "Name or address of the machine that the database runs on.",
            default="localhost",
        ),
        FormField("port", "Port", "number", default=str(server.default_port)),
        FormField("database", "Database", "text", "Its name on the server."),
        FormField("user", "User", "text", "One that may only read is enough to look at data."),
        FormField(
            "password",
            "Password",
            "secret",
            "Kept encrypted, and never shown again.",
            required=False,
        ),
        FormField(
            "tls",
            "Encryption",
            "select",
            "Over a network that others use too, check the certificate.",
            default=Tls.PREFER.value,
            choices=_TLS,
        ),
        FormField(
            "ca_certificate",
            "CA certificate",
            "file",
            "Of the authority that signed the server's certificate, where this machine does not know it.",
            required=False,
            advanced=True,
            accept=(".pem", ".crt", ".cer"),
        ),
        *((schemas,) if "schemas" in server.config_model.model_fields else ()),
        FormField(
            "writable",
            "Allow changes",
            "switch",
            "Apps may change rows where the user has the right to. Otherwise sessions are read-only.",
            required=False,
            default="false",
            advanced=True,
        ),
        FormField(
            "parameters",
            "Further parameters",
            "text",
            f"As in name=value, with commas between. Allowed: {allowed}.",
            required=False,
            advanced=True,
        ),
    )
