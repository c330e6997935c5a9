"""A throw-away certificate authority and one server certificate for this machine's loopback names."""

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """PEM files: the authority to trust, and the chain and key to serve TLS with."""

    authority: Path
    server: Path
    server_key: Path


def issue(directory: Path) -> Certificates:
    """Write a new authority's certificate and a pair for 127.0.0.1 and localhost; the authority's key is not kept."""
    directory.mkdir(parents=True, exist_ok=True)
    certificates = Certificates(
        authority=directory / "ca.pem", server=directory / "server.pem", server_key=directory / "server.key"
    )
    authority = trustme.CA()
    pair = authority.issue_cert("127.0.0.1", "localhost")
    authority.cert_pem.write_to_path(certificates.authority)
    pair.cert_chain_pems[0].write_to_path(certificates.server)
    certificates.server_key.touch(mode=0o600)
    pair.private_key_pem.write_to_path(certificates.server_key)
    return certificates
