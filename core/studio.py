"""The front desk: all that a surface may ask of Easel, and nothing else. Every answer is bound to the person asking."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog
from sqlmodel import Session

from core.chat import MessageRef, ThreadRef
from core.creation.admission import Admission
from core.creation.delivery import Delivery
from core.creation.stops import Stops
from core.creation.thumbnails import Thumbnails
from core.creation.view import AssetView, CreationView, asset_view, shown_to, view
from core.errors import Busy, Conflict, Forbidden, Invalid, NotFound
from core.people.deletion import Deletion, Receipt
from core.providers.base import Kind
from core.trust.media import Uploads
from core.trust.words import clean, clean_prompt
from core.wishes import Action, Wish
from core.workspaces import WorkspaceRules
from storage import creations, finding, gallery, ledger, posts, visibility
from storage.changes import Changes
from storage.creations import NewCreation
from storage.database import Database
from storage.errors import Forgotten, StorageBusy
from storage.finding import Query
from storage.objects import ObjectStore
from storage.recipes import sidecar_key
from storage.tables import Asset, CreationState, new_id

log = structlog.get_logger()
ACTION_KINDS: dict[Action, frozenset[Kind]] = {
    Action.VARY: frozenset({Kind.IMAGE, Kind.VIDEO, Kind.UPLOAD}),
    Action.UPSCALE: frozenset({Kind.IMAGE, Kind.VIDEO, Kind.UPLOAD}),
    Action.ANIMATE: frozenset({Kind.IMAGE, Kind.UPLOAD}),
    Action.EXTEND: frozenset({Kind.VIDEO}),
    Action.AGAIN: frozenset({Kind.IMAGE, Kind.VIDEO, Kind.SPEECH}),
}
INPUTS_MAX = 10
OWN_SURFACES = frozenset({"web", "rest", "terminal"})
"""Where Easel itself tells who may see a thread; in a chat, the platform does."""
SHOW_EVERY_S = 0.25
"""How often a creation that is watched is looked at; its end is seen at once."""


class Studio:
    """Takes wishes, shows creations, keeps the gallery. One per process; holds no state of its own."""

    def __init__(
        self,
        database: Database,
        objects: ObjectStore,
        changes: Changes,
        admission: Admission,
        stops: Stops,
        uploads: Uploads,
        thumbnails: Thumbnails,
        deletion: Deletion,
        delivery: Delivery,
    ) -> None:
        self._database = database
        self._objects = objects
        self._changes = changes
        self._admission = admission
        self._stops = stops
        self._uploads = uploads
        self._thumbnails = thumbnails
        self._deletion = deletion
        self._delivery = delivery

    # --- wishes ---------------------------------------------------------------------------------------------------

    async def create(self, wish: Wish) -> CreationView:
        """Record a wish and let it begin as soon as there is room. The same `event_key` gives the same creation.

        Raises:
            Invalid, TooLarge: the wish itself is wrong; nothing is stored.
            NotFound: a thread or an input that is not theirs.
            Busy: the wish could not be recorded; nothing is stored.
        """
        new = await self._checked(wish)
        try:
            creation_id, is_new = await self._database.record(lambda session: creations.record(session, new))
        except StorageBusy as error:
            raise Busy(
                "Easel cannot store anything right now. Nothing was started; please try again shortly."
            ) from error
        except Forgotten as error:
            raise NotFound from error
        if is_new:
            log.info("wish", creation=creation_id, surface=wish.surface)
            self._admission.wake()
        return await self.creation(wish.user_id, creation_id, place=wish.surface in OWN_SURFACES)

    async def confirm(self, user_id: str, creation_id: str) -> CreationView:
        """Let a creation that waits for a yes to its price go on."""
        found = await self.creation(user_id, creation_id)
        if found.state != CreationState.WAITING:
            raise Conflict("There is nothing to confirm: this is not waiting for an answer.", "not_waiting")
        await self._database.write(lambda session: creations.confirm(session, creation_id))
        self._told(creation_id)
        return await self.creation(user_id, creation_id)

    async def cancel(self, user_id: str, creation_id: str) -> CreationView:
        """Stop a creation. What is finished stays; what has ended is left as it is."""
        state = await self._database.write(lambda session: creations.cancel(session, user_id, creation_id))
        if state is None:
            raise NotFound
        self._stops.check()
        self._told(creation_id)
        return await self.creation(user_id, creation_id)

    # --- looking --------------------------------------------------------------------------------------------------

    async def creation(self, user_id: str, creation_id: str, *, place: bool = True) -> CreationView:
        """The newest view of one creation; `place`: with its place in line, which costs a look at the whole line."""
        rows = await self._database.look(lambda session: creations.snapshot(session, creation_id, user_id))
        if rows is None:
            raise NotFound
        if rows.creation.state != CreationState.QUEUED or not place:
            return view(rows)
        queue_place, eta_s = await self._admission.place(creation_id)
        return view(rows, queue_place=queue_place, eta_s=eta_s)

    async def watch(
        self, user_id: str, creation_id: str, after: int = 0, now: CreationView | None = None
    ) -> AsyncIterator[CreationView]:
        """The view now, which the caller may just have looked at, and after changes, ending with the final one.

        `after` skips revisions already seen.
        """
        with self._changes.listening(creation_id, SHOW_EVERY_S) as changed:
            while True:
                changed.clear()
                seen, now = now or await self.creation(user_id, creation_id), None
                changed.seen = seen.revision
                if seen.revision > after or seen.state.final:
                    after = seen.revision
                    yield seen
                if seen.state.final:
                    return
                await changed.wait()

    async def finished(self, user_id: str, creation_id: str) -> CreationView:
        """Wait for the final view."""
        async for seen in self.watch(user_id, creation_id):
            if seen.state.final:
                return seen
        raise NotFound

    async def thread(self, user_id: str, thread: str) -> tuple[str, list[CreationView]]:
        """A thread's title and its creations, oldest first."""
        ref = str(ThreadRef.parse(thread))

        def work(session: Session) -> tuple[str, list[CreationView]] | None:
            found = creations.thread_of(session, user_id, None, ref)
            if found is None:
                return None
            rows = creations.thread_snapshots(
                session, found.id, datetime.max.replace(tzinfo=found.created_at.tzinfo), 200
            )
            return found.title, [view(each) for each in rows if each.creation.user_id == user_id]

        answer = await self._database.read(work)
        if answer is None:
            raise NotFound("There is no such thread.")
        return answer

    async def threads(self, user_id: str, limit: int = 30) -> list[tuple[str, str]]:
        """A person's conversations as (thread, title), the newest first."""

        def work(session: Session) -> list[tuple[str, str]]:
            return [(each.ref, each.title) for each in creations.recent_threads(session, user_id, limit)]

        return await self._database.read(work)

    # --- gallery --------------------------------------------------------------------------------------------------

    async def gallery(self, user_id: str, query: Query) -> tuple[list[AssetView], int | None]:
        """One page of assets, newest first, and where the next begins."""

        def work(session: Session) -> tuple[list[AssetView], int | None]:
            page = finding.page(session, user_id, query)
            notes = visibility.notes(session, user_id, page.assets)
            return [shown_to(user_id, each, notes) for each in page.assets], page.next

        return await self._database.read(work)

    async def asset(self, user_id: str, asset_id: str, workspaces: Sequence[str] = ()) -> AssetView:
        """One asset of theirs, or one that is shown in the workspaces that they are in."""

        def work(session: Session) -> AssetView:
            found = visibility.looked_at(session, asset_id)
            if found is None or not visibility.sees(user_id, found, workspaces):
                raise NotFound
            return shown_to(user_id, found, visibility.notes(session, user_id, [found]))

        return await self._database.look(work)

    async def lineage(self, user_id: str, asset_id: str) -> tuple[AssetView | None, list[AssetView], str | None]:
        """An asset's parent, its children, and the thread it was made in."""

        def work(session: Session) -> tuple[AssetView | None, list[AssetView], str | None]:
            one = gallery.asset(session, user_id, asset_id)
            if one is None:
                raise NotFound
            parent, children = gallery.lineage(session, user_id, one)
            shown = asset_view(parent) if parent else None
            return shown, [asset_view(child) for child in children], gallery.thread_ref(session, one)

        return await self._database.read(work)

    async def mark(
        self, user_id: str, asset_id: str, *, favourite: bool | None = None, alt_text: str | None = None
    ) -> AssetView:
        """Change what a person may change of their asset."""
        values: dict[str, object] = {}
        if favourite is not None:
            values["favourite"] = favourite
        if alt_text is not None:
            values["alt_text"] = clean(alt_text)[:2_000]
        if not values:
            raise Invalid("There is nothing to change in this request.")
        if not await self._database.write(lambda session: gallery.mark(session, user_id, asset_id, **values)):
            raise NotFound
        return await self.asset(user_id, asset_id)

    async def vote(
        self,
        user_id: str,
        asset_id: str,
        value: int,
        through: MessageRef | None = None,
        workspaces: Sequence[str] = (),
    ) -> None:
        """Note what a person thinks of an asset that they see: 1, -1, or 0 to take it back."""
        await self._asset(user_id, asset_id, through, workspaces)
        await self._database.write(lambda session: gallery.vote(session, user_id, asset_id, max(-1, min(value, 1))))

    async def delete(self, user_id: str, asset_id: str) -> None:
        """Delete an asset for good: its row, object, thumbnail and place in the index, and where it was shown."""
        found = await self._asset(user_id, asset_id)
        shown = await self._database.read(lambda session: posts.showing(session, found))
        beside = (found.thumbnail_key, sidecar_key(found.object_key))
        await self._remove(found.object_key, *beside)  # first: a store that is away keeps the row as well
        await self._deletion.note(found.id)
        keys = await self._database.write(lambda session: gallery.delete(session, user_id, asset_id))
        if keys is None:
            raise NotFound
        await self._remove(*keys)  # a thumbnail that was made meanwhile
        await self._delivery.withdraw(shown)

    async def _remove(self, *keys: str | None) -> None:
        for key in keys:
            if key:
                await self._objects.delete(key)

    async def content(self, user_id: str, asset_id: str, workspaces: Sequence[str] = ()) -> tuple[AssetView, str]:
        """An asset and the key of its bytes.

        Raises:
            Forbidden: the check of finished pictures holds it back.
        """
        found = await self._asset(user_id, asset_id, workspaces=workspaces)
        _shown(found)
        return asset_view(found), found.object_key

    async def thumbnail(self, user_id: str, asset_id: str, workspaces: Sequence[str] = ()) -> str | None:
        """The key of an asset's thumbnail, made now if it is not there yet; None where it has no picture."""
        found = await self._asset(user_id, asset_id, workspaces=workspaces)
        _shown(found)
        return await self._thumbnails.key(found)

    async def preview(self, user_id: str, step_id: str) -> str:
        """The key of the newest rough picture of a step that is being made."""
        key = await self._database.read(lambda session: creations.preview(session, user_id, step_id))
        if key is None:
            raise NotFound
        return key

    async def upload(self, user_id: str, file: Path, name: str) -> AssetView:
        """Take a picture from outside: decoded under a cap and stored only re-encoded.

        Raises:
            Unsupported, TooLarge, Invalid: with the sentence why; nothing is stored.
        """
        return asset_view(await self._uploads.take(user_id, file, clean(name)[:200]))

    # --- the person -----------------------------------------------------------------------------------------------

    async def usage(self, user_id: str, since: datetime) -> float:
        """US dollars that a person's work cost since a moment."""
        return (await self.usages(user_id, (since,)))[0]

    async def usages(self, user_id: str, moments: Sequence[datetime]) -> list[float]:
        """The same since each of several moments."""
        found = await self._database.read(lambda session: [ledger.spent(session, user_id, each) for each in moments])
        return [micros / 1_000_000 for micros in found]

    async def forget(self, user_id: str) -> Receipt:
        """Remove a person: rows, objects, thumbnails, index, workflows. Goes on after a crash where it stopped."""
        return await self._deletion.forget(user_id)

    # --- checks ---------------------------------------------------------------------------------------------------

    async def _checked(self, wish: Wish) -> NewCreation:
        inputs = tuple(dict.fromkeys(wish.inputs))
        if len(inputs) + len(wish.files) > INPUTS_MAX:
            raise Invalid(f"Easel takes up to {INPUTS_MAX} pictures at once.")
        sources = await asyncio.gather(
            *(self._asset(wish.user_id, asset_id, wish.through, wish.workspaces) for asset_id in inputs)
        )
        prompt = self._prompt(wish, sources)
        thread, follows = await self._thread(wish, sources)
        options = wish.options.model_dump(exclude_none=True, exclude_defaults=True)
        if wish.kind:
            options["kind"] = wish.kind.value
        if wish.max_steps:
            options["max_steps"] = wish.max_steps
        return NewCreation(
            event_key=wish.event_key,
            user_id=wish.user_id,
            workspace_id=wish.workspace_id,
            thread_ref=str(thread),
            surface=wish.surface,
            prompt=prompt,
            options=options,
            inputs=inputs,
            files=tuple({"source": file.source, "name": file.name} for file in wish.files),
            action=wish.action.value if wish.action else None,
            follows=follows and wish.action is None,
            rules=_rules,
        )

    @staticmethod
    def _prompt(wish: Wish, sources: list[Asset]) -> str:
        if wish.kind == Kind.UPLOAD:
            raise Invalid("Easel makes images, video and speech.", "unknown_kind")
        if wish.action is None:
            return clean_prompt(wish.prompt)
        if not sources and len(wish.files) == 1:
            return wish.prompt.strip() and clean_prompt(wish.prompt)  # what it is shows when it is fetched
        if len(sources) != 1:
            raise Invalid(f"To {wish.action}, name exactly one asset in `inputs`.", "one_input")
        if Kind(sources[0].kind) not in ACTION_KINDS[wish.action]:
            raise Invalid(f"Easel cannot {wish.action} {_a(sources[0].kind)}.", "wrong_kind")
        return clean_prompt(wish.prompt) if wish.prompt.strip() else ""

    async def _thread(self, wish: Wish, sources: list[Asset]) -> tuple[ThreadRef, bool]:
        """Where the creation goes, and whether it follows others there."""
        if wish.thread is None and (wish.action is None or not sources):
            return ThreadRef(platform=wish.surface, thread=new_id()), False
        ref = str(wish.thread) if wish.thread else await self._home(wish.user_id, sources[0])
        if ref is None:
            return ThreadRef(platform=wish.surface, thread=new_id()), False
        if wish.thread and wish.thread.pending:
            return wish.thread, False
        if wish.surface not in OWN_SURFACES:  # whoever speaks in a chat's thread was let in by the platform
            known = await self._database.read(lambda session: creations.thread_by_ref(session, ref))
            return ThreadRef.parse(ref), known is not None
        found = await self._database.read(
            lambda session: creations.thread_of(session, wish.user_id, wish.workspace_id, ref)
        )
        if found is None:
            raise NotFound("There is no such thread.")
        return ThreadRef.parse(ref), True

    async def _home(self, user_id: str, source: Asset) -> str | None:
        """Where an own asset was made; what comes of somebody else's begins a thread of its own."""
        if source.user_id != user_id:
            return None
        return await self._database.read(lambda session: gallery.thread_ref(session, source))

    async def _asset(
        self, user_id: str, asset_id: str, through: MessageRef | None = None, workspaces: Sequence[str] = ()
    ) -> Asset:
        """A person's own asset, one that the message shows on which they pressed, or one of their workspaces'."""
        thread, message_id = (str(through.thread), through.id) if through else ("", "")
        found = await self._database.read(
            lambda session: gallery.seen(session, user_id, asset_id, thread, message_id, workspaces)
        )
        if found is None:
            raise NotFound
        return found

    def _told(self, creation_id: str) -> None:
        self._changes.tell(creation_id, at_once=True)
        self._admission.wake()


def _rules(settings: dict[str, Any]) -> dict[str, Any]:
    """What a creation takes along of its workspace's settings."""
    return WorkspaceRules.model_validate(settings).for_creation()


def _shown(asset: Asset) -> None:
    if asset.safety == "withheld":
        raise Forbidden(
            "The safety check holds this picture back. The operator of this Easel can release it.", "withheld"
        )


def _a(kind: str) -> str:
    return {"image": "an image", "upload": "an uploaded picture", "speech": "a narration"}.get(kind, f"a {kind}")
