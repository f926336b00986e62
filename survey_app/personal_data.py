"""Names, telephones and addresses: sealed at rest under a key of their own, compared by marks that tell nothing.

The key is `HAILONG_CONTACT_KEY`; in development it is made once and kept beside the database. Whoever loses it loses
the contact data and nothing else; whoever steals the database without it finds no person in it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import unicodedata
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from flask_babel import gettext as _

from survey_app.errors import Conflict

compact_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_VERSION = b"\x01"
_NONCE_BYTES = 12
MARK_BYTES = 16


class ContactKey:
    """The key of the contact data of an installation.

    Parameters
    ----------
    secret : str
        At least 32 characters; two keys are derived from it, one to seal and one to mark.
    """

    def __init__(self, secret: str) -> None:
        self._cipher = AESGCM(_derive(secret, b"hai-long contact seal"))
        self._marks = hashlib.blake2b(key=_derive(secret, b"hai-long contact mark"), digest_size=MARK_BYTES)

    def seal(self, words: Mapping[str, str], owner: str) -> bytes:
        """Encrypt the words (AES-256-GCM) so that they can be opened only as those of ``owner``."""
        nonce = os.urandom(_NONCE_BYTES)
        text = compact_json(words).encode()
        return _VERSION + nonce + self._cipher.encrypt(nonce, text, owner.encode())

    def open(self, sealed: bytes, owner: str) -> dict[str, str]:
        """Decrypt what was sealed for ``owner``.

        Raises
        ------
        Conflict
            The key is another one, or the bytes were changed or belong to somebody else.
        """
        nonce, text = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            if sealed[:1] != _VERSION:
                raise InvalidTag
            words: dict[str, str] = json.loads(self._cipher.decrypt(nonce, text, owner.encode()))
        except (InvalidTag, ValueError) as error:
            raise Conflict(
                _(
                    "Không mở được thông tin liên hệ: khóa mã hóa trên máy này khác với khóa đã dùng khi nhập danh "
                    "sách. Xin quản trị đặt lại HAILONG_CONTACT_KEY cũ; nếu đã mất khóa thì chỉ còn cách nhập lại."
                )
            ) from error
        return words

    def mark(self, *words: str) -> bytes:
        """A keyed mark of 128 bits, the same for the same words however they are spaced or cased."""
        text = " ".join(unicodedata.normalize("NFC", " \0 ".join(words)).casefold().split())
        mark = self._marks.copy()
        mark.update(text.encode())
        return mark.digest()


def _derive(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), purpose, "sha256")


def contact_key() -> ContactKey:
    """The key of this installation.

    Raises
    ------
    Conflict
        A production service without `HAILONG_CONTACT_KEY`.
    """
    key: ContactKey | None = current_app.extensions.get("hailong_contact_key")
    if key is None:
        secret = current_app.config["CONTACT_KEY"]
        if not secret:
            raise Conflict(
                _(
                    "Máy chủ chưa có khóa mã hóa thông tin liên hệ. Xin quản trị đặt HAILONG_CONTACT_KEY "
                    "rồi khởi động lại."
                )
            )
        key = current_app.extensions["hailong_contact_key"] = ContactKey(secret)
    return key
