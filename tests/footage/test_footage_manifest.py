"""C2PA: a manifest's presence needs no library; with it, signer, acts and validation are told as it says."""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image

from dalil.footage.manifest import MP4_BOX, Manifest, manifest_of


def plain(kind="JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(out, kind)
    return out.getvalue()


def crafted(kind: str) -> bytes:
    """A file with an empty part of the kind that holds a manifest."""
    box = b"JP\0\x01\0\0\0\x01" + b"\0\0\0\x28jumb\0\0\0\x20jumdc2pa" + bytes(20)
    if kind == "jpeg":
        return b"\xff\xd8\xff\xeb" + (len(box) + 2).to_bytes(2, "big") + box + plain()[2:]
    if kind == "png":
        data = plain("PNG")
        return data[:33] + b"\0\0\0\0caBX\0\0\0\0" + data[33:]
    if kind == "webp":
        return plain("WEBP") + b"C2PA\0\0\0\0"
    return b"\0\0\0\x10ftypisom\0\0\0\0" + (24).to_bytes(4, "big") + b"uuid" + MP4_BOX


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "mp4"])
def test_a_manifest_is_known_by_its_box_alone(tmp_path, monkeypatch, kind):
    monkeypatch.setitem(sys.modules, "c2pa", None)
    (tmp_path / "x").write_bytes(crafted(kind))
    assert manifest_of(tmp_path / "x", f"image/{kind}") == Manifest()


# A box that claims the largest size that can be written.
HUGE = b"\0\0\0\x01mdat" + b"\xff" * 16


@pytest.mark.parametrize(
    "data", [plain(), plain("PNG"), plain("WEBP"), b"", b"\0\0\0\x08uuid", b"\xff\xd8\xff", b"RIFF", HUGE]
)
def test_other_files_carry_none(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    assert manifest_of(tmp_path / "x", "image/jpeg") is None


def signed() -> bytes:
    """A picture with a manifest signed by a camera of an invented maker, whose certificate nobody trusts."""
    c2pa = pytest.importorskip("c2pa", reason="needs the extra c2pa")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def certificate(name, key, issuer, by, root):
        names = ((NameOID.ORGANIZATION_NAME, "Invented Cameras"), (NameOID.COMMON_NAME, name))
        subject = x509.Name([x509.NameAttribute(*pair) for pair in names])
        usage = x509.KeyUsage(not root, False, False, False, False, root, root, False, False)
        now, day = datetime.now(UTC), timedelta(days=1)
        made = x509.CertificateBuilder(issuer or subject, subject, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now - day).not_valid_after(now + day)
        made = made.add_extension(x509.BasicConstraints(root, None), True).add_extension(usage, True)
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), False)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        if not root:
            made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), False)
        return made.sign(by, hashes.SHA256())

    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Test root", root_key, None, root_key, True)
    leaf = certificate("Test camera", key, root.subject, root_key, False)
    chain = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (leaf, root))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, private, None))
    source = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"
    acts = {"actions": [{"action": "c2pa.created", "digitalSourceType": source}]}
    told = {
        "claim_generator_info": [{"name": "Invented Recorder", "version": "3"}],
        "assertions": [{"label": "c2pa.actions", "data": acts}],
    }
    out = io.BytesIO()
    c2pa.Builder(told).sign(signer, "image/jpeg", io.BytesIO(plain()), out)
    return out.getvalue()


def test_a_signed_manifest_is_told_as_the_library_says_and_a_changed_file_fails(tmp_path):
    path, data = tmp_path / "x.jpg", signed()
    path.write_bytes(data)
    assert manifest_of(path, "image/jpeg") == Manifest(
        generator="Invented Recorder 3",
        signer="Test camera, Invented Cameras",
        actions=("c2pa.created",),
        state="Valid",
        failures=("signingCredential.untrusted",),
    )
    path.write_bytes(data[:-10] + bytes([data[-10] ^ 1]) + data[-9:])
    changed = manifest_of(path, "image/jpeg")
    assert changed.state == "Invalid" and "assertion.dataHash.mismatch" in changed.failures


def test_the_page_says_who_signed_and_what_that_is_worth(tmp_path):
    from starlette.testclient import TestClient

    from dalil import pipeline
    from dalil.archive import Archive, find
    from dalil.web.app import create_app

    (tmp_path / "IMG-20200101-WA0001.jpg").write_bytes(signed())
    with Archive.create(tmp_path / "archive") as archive:
        list(archive.capture(find([tmp_path / "IMG-20200101-WA0001.jpg"]), by="tester"))
        (done,) = pipeline.derive_waiting(archive)
        client = TestClient(create_app(archive), base_url="http://127.0.0.1")
        address = f"/footage/{done.capture.object.sha256}"
        page = client.get(address).text
        assert "signed by" in page and "Test camera, Invented Cameras" in page and "signingCredential.untrusted" in page
        assert "not that it is true" in page and "WhatsApp: passed it on" in page
        assert "وقّعه" in client.get(f"{address}?lang=ar").text
