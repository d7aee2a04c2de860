"""TLS certificates, issued anew in each run: a good one, and one for each way to be bad."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Certificate:
    """A server's certificate: its chain and its private key, as PEM."""

    chain: bytes
    key: bytes


class Certificates:
    """A certificate authority that clients may trust, and the certificates that servers can show."""

    def __init__(self) -> None:
        self._authority = trustme.CA(organization_name="Trusted by the tests")
        now = datetime.now(UTC)
        self.good = _issued(self._authority, *LOCAL)
        self.wrong_host = _issued(self._authority, "db.example.com")
        self.expired = _issued(
            self._authority, *LOCAL, not_before=now - timedelta(30), not_after=now - timedelta(1)
        )
        self.of_another_authority = _issued(trustme.CA(organization_name="Unknown"), *LOCAL)
        self.self_signed = _self_signed("localhost")

    def write_authority(self, path: Path) -> str:
        """Write the authority's certificate to a file; returns its path."""
        self._authority.cert_pem.write_to_path(path)
        return str(path)


@cache
def certificates() -> Certificates:
    """The certificates of this process."""
    return Certificates()


def _issued(
    authority: trustme.CA,
    *names: str,
    not_before: datetime | None = None,
    not_after: datetime | None = None,
) -> Certificate:
    leaf = authority.issue_cert(
        *names, common_name=names[0], not_before=not_before, not_after=not_after
    )
    chain = b"".join(pem.bytes() for pem in leaf.cert_chain_pems)
    return Certificate(chain, leaf.private_key_pem.bytes())


def _self_signed(host: str) -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(1))
        .not_valid_after(now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Certificate(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
