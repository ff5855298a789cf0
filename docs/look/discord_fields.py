"""What of Discord's JSON the templates look at; anything else is refused, so that no picture leaves it out unseen."""

from docs.look.press import named

COMPONENTS = {
    1: "action_row", 2: "button", 3: "select", 4: "text_input", 5: "select", 6: "select", 7: "select", 8: "select",
    9: "section", 10: "text", 11: "thumbnail", 12: "gallery", 13: "file", 14: "separator", 17: "container",
    18: "label", 19: "file_upload", 21: "choices", 22: "choices", 23: "checkbox",
}  # fmt: skip
"""The template of each type: https://docs.discord.com/developers/components/reference"""

MESSAGES = {0: "message", 18: "thread_created", 19: "message", 20: "message", 21: "thread_starter", 23: "message"}
"""The same for messages: https://docs.discord.com/developers/resources/message#message-object-message-types"""

UNSEEN = named(
    "type id custom_id disabled required min_values max_values min_length max_length channel_types value nonce"
)
"""Fields of many components that have no drawing of their own, or that only change how it looks."""

PARTS = {
    "action_row": "components",
    "button": "style label emoji url sku_id",
    "select": "placeholder options default_values",
    "text_input": "style label placeholder",
    "section": "components accessory",
    "text": "content",
    "thumbnail": "media description spoiler",
    "gallery": "items",
    "file": "file name size spoiler",
    "separator": "spacing divider",
    "container": "accent_color components spoiler",
    "label": "label description component",
    "file_upload": "file_types",
    "choices": "options",
    "checkbox": "default",
    "embed": "title description url timestamp color footer image thumbnail video provider author fields flags",
    "attachment": "filename title size url proxy_url width height duration_secs waveform description content_type"
    " ephemeral flags placeholder placeholder_version",
}
MESSAGE = (
    "author timestamp edited_timestamp flags content attachments embeds components reactions thread mentions"
    " referenced_message interaction interaction_metadata"
    # what nobody sees of a message
    " channel_id guild_id channel_type member mention_roles mention_everyone mention_channels tts webhook_id pinned"
    " application_id application position resolved message_reference"
)
FIELDS = {kind: UNSEEN | named(words) for kind, words in (PARTS | dict.fromkeys(MESSAGES.values(), MESSAGE)).items()}
