"""Pictures of chat messages show every part, let words be nothing but words, and refuse what they do not know."""

from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from docs.look import discord, emoji, slack
from docs.look.discord_markdown import Markdown
from docs.look.errors import NoFile, NotDrawn
from docs.look.photograph import chromium, photograph
from docs.look.press import TEMPLATES, Theme, named
from docs.look.slack_mrkdwn import Mrkdwn
from docs.look.slack_mrkdwn import markdown as slack_markdown
from tests.docs import discord_samples as on_discord
from tests.docs import slack_samples as on_slack

Json = dict[str, Any]
NOW = datetime(2026, 11, 22, 14, 30, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' onload='x' {{ 7*7 }} [x](javascript:alert(1))"
WORDY = named(
    "content label description placeholder name title text username global_name filename alt_text value fallback footer"
    " pretext initial_value initial_date initial_time task_id pretty_type range"
)


def discord_page(*messages: Json, theme: Theme = "dark", **more: Any) -> str:
    return discord.page(messages, title="#studio", theme=theme, files=on_discord.FILES, **more)


def slack_page(*messages: Json, theme: Theme = "light") -> str:
    return slack.page(messages, title="#studio", theme=theme, files=on_slack.FILES, names=on_slack.NAMES)


def discord_modal(data: Json) -> str:
    return discord.modal(data, theme="light")


def slack_home(view: Json) -> str:
    return slack.home(view, theme="dark", files=on_slack.FILES, names=on_slack.NAMES)


def slack_modal(view: Json) -> str:
    return slack.modal(view, theme="dark", files=on_slack.FILES, names=on_slack.NAMES)


def body(html: str) -> str:
    """A page without its style and its drawings, where any word might stand by chance."""
    return html.rsplit("</symbol>\n</svg>", maxsplit=1)[-1]


def element(it: Json) -> str:
    return body(
        slack_modal(on_slack.MODAL | {"blocks": [{"type": "input", "label": on_slack.plain("A"), "element": it}]})
    )


# every part is there


def test_there_is_a_sample_of_everything_that_is_drawn() -> None:
    assert on_discord.COMPONENTS.keys() == on_discord.SHOWN.keys() == discord.COMPONENTS.keys()
    assert on_slack.BLOCKS.keys() == on_slack.BLOCKS_SHOW.keys() == slack.BLOCKS
    assert on_slack.ELEMENTS.keys() == on_slack.ELEMENTS_SHOW.keys() == slack.ELEMENTS


@pytest.mark.parametrize("kind", on_discord.COMPONENTS)
def test_every_discord_component_is_shown(kind: int) -> None:
    assert on_discord.SHOWN[kind] in body(discord_page(on_discord.message(on_discord.COMPONENTS[kind])))


@pytest.mark.parametrize("kind", on_slack.BLOCKS)
def test_every_slack_block_is_shown(kind: str) -> None:
    assert on_slack.BLOCKS_SHOW[kind] in body(slack_modal(on_slack.MODAL | {"blocks": [on_slack.BLOCKS[kind]]}))


@pytest.mark.parametrize("kind", on_slack.ELEMENTS)
def test_every_slack_element_is_shown(kind: str) -> None:
    assert on_slack.ELEMENTS_SHOW[kind] in element(on_slack.ELEMENTS[kind])


@pytest.mark.parametrize(
    ("style", "look"),
    [(1, "primary"), (2, "secondary"), (3, "success"), (4, "danger"), (5, "secondary"), (6, "primary")],
)
def test_each_button_style_has_its_look(style: int, look: str) -> None:
    html = body(discord_page(on_discord.message(on_discord.button(style, sku_id="7"), on_discord.button(2))))
    assert f'class="button {look}' in html
    assert ("#i-out" in html) == (style == 5)


@pytest.mark.parametrize("count", range(1, 11))
def test_a_gallery_shows_each_of_its_one_to_ten_pictures(count: int) -> None:
    html = body(discord_page(on_discord.message(on_discord.gallery(count))))
    assert html.count('<img src="data:image/png') == count
    assert f"mosaic m{count}" in html


@pytest.mark.parametrize("count", [0, 11])
def test_a_gallery_of_a_size_that_discord_refuses_is_refused(count: int) -> None:
    with pytest.raises(NotDrawn):
        discord_page(on_discord.message(on_discord.gallery(count)))


def test_a_discord_conversation_shows_who_did_what() -> None:
    html = body(discord_page(*on_discord.conversation()))
    for words in (
        "</b> used", "create</a>", "Only you can see this", "Dismiss message", "(edited)", "speech.mp3", "prompt.txt",
        "An embed", "A footer", "gpt-image-2", '<span class="mention">@Easel</span>', "started a thread", "2 Messages",
        "How it began", "Refine</a>", "e-fire", "controls", "2:03 PM",
    ):  # fmt: skip
        assert words in html, words


def test_attachments_of_a_components_message_stay_out_unless_a_component_shows_them() -> None:
    files = [{"id": "1", "filename": "dusk.png", "size": 1, "url": on_discord.PICTURE, "content_type": "image/png"}]
    shown = {"type": 12, "items": [{"media": {"url": "attachment://dusk.png"}}]}
    assert "<img" not in body(discord_page(on_discord.message(on_discord.text("words"), attachments=files)))
    assert "<img" in body(discord_page(on_discord.message(shown, attachments=files)))


def test_a_voice_message_shows_its_waveform() -> None:
    voice = {"id": "1", "filename": "voice-message.ogg", "size": 1, "url": "https://cdn/v", "content_type": "audio/ogg"}
    html = body(discord_page(on_discord.message(attachments=[voice | {"duration_secs": 7.0, "waveform": "AP8A/w=="}])))
    assert "height:100%" in html
    assert "0:07" in html


def test_messages_of_one_author_within_minutes_share_one_head() -> None:
    first, soon, later = (on_discord.message(content="words", minute=minute) for minute in (3, 4, 30))
    assert body(discord_page(first, soon)).count('class="head"') == 1
    assert body(discord_page(first, later)).count('class="head"') == 2


def test_a_slack_conversation_shows_who_did_what() -> None:
    html = body(slack_page(*on_slack.conversation()))
    for words in (
        "@Ada Lovelace", "<strong>a lighthouse</strong>", "#design", ">this</a>", " &amp; ", "<code>that</code>",
        "e-art", "<blockquote>quoted</blockquote>", "2 replies", "Last reply today", "2 files", "c.mp4", "d.mp3",
        "e.pdf", "e-fire", "Only visible to you", "Legacy", "Sunday, November 22nd, 2026 at 2:03 PM", "APP",
    ):  # fmt: skip
        assert words in html, words


@pytest.mark.parametrize("status", ["pending", "in_progress", "complete", "error"])
def test_each_task_shows_its_state(status: str) -> None:
    assert f'class="task {status}' in body(slack_page(on_slack.message(on_slack.TASK | {"status": status})))


def test_the_home_tab_and_both_modals_show_their_frame_and_their_parts() -> None:
    home, dialog = body(slack_home(on_slack.HOME)), body(slack_modal(on_slack.MODAL))
    assert "Messages" in home
    assert home.count("A title") == 1
    assert "Make it" in dialog
    assert "Mind this" in dialog
    assert body(discord_modal(on_discord.MODAL)).count("Field ") == 7


def test_discord_writes_its_markdown() -> None:
    write = Markdown({"77": "design", "88": "painters"}, NOW)
    for text, html in {
        "# One\n-# small": "<h1>One</h1><small>small</small>",
        "**a** *b* _c_ __d__ ~~e~~ `f*`": "<strong>a</strong> <em>b</em> <em>c</em> <u>d</u> <s>e</s> <code>f*</code>",
        "***both***": "<strong><em>both</em></strong>",
        "> a\n> b\nc": '<blockquote><p class="text">a\nb</p></blockquote><p class="text">c</p>',
        "- a\n  - b\n1. c": "<ul><li>a<ul><li>b</li></ul></li></ul><ol start=\"1\"><li>c</li></ol>",
        "```py\n*x*\n```": "<pre><code>*x*</code></pre>",
        "<#77> <@&88>": '<span class="mention">#design</span> <span class="mention">@painters</span>',
        "<t:1795357920:R>": '<p class="text"><span class="time">in 2 minutes</span></p>',
        "||*x*||": '<p class="text"><span class="spoiler"><em>x</em></span></p>',
        r"\*a\*, 2 * 3 * 4, snake_case_word": '<p class="text">*a*, 2 * 3 * 4, snake_case_word</p>',
        "see https://example.com/a_b_c.": '<p class="text">see <a>https://example.com/a_b_c</a>.</p>',
    }.items():  # fmt: skip
        shown = write(text)
        assert html in shown, text


def test_every_emoji_has_a_drawing_and_every_drawing_a_name() -> None:
    drawn = (TEMPLATES / "emoji.svg").read_text()
    assert {f'"e-{name}"' in drawn for name in emoji.NAMES} == {True}
    assert drawn.count("<symbol") == len(emoji.NAMES)


def test_the_same_messages_always_make_the_same_page() -> None:
    assert discord_page(*on_discord.conversation()) == discord_page(*on_discord.conversation())
    assert slack_page(*on_slack.conversation()) == slack_page(*on_slack.conversation())


# words stay words


class Tags(HTMLParser):
    """Notes what a browser would run or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "link", "base", "form"):
            self.wrong.append(tag)
        for name, value in attrs:
            fetched = name in ("src", "href") and not (value or "").startswith(("data:image/", "#", "file:"))
            if name.startswith("on") or fetched:
                self.wrong.append(f"{tag} {name}={value}")


def poisoned(it: Any, key: str = "") -> Any:
    """The same JSON, with hostile words wherever people's words may stand."""
    if isinstance(it, dict):
        drawn = it.get("type") == "emoji" or "count" in it
        return {
            name: value if drawn and name in ("name", "emoji") else poisoned(value, name) for name, value in it.items()
        }
    if isinstance(it, list):
        return [poisoned(one, key) for one in it]
    return HOSTILE if isinstance(it, str) and key in WORDY and not emoji.EMOJI.search(it) and "#" not in it[:1] else it


@pytest.mark.parametrize(
    ("render", "it"),
    [
        (lambda it: discord_page(*it), on_discord.conversation()),
        (lambda it: discord_page(*it), [on_discord.message(*on_discord.COMPONENTS.values())]),
        (discord_modal, on_discord.MODAL),
        (lambda it: slack_page(*it), on_slack.conversation()),
        (slack_home, on_slack.HOME),
        (slack_modal, on_slack.MODAL),
        (slack_modal, on_slack.MODAL | {"blocks": list(on_slack.BLOCKS.values())}),
        (slack_modal, on_slack.MODAL | {"blocks": [
            {"type": "input", "label": on_slack.plain("A"), "element": one} for one in on_slack.ELEMENTS.values()]}),
    ],
)  # fmt: skip
def test_hostile_words_stay_words(render: Callable[[Any], str], it: Any) -> None:
    tags, html = Tags(), render(poisoned(it))
    tags.feed(html)
    assert tags.wrong == []
    assert "alert(1)" in html
    assert "{{ 7*7 }}" in html


LINES = "`{0}` ``{0}``\n# {0}\n-# {0}\n> {0}\n- {0}\n  1. {0}\n```\n{0}\n```\n>>> {0}"
STYLED = "**{0}** ||{0}|| __{0}__ ~~{0}~~ *{0}* _{0}_ ~{0}~"
LINKED = "[{0}](https://example.com/{0}) <https://example.com/{0}> https://example.com/{0}"
ANGLED = (
    "<https://x.y/{0}|{0}> <#C9|{0}> <!subteam^S9|{0}> <!date^1795356200^{{date}} {0}|{0}> <@U9|{0}> &lt;script&gt;"
)


@pytest.mark.parametrize("form", [LINES, STYLED, LINKED, ANGLED])
@pytest.mark.parametrize("words", ["<script>alert(1)</script>", '<img/src=x/onerror="alert(1)">', "\"'><b/onclick=x>"])
def test_hostile_words_stay_words_in_every_markup(form: str, words: str) -> None:
    tags, text = Tags(), form.format(words)
    for write in (Markdown({}, NOW), Mrkdwn({}, NOW), slack_markdown):
        tags.feed(write(text))
    assert tags.wrong == []


def test_names_and_titles_stay_words_too() -> None:
    tags = Tags()
    message = on_discord.message(content="<#77>")
    tags.feed(discord.page([message], title=HOSTILE, theme="dark", files={}, names={"77": HOSTILE}))
    tags.feed(
        slack.page(
            [on_slack.message(blocks=[], text="<#C1>")], title=HOSTILE, theme="dark", files={}, names={"C1": HOSTILE}
        )
    )
    assert tags.wrong == []


# what is not known is refused


@pytest.mark.parametrize(
    "message",
    [
        on_discord.message({"type": 99}),
        on_discord.message({"type": 17, "components": [{"type": 15}]}),
        on_discord.message(on_discord.button(9)),
        on_discord.message(on_discord.button(emoji={"id": "5", "name": "easel"})),
        on_discord.message(on_discord.text("words") | {"glow": True}),
        on_discord.message({"type": 14, "spacing": 3}),
        on_discord.message(type=7),
        on_discord.message(content="words", poll={"question": {"text": "?"}}),
        on_discord.message(content="words", sticker_items=[{"id": "1"}]),
        on_discord.message(content="an emoji without a drawing: 🦑"),
        on_discord.message(content="<:easel:123>"),
        on_discord.message(type=20, interaction_metadata={"type": 2, "user": on_discord.ADA}),
        on_discord.message(embeds=[{"type": "poll_result"}]),
    ],
)
def test_discord_parts_without_a_drawing_are_refused(message: Json) -> None:
    with pytest.raises(NotDrawn):
        discord_page(message)


@pytest.mark.parametrize(
    "block",
    [
        {"type": "data_table"},
        {"type": "section", "text": {"type": "html", "text": "words"}},
        {"type": "section", "text": on_slack.plain("words"), "accessory": {"type": "workflow_button"}},
        {"type": "section", "text": on_slack.plain("words"), "glow": True},
        {"type": "actions", "elements": [on_slack.button(style="shiny")]},
        {"type": "context_actions", "elements": [{"type": "icon_button", "icon": "bell", "text": on_slack.plain("x")}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_poem", "elements": []}]},
        {"type": "rich_text", "elements": [on_slack.section({"type": "sound"})]},
        {"type": "rich_text", "elements": [on_slack.section({"type": "emoji", "name": "squid"})]},
        on_slack.rich("words", shiny=True),
        on_slack.TASK | {"status": "asleep"},
        on_slack.CARD | {"slack_icon": {"type": "icon", "name": "rocket"}},
        on_slack.CARD | {"actions": [on_slack.button(style="shiny")]},
        on_slack.BLOCKS["container"] | {"width": "vast"},
        on_slack.BLOCKS["alert"],
        {"type": "section", "text": on_slack.mrkdwn("<!date^1795356200^{week}|then>")},
    ],
)
def test_slack_parts_without_a_drawing_are_refused(block: Json) -> None:
    with pytest.raises(NotDrawn):
        slack_page(on_slack.message(block))


def test_a_picture_without_a_file_is_refused() -> None:
    with pytest.raises(NoFile, match="elsewhere"):
        discord_page(on_discord.message({"type": 12, "items": [{"media": {"url": "https://cdn/elsewhere.png"}}]}))
    with pytest.raises(NoFile, match="elsewhere"):
        slack_page(on_slack.message({"type": "image", "image_url": "https://elsewhere", "alt_text": "x"}))


def test_a_view_of_the_other_kind_is_refused() -> None:
    with pytest.raises(NotDrawn):
        slack_home(on_slack.MODAL)
    with pytest.raises(NotDrawn):
        slack_modal(on_slack.HOME)


# and it can be photographed


@pytest.mark.skipif(chromium() is None, reason="no Chromium on this machine")
async def test_chromium_photographs_a_page_and_refuses_one_that_looks_elsewhere(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), "#a8471f").save(tmp_path / "dusk.png")
    shown = [on_discord.message(on_discord.gallery(1))]
    html = discord.page(shown, title="#studio", theme="dark", files={on_discord.PICTURE: str(tmp_path / "dusk.png")})
    await photograph(html, tmp_path / "shot.png", width=600, theme="dark")
    with Image.open(tmp_path / "shot.png") as shot:
        assert shot.width == 1200
        assert (0xA8, 0x47, 0x1F) in {colour for _, colour in shot.convert("RGB").getcolors(1 << 24) or ()}
    with pytest.raises(NotDrawn, match="elsewhere"):
        await photograph("<img src='https://elsewhere.invalid/x.png'>", tmp_path / "no.png", width=600, theme="dark")
    assert not (tmp_path / "no.png").exists()
