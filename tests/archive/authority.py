"""A real RFC 3161 authority of our own: openssl ts behind an HTTP server on this machine."""

import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = tsa1
[tsa1]
dir = {dir}
serial = {dir}/serial
signer_cert = {dir}/tsa.pem
certs = {certs}
signer_key = {dir}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def _certificate(name, key, issuer, issuer_key, until, extensions):
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), False)
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


def _usage(**set_to_true):
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return x509.KeyUsage(**{name: set_to_true.get(name, False) for name in names})


class Authority:
    """Answers on `address`; `mode` makes it misbehave; `root` is its root certificate in PEM."""

    def __init__(self, folder: Path, name: str, *, valid: timedelta = timedelta(days=30), chain: bool = False):
        folder.mkdir(parents=True)
        self.folder, self.mode, self.queries = folder, "good", []
        root_key, key = (rsa.generate_private_key(65537, 2048) for _ in range(2))
        now = datetime.now(UTC)
        root = _certificate(
            f"{name} root", root_key, f"{name} root", root_key, now + timedelta(days=60),
            [(x509.BasicConstraints(True, None), True), (_usage(key_cert_sign=True, crl_sign=True), True)],
        )  # fmt: skip
        leaf = _certificate(
            name, key, f"{name} root", root_key, now + valid,
            [(x509.BasicConstraints(False, None), True), (_usage(digital_signature=True), True),
             (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)],
        )  # fmt: skip
        self.expires = leaf.not_valid_after_utc
        self.root = root.public_bytes(serialization.Encoding.PEM)
        (folder / "root.pem").write_bytes(self.root)
        (folder / "tsa.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
        (folder / "tsa.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (folder / "serial").write_text("01\n")
        # A careful authority sends its own certificate only; others send the root along.
        (folder / "chain.pem").write_bytes(self.root if chain else (folder / "tsa.pem").read_bytes())
        (folder / "ts.cnf").write_text(CONFIG.format(dir=folder, certs=folder / "chain.pem"))
        self._server = HTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self._server.server_port}/tsr"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def close(self):
        self._server.shutdown()
        self._server.server_close()

    def reply(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        command = "openssl ts -reply -config ts.cnf -queryfile query -out reply"
        subprocess.run(command.split(), cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "reply").read_bytes()

    def _handler(authority):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                query = self.rfile.read(int(self.headers["Content-Length"]))
                authority.queries.append(query)
                if authority.mode == "down":
                    self.send_error(503)
                    return
                answers = {
                    "garbage": b"<html>busy</html>",
                    "empty": b"",
                    "huge": bytes(2 << 20),
                    "refused": bytes.fromhex("30053003020102"),
                }
                if authority.mode in answers:
                    answer = answers[authority.mode]
                elif authority.mode == "replay":
                    answer = authority.reply(authority.queries[0])
                else:
                    answer = authority.reply(query)
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        return Handler
