"""Rich text: docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from tests.fakes.slack.kit.shape import Check, Needed, fields, many, matching, one_of, text, truth, typed, url, whole

STYLE = fields(
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), truth)
)
LINK = ("http", "https", "mailto", "slack", "tel")
INLINE = typed(
    {
        "text": fields({"text": Needed(text(least=1)), "style": STYLE}),
        "link": fields({"url": Needed(url(3000, LINK)), "text": text(), "style": STYLE, "unsafe": truth}),
        "user": fields({"user_id": Needed(text(least=1)), "style": STYLE}),
        "usergroup": fields({"usergroup_id": Needed(text(least=1)), "style": STYLE}),
        "channel": fields({"channel_id": Needed(text(least=1)), "style": STYLE}),
        "team": fields({"team_id": Needed(text(least=1)), "style": STYLE}),
        "broadcast": fields({"range": Needed(one_of("here", "channel", "everyone")), "style": STYLE}),
        "color": fields({"value": Needed(matching(r"#[0-9a-fA-F]{6}", "must be a color")), "style": STYLE}),
        "emoji": fields({"name": Needed(text(least=1)), "unicode": text(), "skin_tone": whole(1, 6), "style": STYLE}),
        "date": fields(
            {
                "timestamp": Needed(whole()),
                "format": Needed(text(least=1)),
                "url": url(),
                "fallback": text(),
                "style": STYLE,
            }
        ),
    }
)
_SECTION = fields({"elements": Needed(many(INLINE))})
PARTS = {
    "rich_text_section": _SECTION,
    "rich_text_quote": fields({"elements": Needed(many(INLINE)), "border": whole(0, 1)}),
    "rich_text_preformatted": fields(
        {"elements": Needed(many(INLINE)), "border": whole(0, 1), "language": text(least=1)}
    ),
    "rich_text_list": fields(
        {
            "elements": Needed(many(typed({"rich_text_section": _SECTION}))),
            "style": Needed(one_of("bullet", "ordered")),
            "indent": whole(0, 8),
            "offset": whole(0),
            "border": whole(0, 1),
        }
    ),
}


def rich_text(most_parts: int | None = None) -> Check:
    """`most_parts`: 1 in task cards, whose details and output are a single element."""
    return fields({"elements": Needed(many(typed(PARTS), 1, most_parts)), "block_id": text(255, 1)})
