"""Forms sealed on a device for the server alone: whoever collects, or finds the tablet, cannot read them.

Elliptic curve Diffie–Hellman on P-256 with a key made for one form, HKDF-SHA-256 and AES-256-GCM (NIST SP 800-56A,
RFC 5869), which every browser has. The private key follows from `HAILONG_CONTACT_KEY`, so that there is one secret to
keep (decision 0026).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app
from flask_babel import gettext as _

from survey_app.errors import Conflict, UserError

VERSION = b"\x01"
_POINT, _NONCE, _TAG = 65, 12, 16
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256 (FIPS 186-4, D.1.2.3)
_INFO = b"hai-long form seal v1 "


class SealBroken(UserError):
    """The bytes cannot be opened: changed on the way, sealed for another server, or under another id."""


@dataclass(frozen=True)
class PublicKey:
    """What a device seals with.

    Attributes
    ----------
    id : str
        16 hexadecimal digits that name the key.
    raw : str
        The uncompressed point, 65 bytes, as base64url without padding.
    """

    id: str
    raw: str


class SealingKey:
    """The key pair of an installation.

    Parameters
    ----------
    secret : str
        At least 32 characters.
    """

    def __init__(self, secret: str) -> None:
        stretched = HKDF(hashes.SHA256(), 48, b"", b"hai-long form sealing key").derive(secret.encode())
        scalar = int.from_bytes(stretched) % (_ORDER - 1) + 1
        self._private = ec.derive_private_key(scalar, ec.SECP256R1())
        self._point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def public(self) -> PublicKey:
        """The half that devices get."""
        return PublicKey(hashlib.sha256(self._point).hexdigest()[:16], to_base64url(self._point))

    def open(self, sealed: bytes, owner: str) -> bytes:
        """What was sealed for this server under the id ``owner``.

        Raises
        ------
        SealBroken
        """
        point, nonce = sealed[1 : 1 + _POINT], sealed[1 + _POINT : 1 + _POINT + _NONCE]
        try:
            if sealed[:1] != VERSION or len(sealed) < 1 + _POINT + _NONCE + _TAG:
                raise ValueError("no seal of ours")
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            shared = self._private.exchange(ec.ECDH(), theirs)
            text = AESGCM(_derive(shared, self._point)).decrypt(nonce, sealed[1 + _POINT + _NONCE :], owner.encode())
        except (InvalidTag, ValueError) as error:
            raise SealBroken(
                _("Phiếu này không mở được trên máy chủ này: đã bị thay đổi, hoặc gửi nhầm máy chủ.")
            ) from error
        return text


def seal(text: bytes, owner: str, recipient: PublicKey) -> bytes:
    """Seal as a device does, for the command line and tests."""
    point = from_base64url(recipient.raw)
    own = ec.generate_private_key(ec.SECP256R1())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    nonce = os.urandom(_NONCE)
    ephemeral = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return VERSION + ephemeral + nonce + AESGCM(_derive(shared, point)).encrypt(nonce, text, owner.encode())


def _derive(shared: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, b"", _INFO + recipient).derive(shared)


def to_base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of base64url text, padded or not.

    Raises
    ------
    SealBroken
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error) as error:
        raise SealBroken(_("Phiếu gửi lên không đúng dạng. Xin cập nhật ứng dụng rồi gửi lại.")) from error


def sealing_key() -> SealingKey:
    """The key pair of this installation.

    Raises
    ------
    Conflict
        A production service without `HAILONG_CONTACT_KEY`.
    """
    key: SealingKey | None = current_app.extensions.get("hailong_sealing_key")
    if key is None:
        secret = current_app.config["CONTACT_KEY"]
        if not secret:
            raise Conflict(
                _("Máy chủ chưa có khóa để nhận phiếu từ thiết bị. Xin quản trị đặt HAILONG_CONTACT_KEY rồi chạy lại.")
            )
        key = current_app.extensions["hailong_sealing_key"] = SealingKey(secret)
    return key


def public_key() -> PublicKey:
    """What devices seal with."""
    return sealing_key().public


def open_sealed(sealed: bytes, owner: str) -> bytes:
    """What a device sealed for this server under the id ``owner``."""
    return sealing_key().open(sealed, owner)
