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

    def asset(self, asset_id: str, ended: int = 0) -> str | None:
        """A lasting page of one asset: it works until the asset is deleted, or its owner ends its links.

        `ended`: how often they did, the asset's `links_ended`.
        """
        return self._lasting(asset_id, "", ended)

    def thumbnail(self, asset_id: str, ended: int = 0) -> str | None:
        """A lasting address of an asset's thumbnail, as PNG: Slack shows no WebP."""
        return self._lasting(asset_id, "/thumbnail.png", ended)

    def share(self, share_id: str) -> str | None:
        """The address of a link that its owner made; it opens something as long as the link's row says so."""
        return shared_at(self._base, self._secret_key, share_id) if self._base is not None else None

    def _lasting(self, asset_id: str, part: str, ended: int) -> str | None:
        if self._base is None:
            return None
        return f"{self._base}/s/{asset_id}{part}?{urlencode({'key': asset_key(self._secret_key, asset_id, ended)})}"

    async def gallery(self, user_id: str) -> str | None:
        """A link that signs a browser in as this person, once, within ten minutes. For their eyes only."""
        return await self.leading_to("", user_id)

    async def leading_to(self, path: str, user_id: str) -> str | None:
        """The same, and then goes on to a path of Easel's own, such as `/you`."""
        if self._base is None:
            return None
        code = await self._database.write(lambda session: people.add_sign_in(session, user_id))
        return f"{self._base}/signin?{urlencode({'code': code} | ({'next': path} if path else {}))}"

    async def comparing(self, user_id: str, before: str, after: str) -> str | None:
        """The same, to the page where two versions stand side by side."""
        return await self.leading_to(f"/compare?{urlencode({'a': before, 'b': after})}", user_id)


def shared_at(base: str, secret_key: str, share_id: str) -> str:
    """The whole address of a link that an owner made."""
    return f"{base}/s/{share_id}?{urlencode({'key': share_key(secret_key, share_id)})}"


def asset_key(secret_key: str, asset_id: str, ended: int = 0) -> str:
    """What a lasting link is signed with: 128 bits that only this house can make, others each time they were ended."""
    return _signed("asset link", secret_key, f"{asset_id}:{ended}" if ended else asset_id)


def share_key(secret_key: str, share_id: str) -> str:
    """What a link is signed with that an owner made."""
    return _signed("share link", secret_key, share_id)


def _signed(purpose: str, secret_key: str, what: str) -> str:
    key = sha256(f"{purpose}:{secret_key}".encode()).digest()
    return hmac.new(key, what.encode(), sha256).hexdigest()[:32]
