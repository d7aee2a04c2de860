"""Encrypted connections, and every way in which they fail: real servers, with certificates that are each bad in one
way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proto_ddf import vault
from tests.servers.certificates import Certificates
from tests.servers.database_server import Database, DatabaseServer
from tests.servers.failing import Failure, connecting_fails, connects
from tests.servers.mariadb import MariaDbServer
from tests.servers.postgres import PostgresServer

pytestmark = pytest.mark.usefixtures("patient")

BAD = {
    "self_signed": ("tls_untrusted", "ca_certificate", "self-signed"),
    "of_another_authority": ("tls_untrusted", "ca_certificate", "not signed by an authority"),
    "wrong_host": ("tls_wrong_host", "host", "db.example.com"),
    "expired": ("tls_expired", "tls", "has expired"),
}


@pytest.fixture
def secure(
    make_server: Callable[..., Any], server_kind: str, certificates: Certificates
) -> DatabaseServer:
    """A server for one test that offers TLS with the good certificate."""
    server: DatabaseServer = make_server(server_kind, start=False)
    server.use_certificate(certificates.good)
    server.start()
    return server


def filled(server: DatabaseServer) -> Database:
    """A database with a table, in that server."""
    made = server.create_database()
    made.run("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    return made


def fails(database: Database, **changes: Any) -> Failure:
    return connecting_fails(database.server.kind, database.config(**changes))


def test_each_choice_with_a_good_certificate(secure: DatabaseServer, ca_certificate: str) -> None:
    database = filled(secure)
    verified = {"tls": "verify", "ca_certificate": ca_certificate}
    for host in ("127.0.0.1", "localhost"):
        found = connects(secure.kind, database.config(host=host, **verified))
        assert "certificate trusted" in found["encrypt"]
    for choice in ("prefer", "require"):
        assert found_tls(database, tls=choice).startswith("TLS 1.")
    assert found_tls(database, tls="off") == "not encrypted"


def test_a_client_certificate_of_proto_ddf_s_own_user_is_not_used(
    secure: DatabaseServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """libpq would show the certificate in ~/.postgresql, or one that environment variables name (docs, 32.19.2)."""
    database = filled(secure)
    file = tmp_path / "postgresql.crt"
    file.write_text("no certificate: whoever reads it says so")
    with monkeypatch.context() as changed:
        changed.setenv("PGSSLCERT", str(file))
        changed.setenv("PGSSLKEY", str(file))
        assert found_tls(database, tls="require").startswith("TLS 1.")


def found_tls(database: Database, **changes: Any) -> str:
    return connects(database.server.kind, database.config(**changes))["encrypt"]


def test_encryption_is_only_preferred(own_server: DatabaseServer) -> None:
    assert found_tls(filled(own_server), tls="prefer").startswith("not encrypted")


@pytest.mark.parametrize("choice", ["require", "verify"])
def test_a_server_without_encryption(
    own_server: DatabaseServer, choice: str, ca_certificate: str
) -> None:
    failure = fails(filled(own_server), tls=choice, ca_certificate=ca_certificate)
    failure.check("tls_refused", "tls", "no encrypted", retried=False, stage="encrypt")


def test_a_server_that_requires_encryption(secure: DatabaseServer) -> None:
    database = filled(secure)
    if isinstance(secure, PostgresServer):
        secure.set_hba("hostssl all all 127.0.0.1/32 scram-sha-256")
    else:
        assert isinstance(secure, MariaDbServer)
        secure.set(require_secure_transport=1)
    failure = fails(database, tls="off")
    failure.check("tls_required", "tls", "encrypted connections only", retried=False)
    assert "TLS" in found_tls(database, tls="prefer")


def test_a_user_who_must_use_encryption(secure: DatabaseServer) -> None:
    database = filled(secure)
    if isinstance(secure, PostgresServer):
        secure.set_hba(f'hostssl all "{database.user}" 127.0.0.1/32 scram-sha-256')
    else:
        secure.run(f"ALTER USER `{database.user}` REQUIRE SSL")
    failure = fails(database, tls="off")
    failure.check("tls_required", "tls", "encrypted connections only", retried=False)
    wrong = fails(database, tls="off", password=vault.store("not-it"))
    assert wrong.code in {"authentication_failed", "tls_required"}


def test_bad_certificates(
    secure: DatabaseServer, certificates: Certificates, ca_certificate: str
) -> None:
    database = filled(secure)
    for name, (code, field, words) in BAD.items():
        secure.use_certificate(getattr(certificates, name))
        failure = fails(database, tls="verify", ca_certificate=ca_certificate)
        failure.check(code, field, words, retried=False, stage="encrypt")
        assert "not checked" in found_tls(database, tls="require")


def test_an_authority_that_this_machine_does_not_trust(secure: DatabaseServer) -> None:
    failure = fails(filled(secure), tls="verify")
    failure.check("tls_untrusted", "ca_certificate", retried=False, stage="encrypt")


def test_a_missing_certificate_of_the_authority(secure: DatabaseServer, home: Any) -> None:
    path = str(home / "uploads" / "gone.pem")
    failure = fails(filled(secure), tls="verify", ca_certificate=path)
    failure.check("file_not_found", "ca_certificate", retried=False)


def test_an_invalid_certificate_of_the_authority(secure: DatabaseServer, home: Any) -> None:
    path = home / "uploads" / "notes.pem"
    path.write_text("no certificate")
    failure = fails(filled(secure), tls="verify", ca_certificate=str(path))
    failure.check("certificate_unreadable", "ca_certificate", "notes.pem", retried=False)


def test_a_certificate_of_another_authority(secure: DatabaseServer) -> None:
    failure = fails(filled(secure), tls="verify", ca_certificate="/etc/ssl/openssl.cnf")
    failure.check("path_not_allowed", "ca_certificate", retried=False)
