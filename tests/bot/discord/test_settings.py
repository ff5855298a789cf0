"""`/settings`: by managers alone; each choice counts at once."""

import pytest

from core.workspaces import WorkspaceRules
from tests.bot.discord.house import House
from tests.fakes.discord import Message, P, Person, UserCannot


@pytest.fixture
async def boss(home: House) -> Person:
    """Somebody who may manage the server."""
    managers = home.guild.role("managers", P.MANAGE_GUILD)
    return home.server.person("boss", home.guild, roles=(managers,))


async def rules(home: House) -> WorkspaceRules:
    return (await home.app.chats.workspace("discord", home.guild.id)).rules


async def opened(home: House, boss: Person) -> Message:
    (page,) = (await boss.slash(home.channel, "settings")).ephemeral
    return page


async def test_only_managers_are_offered_it_and_not_in_direct_messages(home: House, boss: Person) -> None:
    with pytest.raises(UserCannot):
        await home.ada.slash(home.channel, "settings")
    with pytest.raises(UserCannot):
        await boss.slash(boss.dm, "settings")
    assert await opened(home, boss)


async def test_channels_roles_models_and_flagged_pictures_are_picked(home: House, boss: Person) -> None:
    studio, artists = home.guild.channel("studio"), home.guild.role("artists")
    page = await opened(home, boss)
    await boss.select(page, "easel:set:channels", studio)
    await boss.select(page, "easel:set:roles", artists)
    await boss.select(page, "easel:set:image_model", "fake-image")
    await boss.select(page, "easel:set:video_model", "fake-video")
    await boss.select(page, "easel:set:speech_model", "fake-speech")
    await boss.select(page, "easel:set:outputs", "withhold")
    assert await rules(home) == WorkspaceRules(
        channels=(studio.id,),
        roles=(artists.id,),
        image_model="fake-image",
        video_model="fake-video",
        speech_model="fake-speech",
        outputs="withhold",
    )
    again = await opened(home, boss)
    chosen = {one["custom_id"]: one.get("default_values") for one in again.selects}
    (known,) = chosen["easel:set:channels"] or []
    assert str(known["id"]) == studio.id
    await boss.select(again, "easel:set:channels")
    await boss.select(again, "easel:set:image_model", "-")
    await boss.select(again, "easel:set:outputs", "-")
    now = await rules(home)
    assert (now.channels, now.image_model, now.outputs, now.roles) == ((), None, None, (artists.id,))
    assert home.refused() == []
    assert home.server.bot_pings == []


async def test_budgets_are_typed_and_shown_and_taken_back(home: House, boss: Person) -> None:
    page = await opened(home, boss)
    await boss.submit(await boss.press(page, "Budgets"), {"user_day_usd": "2.50", "month_usd": "$ 40"})
    assert ((await rules(home)).user_day_usd, (await rules(home)).month_usd) == (2.5, 40.0)
    assert "$2.5 per person and day · $40 per month" in page.text
    form = (await boss.press(page, "Budgets")).modal
    assert form.fields["month_usd"]["value"] == "40"
    await boss.submit(form, {"user_day_usd": "", "month_usd": "0"})
    assert ((await rules(home)).user_day_usd, (await rules(home)).month_usd) == (None, 0.0)
    for wrong in ("a lot", "-3", "nan", "inf"):
        sent = await boss.submit(await boss.press(page, "Budgets"), {"month_usd": wrong})
        assert sent.ephemeral, wrong
        assert (await rules(home)).month_usd == 0.0


async def test_plain_replies_are_turned_off_and_on(home: House, boss: Person) -> None:
    page = await opened(home, boss)
    await boss.press(page, "Ignore plain replies")
    assert not (await rules(home)).replies
    await boss.press(page, "Count plain replies")
    assert (await rules(home)).replies


async def test_who_is_no_manager_any_more_changes_nothing(home: House, boss: Person) -> None:
    page = await opened(home, boss)
    home.guild.members[boss.id].roles.clear()
    act = await boss.press(page, "Ignore plain replies")
    assert "may manage this server" in act.ephemeral[-1].text
    assert await rules(home) == WorkspaceRules()
