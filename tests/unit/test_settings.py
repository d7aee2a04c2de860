"""Invalid settings are refused, with the name of the variable."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from pydantic import ValidationError

from proto_ddf.errors.settings_errors import describe_settings_errors
from proto_ddf.port_numbers import BLOCKED_PORTS
from proto_ddf.settings import Settings
from tests.servers.certificates import Certificate, certificates


def refused(monkeypatch: pytest.MonkeyPatch, **variables: object) -> str:
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    with pytest.raises(ValidationError) as error:
        Settings()
    (line,) = describe_settings_errors(error.value)
    return line


@pytest.mark.parametrize("port", sorted(BLOCKED_PORTS - {0}))
def test_a_port_that_browsers_refuse_to_open_is_refused(
    monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    line = refused(monkeypatch, PORT=port)
    assert line.startswith("PORT: browsers refuse to open this port")
    assert str(port) in line


@pytest.mark.parametrize(
    ("first", "last"), [(6665, 6669), (4045, 4045), (6669, 6670), (4000, 3999)]
)
def test_a_range_without_two_ports_that_browsers_open_is_refused(
    monkeypatch: pytest.MonkeyPatch, first: int, last: int
) -> None:
    line = refused(monkeypatch, PORT_RANGE_START=first, PORT_RANGE_END=last)
    assert "PORT_RANGE_START" in line
    assert f"from {first} to {last}" in line


@pytest.mark.parametrize(("first", "last"), [(6664, 6670), (3100, 3101)])
def test_a_range_with_two_such_ports_is_enough(
    monkeypatch: pytest.MonkeyPatch, first: int, last: int
) -> None:
    monkeypatch.setenv("PORT_RANGE_START", str(first))
    monkeypatch.setenv("PORT_RANGE_END", str(last))
    assert Settings().port_range_end == last


def write_tls(folder: Path, certificate: Certificate, key: Certificate) -> dict[str, object]:
    (folder / "cert.pem").write_bytes(certificate.chain)
    (folder / "key.pem").write_bytes(key.key)
    return {"TLS_CERT": folder / "cert.pem", "TLS_KEY": folder / "key.pem"}


class TestTLS:
    def test_is_on_with_a_certificate_and_its_key(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        good = certificates().good
        for name, path in write_tls(tmp_path, good, good).items():
            monkeypatch.setenv(name, str(path))
        settings = Settings()
        assert settings.own_serving().tls_cert == str(tmp_path / "cert.pem")
        assert settings.serving().tls_cert is None

    @pytest.mark.parametrize("missing", ["TLS_CERT", "TLS_KEY"])
    def test_needs_both_files(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
    ) -> None:
        variables = write_tls(tmp_path, certificates().good, certificates().good)
        del variables[missing]
        assert "TLS_CERT and TLS_KEY: either both" in refused(monkeypatch, **variables)

    def test_needs_a_key_that_belongs_to_the_certificate(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        variables = write_tls(tmp_path, certificates().good, certificates().wrong_host)
        line = refused(monkeypatch, **variables)
        assert line.startswith("TLS_CERT and TLS_KEY do not work together: KEY_VALUES_MISMATCH")

    @pytest.mark.parametrize("name", ["TLS_CERT", "TLS_KEY"])
    def test_needs_files_that_can_be_read(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
    ) -> None:
        variables = write_tls(tmp_path, certificates().good, certificates().good)
        variables[name] = tmp_path / "none.pem"
        line = refused(monkeypatch, **variables)
        assert line == f"{name}: {tmp_path}/none.pem cannot be read: No such file or directory"

    def test_refuses_a_key_with_a_passphrase_instead_of_asking_for_it(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        good = certificates().good
        key = serialization.load_pem_private_key(good.key, None).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
        line = refused(monkeypatch, **write_tls(tmp_path, good, Certificate(good.chain, key)))
        assert "TLS_CERT and TLS_KEY do not work together" in line
