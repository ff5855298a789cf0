"""The forms that people fill in: a new wish, a change to a result, and a workspace's settings."""

from collections.abc import Iterable, Sequence
from typing import Any

from bot.slack.asks import Ask
from bot.slack.filled import Filled
from bot.slack.kit import boxes, dollars, field, menu, modal, section, words
from bot.slack.markup import Json
from core.agent.catalogue import Model
from core.agent.tools import ASPECTS, STYLES
from core.chat import FileRef
from core.creation.view import AssetView
from core.providers.base import Kind
from core.wishes import Options
from core.workspaces import WorkspaceRules

WISH_MAX = 3000
"""https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""
FILES_MAX = 10
FILE_TYPES = ["png", "jpg", "jpeg", "gif", "webp", "heic"]
KINDS = ((Kind.IMAGE.value, "Image"), (Kind.VIDEO.value, "Video"), (Kind.SPEECH.value, "Speech"))
OUTPUTS = (
    ("off", "Show it"),
    ("spoiler", "Show it behind a button"),
    ("withhold", "Hold it back"),
)
REPLIES = "replies"
ASKED_HINT = "a lighthouse at dusk, wide, and a short narration"


def create_form(ask: Ask, models: Sequence[Model], prompt: str = "") -> Json:
    """A new wish, with everything that can be set."""
    channels = {"type": "conversations_select", "filter": {"include": ["public", "private"]}}
    blocks = [
        field("words", "What should Easel make?", words(WISH_MAX, initial=prompt, hint=ASKED_HINT)),
        field("kind", "Kind", menu("kind", KINDS), optional=True, hint="Left open, your words decide."),
        field("aspect", "Format", menu("aspect", ((each, each) for each in ASPECTS)), optional=True),
        field("style", "Style", menu("style", ((each, each.title()) for each in STYLES)), optional=True),
        *_model_menu("model", "Model", models),
        field("files", "Pictures to work from", _files(), optional=True),
        field(
            "where",
            "Where",
            channels | ({} if ask.is_dm or not ask.channel else {"initial_conversation": ask.channel}),
            optional=True,
            hint="Left open, Easel answers in your messages with it.",
        ),
    ]
    return modal("create_form", "Ask Easel", blocks, submit="Make it")


def refine_form(ask: Ask, assets: Sequence[AssetView] = (), files: Sequence[FileRef] = ()) -> Json:
    """Words for a change: to one of these results, or to files that somebody posted."""
    notes: dict[str, Any] = ask.origin()
    blocks = [field("words", "What should change?", words(WISH_MAX, hint="warmer light, and a boat in front"))]
    if len(assets) > 1:
        which = [(asset.id, asset.version or asset.kind) for asset in assets]
        blocks.insert(0, field("asset", "Which one", menu("asset", which, which[0][0])))
    elif assets:
        notes["asset"] = assets[0].id
    if files:
        notes["files"] = [[file.source, file.name[:100]] for file in files[:FILES_MAX]]
    else:
        blocks.append(field("files", "Pictures to take things from", _files(), optional=True))
    return modal("refine_form", "Refine", blocks, submit="Make it", notes=notes)


def options_of(filled: Filled) -> tuple[Kind | None, Options]:
    """What was set beside the words."""
    kind = filled.choice("kind")
    facts = {name: filled.choice(name) for name in ("aspect", "style", "model")}
    return Kind(kind) if kind else None, Options.model_validate({name: each for name, each in facts.items() if each})


def settings_form(rules: WorkspaceRules, models: Sequence[Model]) -> Json:
    """What a workspace decides for itself."""
    channels: Json = {"type": "multi_conversations_select", "filter": {"include": ["public", "private"]}}
    if rules.channels:
        channels["initial_conversations"] = list(rules.channels)
    chosen = {Kind.IMAGE: rules.image_model, Kind.VIDEO: rules.video_model, Kind.SPEECH: rules.speech_model}
    blocks = [
        section("What is left open stays as the operator of this Easel set it up."),
        *(
            block
            for kind, model in chosen.items()
            for block in _model_menu(
                f"{kind.value}_model", f"Model for {kind.value}", [each for each in models if each.makes == kind], model
            )
        ),
        field("channels", "Channels where Easel may be asked", channels, optional=True, hint="None chosen: all."),
        field("user_day_usd", "Dollars a day for each person", dollars(rules.user_day_usd), optional=True),
        field("month_usd", "Dollars a month for this workspace", dollars(rules.month_usd), optional=True),
        field(
            "outputs", "A finished picture that looks unsafe", menu("outputs", OUTPUTS, rules.outputs), optional=True
        ),
        field(
            REPLIES,
            "Replies",
            boxes(((REPLIES, "A plain reply in a thread of Easel's asks for a change"),), [REPLIES] * rules.replies),
            optional=True,
        ),
    ]
    return modal("settings_form", "Easel here", blocks, submit="Save")


def rules_of(filled: Filled, before: WorkspaceRules) -> WorkspaceRules:
    """The rules as the form has them; what it does not show stays."""
    facts = {
        "image_model": filled.choice("image_model"),
        "video_model": filled.choice("video_model"),
        "speech_model": filled.choice("speech_model"),
        "channels": filled.conversations("channels"),
        "user_day_usd": filled.number("user_day_usd"),
        "month_usd": filled.number("month_usd"),
        "outputs": filled.choice("outputs"),
        "replies": REPLIES in filled.ticked(REPLIES),
    }
    return WorkspaceRules.model_validate(before.model_dump() | facts)


def _files() -> Json:
    return {"type": "file_input", "filetypes": FILE_TYPES, "max_files": FILES_MAX}


def _model_menu(name: str, label: str, models: Iterable[Model], chosen: str | None = None) -> list[Json]:
    """A menu needs one entry at least; a model that no provider offers any more is not among them."""
    listed = [(model.id, f"{model.title} ({model.makes.value})") for model in models if len(model.id) <= 75]
    return [field(name, label, menu(name, listed, chosen), optional=True)] if listed else []
