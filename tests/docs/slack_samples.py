"""One of each: Slack's blocks, elements, messages and views, as its Web API takes and gives them."""

from typing import Any

from tests.docs.discord_samples import PIXEL

Json = dict[str, Any]
PICTURE = "https://files.slack.com/files-pri/T1-F1/dusk.png"
FILES = {PICTURE: PIXEL, "F1": PIXEL}
NAMES = {"U1": "Ada Lovelace", "C1": "design", "S1": "painters"}


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def section(*parts: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(parts)}


def rich(text: str, **style: bool) -> Json:
    return {"type": "rich_text", "elements": [section({"type": "text", "text": text, "style": style})]}


def button(text: str = "Vary", **more: Any) -> Json:
    return {"type": "button", "text": plain(text), "action_id": text} | more


OPTION: Json = {"text": plain("The colours"), "value": "a", "description": plain("as they are")}
IMAGE: Json = {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "A lighthouse"}
CARD: Json = {
    "type": "card", "hero_image": IMAGE, "icon": IMAGE, "title": mrkdwn("Dusk"), "subtitle": mrkdwn("v1"),
    "body": mrkdwn("gpt-image-2"), "subtext": mrkdwn("today"),
    "actions": [button("Refine", style="primary"), button("Vary"), button("Delete", style="danger")],
}  # fmt: skip
TASK: Json = {
    "type": "task_card", "task_id": "1", "title": "Paint", "status": "complete", "details": rich("in 12 s"),
    "output": rich("1024×1024"), "sources": [{"type": "url", "url": "https://example.com", "text": "Lasting page"}],
}  # fmt: skip

PARTS: list[Json] = [
    {"type": "text", "text": "words", "style": {"bold": True, "italic": True, "strike": True, "code": True}},
    {"type": "link", "url": "https://example.com", "text": "a link"},
    {"type": "user", "user_id": "U1"},
    {"type": "usergroup", "usergroup_id": "S1"},
    {"type": "team", "team_id": "T1"},
    {"type": "channel", "channel_id": "C1"},
    {"type": "emoji", "name": "art"},
    {"type": "date", "timestamp": 1795356200, "format": "{date_long} at {time}"},
    {"type": "broadcast", "range": "here"},
    {"type": "color", "value": "#e2925f"},
]
RICH: Json = {
    "type": "rich_text",
    "elements": [
        section(*PARTS),
        {"type": "rich_text_list", "style": "bullet", "elements": [section({"type": "text", "text": "one"})]},
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [section({"type": "text", "text": "a"})],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "as it is"}]},
    ],
}

BLOCKS: dict[str, Json] = {
    "header": {"type": "header", "text": plain("A title")},
    "section": {"type": "section", "text": mrkdwn("*bold*"), "fields": [mrkdwn("a field")], "accessory": IMAGE},
    "actions": {"type": "actions", "elements": [button()]},
    "context": {"type": "context", "elements": [IMAGE, mrkdwn("a note")]},
    "context_actions": {"type": "context_actions",
                        "elements": [{"type": "icon_button", "icon": "trash", "text": plain("Bin")}]},
    "divider": {"type": "divider"},
    "image": {"type": "image", "image_url": PICTURE, "alt_text": "A lighthouse", "title": plain("dusk.png")},
    "rich_text": RICH,
    "markdown": {"type": "markdown", "text": "# Title\n**bold** :art:\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
    "plan": {"type": "plan", "title": "Three pictures", "tasks": [TASK]},
    "task_card": TASK,
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [CARD, CARD, CARD]},
    "container": {
        "type": "container", "title": plain("Details"), "subtitle": plain("of it"), "width": "wide", "icon": IMAGE,
        "is_collapsible": True, "child_blocks": [{"type": "divider"}],
    },
    "alert": {"type": "alert", "level": "warning", "text": mrkdwn("Mind this")},
    "input": {"type": "input", "label": plain("Words"), "hint": plain("a hint"), "optional": True,
              "element": {"type": "plain_text_input", "placeholder": plain("at night")}},
    "table": {"type": "table", "rows": [[{"type": "raw_text", "text": "Model"}, rich("price")]]},
}  # fmt: skip
BLOCKS_SHOW = {
    "header": "A title", "section": "a field", "actions": "Vary", "context": "a note", "context_actions": "#i-trash",
    "divider": "<hr>", "image": "dusk.png", "rich_text": "Ada Lovelace", "markdown": "<h1>Title</h1>",
    "plan": "Three pictures", "task_card": "Lasting page", "card": "gpt-image-2", "carousel": "#i-right",
    "container": "Details", "alert": "Mind this", "input": "(optional)", "table": "Model",
}  # fmt: skip
"""What must stand in the page for each block."""

ELEMENTS: dict[str, Json] = {
    "button": button("Go", style="primary", url="https://example.com"),
    "overflow": {"type": "overflow", "options": [OPTION]},
    "image": IMAGE,
    "icon_button": {"type": "icon_button", "icon": "trash", "text": plain("Delete")},
    "feedback_buttons": {"type": "feedback_buttons", "positive_button": {"text": plain("Good"), "value": "1"},
                         "negative_button": {"text": plain("Bad"), "value": "0"}},
    "file_input": {"type": "file_input", "filetypes": ["png"], "max_files": 3},
    "checkboxes": {"type": "checkboxes", "options": [OPTION], "initial_options": [OPTION]},
    "radio_buttons": {"type": "radio_buttons", "options": [OPTION], "initial_option": OPTION},
    "datepicker": {"type": "datepicker", "initial_date": "2026-11-22"},
    "timepicker": {"type": "timepicker", "initial_time": "14:00"},
    "datetimepicker": {"type": "datetimepicker", "initial_date_time": 1795356200},
    "plain_text_input": {"type": "plain_text_input", "multiline": True, "initial_value": "at night", "max_length": 99},
    "rich_text_input": {"type": "rich_text_input", "initial_value": RICH},
    "email_text_input": {"type": "email_text_input", "placeholder": plain("Email")},
    "url_text_input": {"type": "url_text_input", "placeholder": plain("Address")},
    "number_input": {"type": "number_input", "is_decimal_allowed": False, "placeholder": plain("Number")},
    **{f"{of}_select": {"type": f"{of}_select", "placeholder": plain(f"One of {of}")}
       for of in ("static", "external", "users", "channels", "conversations")},
    "multi_static_select": {"type": "multi_static_select", "options": [OPTION], "initial_options": [OPTION]},
    "multi_external_select": {"type": "multi_external_select", "initial_options": [OPTION]},
    "multi_users_select": {"type": "multi_users_select", "initial_users": ["U1"]},
    "multi_channels_select": {"type": "multi_channels_select", "initial_channels": ["C1"]},
    "multi_conversations_select": {"type": "multi_conversations_select", "placeholder": plain("Any")},
}  # fmt: skip
ELEMENTS_SHOW = {
    "button": "Go", "overflow": "#i-more", "image": "A lighthouse", "icon_button": "#i-trash", "file_input": "png",
    "feedback_buttons": "#i-up", "checkboxes": "The colours", "radio_buttons": "The colours",
    "datepicker": "2026-11-22",
    "timepicker": "14:00", "datetimepicker": "November 22, 2026 2:03 PM", "plain_text_input": "at night",
    "rich_text_input": "quoted", "email_text_input": "Email", "url_text_input": "Address", "number_input": "Number",
    "static_select": "One of static", "external_select": "One of external", "users_select": "One of users",
    "channels_select": "One of channels", "conversations_select": "One of conversations",
    "multi_static_select": "The colours", "multi_external_select": "The colours", "multi_users_select": "Ada Lovelace",
    "multi_channels_select": "design", "multi_conversations_select": "Any",
}  # fmt: skip

SHARED = [
    {"id": f"F{index}", "name": name, "mimetype": mimetype, "url_private": PICTURE, "duration_ms": 6000}
    for index, (name, mimetype) in enumerate(
        [
            ("a.png", "image/png"),
            ("b.png", "image/png"),
            ("c.mp4", "video/mp4"),
            ("d.mp3", "audio/mpeg"),
            ("e.pdf", "a/pdf"),
        ]
    )
]


def message(*blocks: Json, ts: str = "1795356200.000100", **more: Any) -> Json:
    return {
        "type": "message", "user": "U2", "bot_id": "B1", "app_id": "A1", "bot_profile": {"id": "B1", "name": "Easel"},
        "text": "words", "ts": ts, "blocks": list(blocks),
    } | more  # fmt: skip


def conversation() -> list[Json]:
    """Every kind of message."""
    asked = (
        "<@U1> *a lighthouse* in <#C1|design>, see <https://example.com|this> &amp; `that` :art:\n&gt; quoted\n```x```"
    )
    shown = [block for name, block in BLOCKS.items() if name not in ("alert", "input")]
    return [
        {"type": "message", "user": "U1", "text": asked, "ts": "1795356100.000100"},
        message(*shown, reply_count=2, reply_users=["U1"], latest_reply="1795356300.0", thread_ts="1795356200.000100"),
        message(ts="1795356300.0", files=SHARED, reactions=[{"name": "fire", "count": 2, "users": ["U1"]}]),
        message(BLOCKS["section"], ts="1795356301.0", is_ephemeral=True),
        message(
            ts="1795356400.0",
            attachments=[{"color": "#36a64f", "title": "Legacy", "text": "*words*", "footer": "foot"}],
        ),
    ]


HOME: Json = {"type": "home", "blocks": [BLOCKS["header"], BLOCKS["section"], BLOCKS["carousel"], BLOCKS["actions"]]}
MODAL: Json = {
    "type": "modal", "title": plain("Refine"), "submit": plain("Make it"), "close": plain("Cancel"),
    "blocks": [BLOCKS["alert"], BLOCKS["input"], BLOCKS["section"]],
}  # fmt: skip
