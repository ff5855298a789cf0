"""What of Slack's JSON the templates look at; anything else is refused, so that no picture leaves it out unseen."""

from docs.look.press import named

UNSEEN = named("type block_id action_id confirm value focus_on_load dispatch_action dispatch_action_config")
"""Fields of many parts that nobody sees."""

BLOCK_PARTS = {
    "header": "text level",
    "section": "text fields accessory expand",
    "actions": "elements",
    "context": "elements",
    "context_actions": "elements",
    "divider": "",
    "image": "image_url slack_file alt_text title image_width image_height image_bytes is_animated fallback",
    "rich_text": "elements",
    "markdown": "text",
    "plan": "title tasks",
    "task_card": "task_id title status details output sources",
    "card": "hero_image icon title subtitle body subtext actions",
    "carousel": "elements",
    "container": "title rich_text_title subtitle child_blocks width icon is_collapsible default_collapsed"
    " has_header_divider",
    "alert": "text level",
    "input": "label element hint optional",
    "table": "rows column_settings",
}
"""https://docs.slack.dev/reference/block-kit/blocks"""

ELEMENT_PARTS = {
    "button": "text url style accessibility_label",
    "overflow": "options",
    "icon_button": "icon text accessibility_label visible_to_user_ids",
    "feedback_buttons": "positive_button negative_button",
    "file_input": "filetypes max_files",
    "select": "placeholder options option_groups initial_option initial_options initial_user initial_users"
    " initial_channel initial_channels initial_conversation initial_conversations max_selected_items min_query_length"
    " filter default_to_current_conversation response_url_enabled",
    "picker": "placeholder initial_date initial_time initial_date_time timezone",
    "options": "options initial_option initial_options",
    "text_input": "placeholder initial_value multiline min_length max_length is_decimal_allowed min_value max_value",
}
"""https://docs.slack.dev/reference/block-kit/block-elements"""

SELECTS = ("static", "external", "users", "channels", "conversations")
KINDS = (
    dict.fromkeys((f"{many}{of}_select" for many in ("", "multi_") for of in SELECTS), "select")
    | dict.fromkeys(("datepicker", "timepicker", "datetimepicker"), "picker")
    | dict.fromkeys(("checkboxes", "radio_buttons"), "options")
    | dict.fromkeys(
        (f"{of}_input" for of in ("plain_text", "email_text", "url_text", "number", "rich_text")), "text_input"
    )
)
"""Elements that share a template."""

SIZES = (64, 80, 160, 360, 480, 720, 800, 960, 1024)
AROUND = {
    "message": "subtype user username bot_id bot_profile text ts blocks attachments files edited reply_count"
    " reply_users latest_reply reactions is_ephemeral"
    # what nobody sees of a message
    " app_id team thread_ts parent_user_id reply_users_count is_locked subscribed metadata channel channel_type icons"
    " upload display_as_bot event_ts client_msg_id last_read unread_count inviter streaming_state assistant_app_thread",
    "file": "id name title mimetype filetype pretty_type url_private thumb_video original_w original_h alt_txt"
    " duration_ms audio_wave_samples"
    # what nobody sees of a file
    " created timestamp user user_team editable size mode is_external external_type is_public public_url_shared"
    " display_as_bot username url_private_download media_display_type thumb_tiny thumb_video_w thumb_video_h permalink"
    " permalink_public has_rich_preview file_access is_starred skipped_shares has_more_shares shares channels groups"
    " ims comments_count mp4 mp4_low hls vtt aac transcription subtype is_restricted_sharing_enabled preview "
    + " ".join(f"thumb_{size} thumb_{size}_w thumb_{size}_h" for size in SIZES),
    "attachment": "id color fallback blocks pretext author_name title title_link text fields image_url thumb_url footer"
    " ts mrkdwn_in",
}
BLOCKS = frozenset(BLOCK_PARTS)
ELEMENTS = frozenset(ELEMENT_PARTS.keys() - KINDS.values() | KINDS.keys() | {"image"})
FIELDS = {kind: UNSEEN | named(words) for kind, words in (BLOCK_PARTS | ELEMENT_PARTS | AROUND).items()}
