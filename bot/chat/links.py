"""Addresses of Easel's own pages for people in a chat; there are none where no public URL is set."""

import hmac
from hashlib import sha256
from urllib.parse import urlencode

from storage import people
from storage.database import Database


class Links:
    """Makes links. A lasting one opens one asset to whoever holds it, as posting its file would."""

    def __init__(self, database: Database, public_url: str | None, secret_key: str) -> None:
        self._database = database
        self._base = public_url.rstrip("/") if public_url else None
        self._secret_key = secret_key

    def asset(self, asset_id: str) -> str | None:
        """A lasting page of one asset: it works until the asset is deleted."""
        return self._lasting(asset_id, "")

    def thumbnail(self, asset_id: str) -> str | None:
        """A lasting address of an asset's thumbnail, as PNG: Slack shows no WebP."""
        return self._lasting(asset_id, "/thumbnail.png")

    def _lasting(self, asset_id: str, part: str) -> str | None:
        if self._base is None:
            return None
        return f"{self._base}/s/{asset_id}{part}?{urlencode({'key': asset_key(self._secret_key, asset_id)})}"

    async def gallery(self, user_id: str) -> str | None:
        """A link that signs a browser in as this person, once, within ten minutes. For their eyes only."""
        if self._base is None:
            return None
        code = await self._database.write(lambda session: people.add_sign_in(session, user_id))
        return f"{self._base}/signin?{urlencode({'code': code})}"


def asset_key(secret_key: str, asset_id: str) -> str:
    """What a lasting link is signed with: 128 bits that only this house can make."""
    key = sha256(f"asset link:{secret_key}".encode()).digest()
    return hmac.new(key, asset_id.encode(), sha256).hexdigest()[:32]
