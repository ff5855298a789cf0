"""The stand-in for Discord, spoken to by the real discord.py over loopback sockets."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from tests.fakes import media
from tests.fakes.discord import (
    MIB,
    Channel,
    Clock,
    DiscordServer,
    Guild,
    Limit,
    Message,
    P,
    Person,
    UserCannot,
    breaks,
    drops,
    refuses,
    throttles,
)
from tests.fakes.discord.dial import dialling, discord
from tests.fakes.discord.ids import iso
from tests.fakes.discord.places import Kind

app_commands, ui = discord.app_commands, discord.ui
PNG = media.png((40, 30))
V2 = 1 << 15
Body = dict[str, Any]


class Bot(discord.Client):
    """A plain client with a command tree; tests add what they need before it connects."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", discord.Intents(guilds=True, messages=True, message_content=True))
        super().__init__(guild_ready_timeout=0.01, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []
        self.told: list[str] = []

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)

    async def on_socket_event_type(self, event: str) -> None:
        self.told.append(event)


@asynccontextmanager
async def running(server: DiscordServer, bot: Bot | None = None) -> AsyncIterator[Bot]:
    with dialling(server):
        async with connected(server, bot or Bot()) as bot:
            yield bot


@asynccontextmanager
async def connected(server: DiscordServer, bot: Bot) -> AsyncIterator[Bot]:
    try:
        await bot.login(server.token)
    except Exception:
        await bot.close()
        raise
    task = asyncio.create_task(bot.connect())
    waiting = asyncio.create_task(bot.wait_until_ready())
    await asyncio.wait([task, waiting], timeout=10, return_when=asyncio.FIRST_COMPLETED)
    try:
        if task.done():
            task.result()
        assert waiting.done()
        yield bot
    finally:
        waiting.cancel()
        await bot.close()
        task.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    """Holds its own answers against Discord's description, where that is at hand."""
    async with DiscordServer(check_answers=True) as started:
        yield started
        assert started.flawed == []


@pytest.fixture
def guild(server: DiscordServer) -> Guild:
    return server.guild("Atelier")


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.channel("general")


@pytest.fixture
def ada(server: DiscordServer, guild: Guild) -> Person:
    return server.person("ada", guild)


def create_command(bot: Bot, act: Callable[[discord.Interaction, str], Awaitable[None]], **kwargs: Any) -> None:
    @bot.tree.command(name="create", description="Make something", **kwargs)
    async def create(interaction: discord.Interaction, prompt: str) -> None:
        await act(interaction, prompt)


async def raw(server: DiscordServer, method: str, path: str, **options: Any) -> tuple[int, Any]:
    """One request without discord.py in between."""
    headers = {"Authorization": f"Bot {server.token}", **options.pop("headers", {})}
    async with (
        aiohttp.ClientSession() as http,
        http.request(method, server.api_url + path, headers=headers, **options) as response,
    ):
        data = await response.json() if response.content_type == "application/json" else await response.text()
        return response.status, data


# --- coming and going ---------------------------------------------------------------------------------------------


async def test_a_client_logs_in_and_knows_its_servers(server: DiscordServer, channel: Channel, ada: Person) -> None:
    async with running(server) as bot:
        assert bot.user is not None and str(bot.user.id) == server.application_id == str(bot.application_id)
        assert bot.application_flags.gateway_message_content_limited
        (guild,) = bot.guilds
        found = guild.get_channel(int(channel.id))
        assert isinstance(found, discord.TextChannel) and found.name == "general"
        assert guild.me is not None and found.permissions_for(guild.me).create_public_threads
        assert (await guild.fetch_member(int(ada.id))).display_name == "Ada"
        assert (await bot.fetch_channel(int(channel.id))).id == int(channel.id)
        assert (await bot.fetch_user(int(ada.id))).name == "ada"
        assert [one async for one in bot.fetch_guilds(limit=1)][-1].name == "Atelier"
        assert (await bot.fetch_guild(guild.id)).name == "Atelier"
    assert server.rejected == []


async def test_a_wrong_token_is_refused_by_rest_and_by_the_gateway(server: DiscordServer) -> None:
    bot = Bot()
    with dialling(server), pytest.raises(discord.LoginFailure):
        await bot.login("wrong")
    await bot.close()
    assert server.invalid == 1
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway_url) as socket:
        assert (await socket.receive_json())["op"] == 10
        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 1, "properties": {"os": "x"}}})
        await socket.receive()
        assert socket.close_code == 4004


async def test_asking_for_an_intent_that_was_not_granted_ends_with_4014() -> None:
    async with DiscordServer(content_intent=False) as server:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with running(server):
                pass
        assert server.gateway.closes == [4014]


@pytest.mark.parametrize(
    ("say", "code"),
    [
        ({"op": 2, "d": {"token": "T", "intents": 1 << 30, "properties": {"os": "x"}}}, 4013),
        ({"op": 2, "d": {"token": "T", "intents": 1, "properties": {"os": "x"}, "shard": [2, 2]}}, 4010),
        ({"op": 77, "d": None}, 4001),
        ({"op": 3, "d": {}}, 4003),
        ({"op": 1, "d": "x" * 5000}, 4002),
    ],
)
async def test_the_gateway_ends_what_breaks_its_rules(server: DiscordServer, say: Body, code: int) -> None:
    if isinstance(say["d"], dict) and "token" in say["d"]:
        say = {**say, "d": {**say["d"], "token": server.token}}
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json(say)
        await socket.receive()
        assert socket.close_code == code


async def test_a_silent_client_is_dropped() -> None:
    async with (
        DiscordServer(heartbeat_s=0.1) as server,
        aiohttp.ClientSession() as http,
        http.ws_connect(server.gateway_url) as socket,
    ):
        await socket.receive_json()
        await socket.receive(timeout=2)
        assert socket.close_code == 4009


async def test_what_happened_while_a_socket_was_broken_is_told_after_resuming(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    async with running(server) as bot:
        server.gateway.drop()
        await server.until(lambda: not server.gateway.sockets, what="no socket")
        await ada.say(channel, "did you hear me?")
        await server.until(lambda: bot.heard, what="the message")
        assert bot.heard[0].content == "did you hear me?"
        assert (server.gateway.resumes, len(server.gateway.identifies)) == (1, 1)


async def test_a_request_to_reconnect_resumes(server: DiscordServer, channel: Channel, ada: Person) -> None:
    async with running(server) as bot:
        server.gateway.ask_to_reconnect()
        await server.until(lambda: server.gateway.resumes, what="a resume")
        await ada.say(channel, "hello again")
        await server.until(lambda: bot.heard, what="the message")


async def test_a_discord_that_was_away_is_found_again(server: DiscordServer, channel: Channel, ada: Person) -> None:
    async with running(server) as bot:
        await server.stop()
        await ada.say(channel, "said meanwhile")
        await server.start()
        await server.until(lambda: bot.heard, 15, what="the message")
        assert server.gateway.resumes == 1


async def test_a_resumed_stream_outlives_the_socket_that_it_had_before(server: DiscordServer) -> None:
    guild = server.guild()
    identity = {"token": server.token, "intents": 1, "properties": {"os": "x"}}
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway_url) as later:
        before = await http.ws_connect(server.gateway_url)
        await before.send_json({"op": 2, "d": identity})
        ready = next(each for each in [await before.receive_json() for _ in range(2)] if each["t"] == "READY")
        await later.receive_json()
        await later.send_json({"op": 6, "d": {"token": server.token, "session_id": ready["d"]["session_id"], "seq": 2}})
        await server.until(lambda: server.gateway.resumes, what="a resume")
        server.gateway.sockets[1].abort()
        await server.until(lambda: len(server.gateway.sockets) == 1, what="the end of the first")
        guild.channel("afterwards")
        assert [(await later.receive_json())["t"] for _ in range(2)] == ["RESUMED", "CHANNEL_CREATE"]
        await before.close()


async def test_events_may_be_told_again_after_a_resume(server: DiscordServer, channel: Channel, ada: Person) -> None:
    async with running(server) as bot:
        await ada.say(channel, "once")
        await server.until(lambda: bot.heard, what="the message")
        server.gateway.told_again = 1
        server.gateway.drop()
        await server.until(lambda: len(bot.heard) == 2, what="the message again")


async def test_a_bot_is_told_when_it_joins_a_server_and_not_when_it_was_in_there(
    server: DiscordServer, guild: Guild
) -> None:
    joined: list[str] = []
    bot = Bot()

    @bot.event
    async def on_guild_join(place: discord.Guild) -> None:
        joined.append(place.name)

    async with running(server, bot):
        server.guild("Later")
        await server.until(lambda: joined, what="the other server")
        assert joined == ["Later"]


async def test_an_upload_that_its_client_cuts_off_is_no_fault_of_this_server(
    server: DiscordServer, channel: Channel
) -> None:
    path = f"/api/v10/channels/{channel.id}/messages"
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bot {server.token}\r\nUser-Agent: DiscordBot\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="files[0]"; filename="a.png"\r\n\r\nhalf of it'
    )
    port = int(server.base_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    await writer.drain()
    await server.until(lambda: server.count("send"), what="the request")
    writer.transport.abort()
    del reader
    await server.until(lambda: server.requests[-1].behaviour, what="its end")
    assert server.rejected == server.messages(channel) == []


async def test_two_identifies_within_the_pause_are_one_too_many() -> None:
    async with (
        DiscordServer(identify_pause_s=5) as server,
        running(server),
        aiohttp.ClientSession() as http,
        http.ws_connect(server.gateway_url) as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": server.token, "intents": 1, "properties": {"os": "x"}}})
        said = await socket.receive_json()
        assert (said["op"], said["d"]) == (9, False)


async def test_a_stream_that_is_too_old_cannot_be_resumed(server: DiscordServer) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway_url) as socket:
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {"token": server.token, "session_id": "none", "seq": 3}})
        said = await socket.receive_json()
        assert (said["op"], said["d"]) == (9, False)


async def test_leaving_ends_the_stream_and_a_new_client_identifies(server: DiscordServer) -> None:
    for _ in range(2):
        async with running(server):
            pass
    assert (server.gateway.resumes, len(server.gateway.identifies)) == (0, 2)
    status, data = await raw(server, "GET", "/gateway/bot")
    assert status == 200 and data["session_start_limit"]["remaining"] == 998


async def test_the_app_learns_that_it_was_removed(server: DiscordServer, guild: Guild, channel: Channel) -> None:
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        guild.kick_bot()
        await server.until(lambda: not bot.guilds, what="no guild")
        with pytest.raises(discord.Forbidden) as caught:
            await place.send("still here?")
        assert caught.value.code == 50001
        with pytest.raises(discord.NotFound) as gone:
            await bot.fetch_guild(int(guild.id))
        assert gone.value.code == 10004


# --- interactions -------------------------------------------------------------------------------------------------


async def test_a_command_is_answered_and_its_latency_known(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    async def act(interaction: discord.Interaction, prompt: str) -> None:
        assert interaction.filesize_limit == 10 * MIB
        assert interaction.is_guild_integration() and interaction.app_permissions.send_messages
        answer = await interaction.response.send_message(f"making {prompt}")
        assert isinstance(answer.resource, discord.InteractionMessage)

    bot = Bot()
    create_command(bot, act)
    async with running(server, bot):
        seen = await ada.slash(channel, "create", prompt="a lighthouse")
        assert (await seen.answer()).text == "making a lighthouse"
        assert seen.ack_s is not None and seen.ack_s < 1
        (message,) = server.messages(channel)
        assert message.author is server.bot
    assert server.rejected == []


async def test_a_deferred_answer_thinks_then_comes_and_what_follows_is_new(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    async def act(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.defer(thinking=True, ephemeral=True)
        first = await interaction.followup.send("the first inherits", wait=True)
        assert first.id == (await interaction.original_response()).id
        second = await interaction.followup.send("the second does not", wait=True)
        await second.edit(content="edited")
        await interaction.edit_original_response(content="changed")

    bot = Bot()
    create_command(bot, act)
    async with running(server, bot):
        seen = await ada.slash(channel, "create", prompt="x")
        second = await seen.follow_up()
        await server.until(lambda: second.text == "edited", what="the edit")
        first = await seen.answer()
        await server.until(lambda: first.text == "changed", what="the edit")
        assert first.ephemeral and not second.ephemeral and [one.text for one in first.edits] == ["the first inherits"]
        bob = server.person("bob", *server.world.guilds.values())
        assert bob.sees(channel) == [second] and seen.ephemeral == [first]


async def test_an_ephemeral_message_is_unknown_to_the_bot_token(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    async def act(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.send_message("for you", ephemeral=True)

    bot = Bot()
    create_command(bot, act)
    async with running(server, bot):
        message = await (await ada.slash(channel, "create", prompt="x")).answer()
        place = bot.get_channel(int(channel.id))
        with pytest.raises(discord.NotFound) as caught:
            await place.get_partial_message(int(message.id)).edit(content="for all")
        assert caught.value.code == 10008
        assert [one async for one in place.history()] == []


async def test_who_is_late_finds_the_interaction_gone(channel: Channel, server: DiscordServer, ada: Person) -> None:
    caught: list[discord.HTTPException] = []

    async def act(interaction: discord.Interaction, prompt: str) -> None:
        server.clock.advance(3.1)
        try:
            await interaction.response.send_message("sorry")
        except discord.HTTPException as error:
            caught.append(error)

    bot = Bot()
    create_command(bot, act)
    async with running(server, bot):
        seen = await ada.slash(channel, "create", prompt="x")
        assert seen.failed and caught[0].code == 10062 and seen.messages == []


async def test_the_token_dies_after_15_minutes_and_a_second_answer_is_refused(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    codes: list[int] = []

    async def act(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.defer()
        interaction.response._response_type = None
        for attempt in (interaction.response.defer, lambda: interaction.followup.send("late")):
            if codes:
                server.clock.advance(15 * 60)
            try:
                await attempt()
            except discord.HTTPException as error:
                codes.append(error.code)

    bot = Bot()
    create_command(bot, act)
    async with running(server, bot):
        seen = await ada.slash(channel, "create", prompt="x")
        await server.until(lambda: len(codes) == 2, what="two refusals")
        assert codes == [40060, 50027] and seen.thinking


async def test_a_form_opens_is_filled_in_and_sent(server: DiscordServer, channel: Channel, ada: Person) -> None:
    got: list[Any] = []

    class Refine(ui.Modal, title="Refine"):
        note = ui.TextDisplay("Say what to change")
        wish = ui.Label(text="What should change?", component=ui.TextInput(custom_id="wish", max_length=100))
        style = ui.Label(
            text="Style",
            component=ui.RadioGroup(
                custom_id="style",
                options=[
                    discord.RadioGroupOption(label="Photo", value="p"),
                    discord.RadioGroupOption(label="Ink", value="i"),
                ],
            ),
        )
        files = ui.Label(text="Picture", component=ui.FileUpload(custom_id="files", required=False, max_values=2))
        keep = ui.Label(text="Keep", component=ui.Checkbox(custom_id="keep"))

        async def on_submit(self, interaction: discord.Interaction) -> None:
            upload = self.files.component.values[0]
            got.extend(
                [self.wish.component.value, self.style.component.value, await upload.read(), self.keep.component.value]
            )
            await interaction.response.send_message("done", ephemeral=True)

    async def act(interaction: discord.Interaction, prompt: str) -> None:
        await interaction.response.send_modal(Refine())

    bot = Bot()
    create_command(bot, act)
    async with running(server, bot):
        seen = await ada.slash(channel, "create", prompt="x")
        assert seen.modal.title == "Refine" and seen.modal.labels == ["What should change?", "Style", "Picture", "Keep"]
        with pytest.raises(UserCannot, match="must be filled in"):
            await ada.submit(seen, {"style": "Ink"})
        with pytest.raises(UserCannot, match="0 to 2 values"):
            await ada.submit(seen, {"wish": "brighter", "style": "Ink", "files": [PNG] * 3})
        sent = await ada.submit(seen, {"wish": "brighter", "style": "Ink", "files": ("a.png", PNG), "keep": True})
        assert (await sent.answer()).ephemeral
        assert got == ["brighter", "i", PNG, True]


async def test_a_button_is_pressed_only_where_it_is(
    server: DiscordServer, guild: Guild, channel: Channel, ada: Person
) -> None:
    class Panel(ui.View):
        @ui.button(label="Vary", custom_id="gen:1:vary")
        async def vary(self, interaction: discord.Interaction, _: ui.Button[Any]) -> None:
            await interaction.response.edit_message(content="varied")

        @ui.button(label="Later", custom_id="gen:1:later", disabled=True)
        async def later(self, interaction: discord.Interaction, _: ui.Button[Any]) -> None: ...

        @ui.select(custom_id="gen:1:size", options=[discord.SelectOption(label="Small", value="s")])
        async def size(self, interaction: discord.Interaction, select: ui.Select[Any]) -> None:
            await interaction.response.send_message(select.values[0], ephemeral=True)

        @ui.select(cls=ui.UserSelect, custom_id="gen:1:who")
        async def who(self, interaction: discord.Interaction, select: ui.UserSelect[Any]) -> None:
            await interaction.response.send_message(select.values[0].name)

    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        await place.send("pick", view=Panel(timeout=None))
        (message,) = server.messages(channel)
        assert [one.label for one in message.buttons] == ["Vary", "Later"]
        for wrong in ("Later", "Upscale"):
            with pytest.raises(UserCannot):
                await ada.press(message, wrong)
        with pytest.raises(UserCannot):
            await server.person("stranger").press(message, "Vary")
        seen = await ada.press(message, "Vary")
        assert await seen.answer() is message and message.text == "varied"
        assert (await (await ada.select(message, "gen:1:size", "Small")).answer()).text == "s"
        assert (await (await ada.select(message, "gen:1:who", ada)).answer()).text == "ada"
        with pytest.raises(UserCannot):
            await ada.select(message, "gen:1:size", "Large")


async def test_options_are_typed_as_declared(server: DiscordServer, channel: Channel, ada: Person) -> None:
    got: list[Any] = []
    bot = Bot()
    group = app_commands.Group(name="gallery", description="All you made")

    @group.command(name="search", description="Find")
    @app_commands.choices(kind=[app_commands.Choice(name="Image", value="image")])
    async def search(
        interaction: discord.Interaction,
        text: app_commands.Range[str, 1, 20],
        kind: str,
        count: app_commands.Range[int, 1, 4] = 1,
        picture: discord.Attachment | None = None,
        who: discord.Member | None = None,
    ) -> None:
        data = await picture.read() if picture else b""
        got.extend([text, kind, count, data, who.id if who else None])
        await interaction.response.send_message("found")

    @search.autocomplete("text")
    async def offer(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=typed + "!", value=typed)]

    bot.tree.add_command(group)
    async with running(server, bot):
        seen = await ada.slash(channel, "gallery search", text="cat", kind="Image", count=2, picture=PNG, who=ada)
        await seen.answer()
        assert got == ["cat", "image", 2, PNG, int(ada.id)]
        offered = await ada.autocomplete(channel, "gallery search", "text", text="ca")
        assert [one["name"] for one in offered.choices] == ["ca!"]
        for wrong in (
            {"text": "cat"},
            {"text": "cat", "kind": "Video"},
            {"text": "cat", "kind": "Image", "count": 9},
            {"text": "c" * 21, "kind": "Image"},
            {"text": "cat", "kind": "Image", "colour": "red"},
            {"text": 3, "kind": "Image"},
        ):
            with pytest.raises(UserCannot):
                await ada.slash(channel, "gallery search", **wrong)
        with pytest.raises(UserCannot):
            await ada.slash(channel, "gallery list")
        with pytest.raises(UserCannot, match="registered"):
            await ada.slash(channel, "galery")


async def test_a_user_installed_app_works_elsewhere_with_five_follow_ups(server: DiscordServer) -> None:
    server.rates.limits["followup"] = Limit(100, 1)
    elsewhere = server.guild("Elsewhere", installed=False)
    hall = elsewhere.channel("hall")
    bob, cleo = server.person("bob", elsewhere, user_install=True), server.person("cleo", elsewhere)
    codes: list[int] = []

    async def act(interaction: discord.Interaction, prompt: str) -> None:
        assert interaction.is_user_integration() and not interaction.is_guild_integration()
        await interaction.response.send_message("0")
        try:
            for number in range(6):
                await interaction.followup.send(str(number))
        except discord.HTTPException as error:
            codes.append(error.code)

    bot = Bot()
    create_command(
        bot,
        act,
    )
    command = bot.tree.get_command("create")
    assert isinstance(command, app_commands.Command)
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=True)
    command.allowed_contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
    async with running(server, bot):
        for place in (hall, server.group(bob, cleo)):
            codes.clear()
            seen = await ada_like(bob, place)
            await server.until(lambda: codes, 12, what="a refusal")
            assert codes == [40094] and len(seen.messages) == 6
        with pytest.raises(UserCannot):
            await cleo.slash(hall, "create", prompt="x")
        elsewhere.everyone.permissions &= ~P.USE_EXTERNAL_APPS
        seen = await ada_like(bob, hall)
        assert (await seen.answer()).ephemeral
        with pytest.raises(discord.Forbidden):
            await bot.get_partial_messageable(int(hall.id)).send("hello")


async def ada_like(person: Person, place: Channel) -> Any:
    return await person.slash(place, "create", prompt="x")


@pytest.mark.parametrize(
    ("kind", "data", "code"),
    [
        (4, {"content": "x" * 2001}, 50035),
        (4, {"content": "x", "flags": V2, "components": [{"type": 10, "content": "y"}]}, 50035),
        (4, {"content": "x", "flags": 1 << 7}, 50035),
        (4, {}, 50006),
        (6, {}, 50035),
        (7, {"content": "x"}, 50035),
        (8, {"choices": []}, 50035),
        (9, {"title": "t", "custom_id": "m", "components": []}, 50035),
        (9, {"title": "t" * 46, "custom_id": "m", "components": [{"type": 10, "content": "x"}]}, 50035),
        (9, {"title": "t", "custom_id": "m", "components": [{"type": 10, "content": "x"}] * 6}, 50035),
        (
            9,
            {"title": "t", "custom_id": "m", "components": [{"type": 2, "style": 1, "custom_id": "b", "label": "x"}]},
            50035,
        ),
        (
            9,
            {
                "title": "t",
                "custom_id": "m",
                "components": [{"type": 18, "label": "l", "component": {"type": 4, "style": 1, "custom_id": "a"}}] * 2,
            },
            50035,
        ),
    ],
)
@pytest.mark.parametrize("validate", [True, False])
async def test_wrong_answers_to_a_command_are_refused_and_do_not_count_as_one(
    kind: int, data: Body, code: int, validate: bool
) -> None:
    async with DiscordServer(validate=validate, ack_s=0.5) as server:
        channel = server.guild().channel()
        ada = server.person("ada", *server.world.guilds.values())
        await register(server, "create")
        act = asyncio.create_task(ada.slash(channel, "create"))
        await server.until(lambda: server.interactions, what="an interaction")
        asked = server.interactions[0]
        path = f"/interactions/{asked.id}/{asked.token}/callback"
        status, body = await raw(server, "POST", path, json={"type": kind, "data": data})
        assert (status, body["code"]) == (400, code)
        assert (await act).failed and len(server.rejected) == 1


async def register(server: DiscordServer, *names: str) -> None:
    commands = [{"name": name, "description": "does something"} for name in names]
    status, body = await raw(server, "PUT", f"/applications/{server.application_id}/commands", json=commands)
    assert status == 200, body


async def test_a_modal_does_not_answer_a_modal_and_the_webhook_opens_only_after_an_answer(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    await register(server, "create")
    act = asyncio.create_task(ada.slash(channel, "create"))
    await server.until(lambda: server.interactions)
    asked = server.interactions[0]
    hook = f"/webhooks/{server.application_id}/{asked.token}"
    assert (await raw(server, "POST", hook, json={"content": "early"}))[1]["code"] == 10015
    modal = {"type": 9, "data": {"title": "t", "custom_id": "m", "components": [field("a")]}}
    path = f"/interactions/{asked.id}/{asked.token}/callback"
    assert (await raw(server, "POST", path, json=modal)) == (204, "")
    sending = asyncio.create_task(ada.submit(await act, {"a": "words"}))
    await server.until(lambda: len(server.interactions) == 2)
    again = server.interactions[1]
    status, body = await raw(server, "POST", f"/interactions/{again.id}/{again.token}/callback", json=modal)
    assert (status, body["code"]) == (400, 50035)
    await raw(server, "POST", f"/interactions/{again.id}/{again.token}/callback", json={"type": 5})
    assert (await sending).thinking


def field(name: str) -> Body:
    return {"type": 18, "label": "Say", "component": {"type": 4, "style": 1, "custom_id": name}}


async def test_answers_carry_files_and_a_private_answer_has_private_buttons(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    bob = server.person("bob", *server.world.guilds.values())

    async def act(interaction: discord.Interaction, prompt: str) -> None:
        view = ui.View(timeout=None)
        view.add_item(ui.Button(label="Again", custom_id="again"))
        await interaction.response.send_message(
            "here", file=discord.File(io.BytesIO(PNG), "a.png"), view=view, ephemeral=True
        )
        more = await interaction.followup.send(file=discord.File(io.BytesIO(PNG), "b.png"), wait=True)
        assert (await more.attachments[0].read()) == PNG
        await more.add_files(discord.File(io.BytesIO(b"c"), "c.txt"))

    bot = Bot()
    create_command(bot, act)

    @bot.event
    async def on_interaction(interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            await interaction.response.defer()
            await interaction.edit_original_response(content="again!", attachments=[], view=None)

    async with running(server, bot):
        seen = await ada.slash(channel, "create", prompt="x")
        answer, more = await seen.answer(), await seen.follow_up()
        assert answer.ephemeral and [one.name for one in answer.files] == ["a.png"]
        await server.until(lambda: [one.name for one in more.files] == ["b.png", "c.txt"], what="a second file")
        with pytest.raises(UserCannot):
            await bob.press(answer, "Again")
        pressed = await ada.press(answer, "Again")
        assert await pressed.answer() is answer
        assert (answer.text, answer.files, answer.buttons) == ("again!", [], []) and pressed.messages == []
    assert server.rejected == []


async def test_commands_and_buttons_work_in_threads_and_in_private(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    places: list[Any] = []

    async def act(interaction: discord.Interaction, prompt: str) -> None:
        places.append(interaction.channel)
        view = ui.View(timeout=None)
        view.add_item(ui.Button(label="Again", custom_id="again"))
        await interaction.response.send_message("here", view=view)

    bot = Bot()
    create_command(bot, act)

    @bot.event
    async def on_interaction(interaction: discord.Interaction) -> None:
        if interaction.type is discord.InteractionType.component:
            assert interaction.message is not None and interaction.user.id == int(ada.id)
            await interaction.response.edit_message(content="again!")

    async with running(server, bot):
        await (await bot.get_channel(int(channel.id)).send("x")).create_thread(name="t")
        for place in (server.threads(channel)[0], ada.dm):
            answer = await (await ada.slash(place, "create", prompt="x")).answer()
            assert (await (await ada.press(answer, "again")).answer()).text == "again!"
        assert isinstance(places[0], discord.Thread) and isinstance(places[1], discord.DMChannel)
    assert server.rejected == []


async def test_menus_work_on_people_too(server: DiscordServer, channel: Channel, ada: Person) -> None:
    bot = Bot()

    @bot.tree.context_menu(name="Portrait")
    async def portrait(interaction: discord.Interaction, who: discord.Member) -> None:
        await interaction.response.send_message(who.display_name)

    async with running(server, bot):
        assert (await (await ada.user_menu(channel, ada, "Portrait")).answer()).text == "Ada"


# --- messages -----------------------------------------------------------------------------------------------------


async def test_a_v2_layout_shows_its_files_and_they_can_be_fetched_until_the_link_ends(
    server: DiscordServer, channel: Channel
) -> None:
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        layout = ui.LayoutView(timeout=None)
        box: ui.Container[Any] = ui.Container(ui.TextDisplay("## A lighthouse"), accent_colour=0x336699)
        box.add_item(ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png", description="at dusk")))
        box.add_item(ui.Section("by Ada", accessory=ui.Button(label="Vary", custom_id="v")))
        box.add_item(ui.Separator())
        box.add_item(ui.File("attachment://b.wav"))
        layout.add_item(box)
        files = [discord.File(io.BytesIO(PNG), "a.png", description="alt"), discord.File(io.BytesIO(b"RIFF"), "b.wav")]
        sent = await place.send(view=layout, files=files)
        (message,) = server.messages(channel)
        assert message.text == "## A lighthouse\nby Ada" and [one.name for one in message.files] == ["a.png", "b.wav"]
        assert message.files[0].description == "alt" and message.files[0].size == (40, 30)
        assert sent.attachments == [] and sent.flags.components_v2
        gallery = sent.components[0].children[1]
        url = gallery.items[0].media.url
        assert await bot.http.get_from_cdn(url) == PNG
        with pytest.raises(discord.NotFound):
            await bot.http.get_from_cdn(url.replace("hm=", "hm=0"))
        server.clock.advance(24 * 3600 + 1)
        with pytest.raises(discord.NotFound):
            await bot.http.get_from_cdn(url)
        fresh = await place.fetch_message(sent.id)
        assert await bot.http.get_from_cdn(fresh.components[0].children[1].items[0].media.url) == PNG
        with pytest.raises(discord.HTTPException) as caught:
            await fresh.edit(content="plain again")
        assert caught.value.code == 50035
        layout.clear_items()
        layout.add_item(ui.TextDisplay("done"))
        await fresh.edit(view=layout, attachments=[])
        assert (message.text, message.attachments) == ("done", [])
    assert server.hidden_files == []


async def test_files_that_no_component_shows_are_seen_by_nobody(server: DiscordServer, channel: Channel) -> None:
    async with running(server) as bot:
        layout = ui.LayoutView(timeout=None)
        layout.add_item(ui.TextDisplay("look"))
        await bot.get_channel(int(channel.id)).send(view=layout, file=discord.File(io.BytesIO(PNG), "a.png"))
        (message,) = server.messages(channel)
        assert message.files == [] and server.hidden_files == [(message, "a.png")]


ROW = {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "a"}]}
TEXT = {"type": 10, "content": "x"}


def v2(*components: Body) -> Body:
    return {"flags": V2, "components": list(components)}


WRONG_MESSAGES: dict[str, Body] = {
    "2001 characters": {"content": "x" * 2001},
    "11 embeds": {"embeds": [{"title": "x"}] * 11},
    "6001 characters in embeds": {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]},
    "content with V2": {**v2(TEXT), "content": "x"},
    "an embed with V2": {**v2(TEXT), "embeds": [{"title": "x"}]},
    "a poll with V2": {**v2(TEXT), "poll": {"question": {"text": "?"}, "answers": [{"poll_media": {"text": "a"}}]}},
    "V2 components without the flag": {"components": [TEXT]},
    "41 components": v2(*[TEXT] * 41),
    "41 components within": v2({"type": 17, "components": [TEXT] * 40}),
    "4001 characters of text": v2({"type": 10, "content": "x" * 2001}, {"type": 10, "content": "x" * 2000}),
    "6 rows": {
        "components": [{**ROW, "components": [{**ROW["components"][0], "custom_id": str(i)}]} for i in range(6)]
    },
    "6 buttons in a row": {
        "components": [{"type": 1, "components": [{**ROW["components"][0], "custom_id": str(i)} for i in range(6)]}]
    },
    "an empty row": {"components": [{"type": 1, "components": []}]},
    "a button outside a row": v2(ROW["components"][0]),
    "two buttons with one custom_id": {"components": [ROW, ROW]},
    "a custom_id of 101": {
        "components": [{"type": 1, "components": [{**ROW["components"][0], "custom_id": "x" * 101}]}]
    },
    "a label of 81": {"components": [{"type": 1, "components": [{**ROW["components"][0], "label": "x" * 81}]}]},
    "a button without custom_id": {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x"}]}]},
    "a link with custom_id": {
        "components": [
            {"type": 1, "components": [{"type": 2, "style": 5, "label": "x", "url": "https://a.b", "custom_id": "c"}]}
        ]
    },
    "26 options": {
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 3, "custom_id": "s", "options": [{"label": str(i), "value": str(i)} for i in range(26)]}
                ],
            }
        ]
    },
    "one option value twice": {
        "components": [
            {"type": 1, "components": [{"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}] * 2}]}
        ]
    },
    "11 pictures in a gallery": v2({"type": 12, "items": [{"media": {"url": "https://a.b/c.png"}}] * 11}),
    "an empty gallery": v2({"type": 12, "items": []}),
    "a picture that was not sent": v2({"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}),
    "a file from elsewhere": v2({"type": 13, "file": {"url": "https://a.b/c.zip"}}),
    "a section without accessory": v2({"type": 9, "components": [TEXT]}),
    "a section with 4 texts": v2({"type": 9, "components": [TEXT] * 4, "accessory": ROW["components"][0]}),
    "a container in a container": v2({"type": 17, "components": [{"type": 17, "components": [TEXT]}]}),
    "two components with one id": v2({**TEXT, "id": 5}, {**TEXT, "id": 5}),
    "the ephemeral flag": {"content": "x", "flags": 64},
    "a nonce of 26": {"content": "x", "nonce": "n" * 26},
    "parse and ids at once": {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    "a reply to nothing": {"content": "x", "message_reference": {"message_id": "1"}},
    "an attachment that is not there": {"content": "x", "attachments": [{"id": "0", "filename": "a.png"}]},
}


@pytest.mark.parametrize("what", WRONG_MESSAGES)
@pytest.mark.parametrize("validate", [True, False])
async def test_wrong_messages_are_refused_with_and_without_the_description(what: str, validate: bool) -> None:
    async with DiscordServer(validate=validate) as server:
        channel = server.guild().channel()
        status, body = await raw(server, "POST", f"/channels/{channel.id}/messages", json=WRONG_MESSAGES[what])
        assert (status, body["code"]) == (400, 50035), body
        assert server.messages(channel) == [] and server.rejected[0].code == 50035


async def test_other_refusals_of_messages(server: DiscordServer, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    assert (await raw(server, "POST", path, json={}))[1]["code"] == 50006
    assert (await raw(server, "POST", path, data=b"{", headers={"Content-Type": "application/json"}))[1][
        "code"
    ] == 50109
    assert (await raw(server, "POST", path, data=b"x=1", headers={"Content-Type": "text/plain"}))[0] == 400
    assert (await raw(server, "POST", "/channels/1/messages", json={"content": "x"}))[1]["code"] == 10003
    assert (await raw(server, "GET", path + "/1"))[1]["code"] == 10008
    assert (await raw(server, "GET", "/nowhere"))[0] == 404
    assert (await raw(server, "GET", path, headers={"Authorization": "Bot wrong"}))[0] == 401


async def test_a_file_over_the_limit_is_refused_and_a_guild_may_have_its_own(server: DiscordServer) -> None:
    small, large = server.guild("Small", file_bytes=1000), server.guild("Large", file_bytes=30 * MIB)
    async with running(server) as bot:
        for guild, size in ((small, 1001), (large, 26 * MIB)):
            place = bot.get_channel(int(guild.channel().id)) or await bot.fetch_channel(int(next(iter(guild.channels))))
            with pytest.raises(discord.HTTPException) as caught:
                await place.send(file=discord.File(io.BytesIO(b"x" * size), "a.bin"))
            assert (caught.value.status, caught.value.code) == (413, 40005)
        place = await bot.fetch_channel(int(next(iter(large.channels))))
        await place.send(file=discord.File(io.BytesIO(b"x" * (11 * MIB)), "a.bin"))


async def test_one_nonce_makes_one_message_and_a_lost_answer_does_not_double_it(
    server: DiscordServer, channel: Channel
) -> None:
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        server.script("send", breaks(502, accepted=True))
        await place.send("once", nonce="job:1")
        again = await place.send("once", nonce="job:1")
        assert [one.id for one in server.messages(channel)] == [str(again.id)] and server.world.repeated_nonces == 2
        server.clock.advance(121)
        await place.send("once", nonce="job:1")
        assert len(server.messages(channel)) == 2
        server.script("send", drops())
        with pytest.raises(aiohttp.ClientError):
            await place.send("lost", nonce="job:2")
        assert len(server.messages(channel)) == 3


async def test_pings_are_counted_as_allowed_mentions_permits(
    server: DiscordServer, guild: Guild, channel: Channel, ada: Person
) -> None:
    server.rates.limits["send"] = Limit(100, 1)
    role = guild.role("artists", mentionable=True)
    text = f"{ada.mention} {role.mention} @everyone"
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        await place.send(text, allowed_mentions=discord.AllowedMentions.none())
        assert server.bot_pings == []
        await place.send(text)
        assert [(one.kind, one.target) for one in server.bot_pings] == [("user", ada.id), ("role", role.id)]
        guild.allow(guild.bot_role, P.MENTION_EVERYONE)
        server.pings.clear()
        await place.send(text, silent=True, allowed_mentions=discord.AllowedMentions(users=False))
        assert [(one.kind, one.silent) for one in server.bot_pings] == [("role", True), ("everyone", True)]
        server.pings.clear()
        heard = await ada.say(channel, "hello")
        await server.until(lambda: any(one.content == "hello" for one in bot.heard))
        await bot.heard[-1].reply("hi")
        await bot.heard[-1].reply("hi", mention_author=False)
        assert [(one.kind, one.target) for one in server.bot_pings] == [("reply", heard.author.id)]


async def test_old_messages_take_few_edits(server: DiscordServer, channel: Channel) -> None:
    async with running(server) as bot:
        sent = await bot.get_channel(int(channel.id)).send("v0")
        for number in range(4):
            await sent.edit(content=f"v{number}")
        server.clock.advance(3601)
        server.rates.limits["edit"] = Limit(100, 1)
        for number in range(3):
            await sent.edit(content=f"old {number}")
        status, body = await raw(server, "PATCH", f"/channels/{channel.id}/messages/{sent.id}", json={"content": "no"})
        assert (status, body["code"]) == (429, 30046)


async def test_history_is_listed_newest_first_from_either_side(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    said = [await ada.say(channel, str(number)) for number in range(5)]
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        assert [one.content async for one in place.history(limit=2)] == ["4", "3"]
        before, after = discord.Object(int(said[2].id)), discord.Object(int(said[2].id))
        assert [one.content async for one in place.history(before=before)] == ["1", "0"]
        assert [one.content async for one in place.history(after=after)] == ["3", "4"]
        assert [one.content async for one in place.history(around=after, limit=3)] == ["3", "2", "1"]


async def test_changes_and_ends_of_messages_are_told(server: DiscordServer, channel: Channel, ada: Person) -> None:
    async with running(server) as bot:
        said = await ada.say(channel, "first")
        await ada.edit(said, "second")
        await ada.delete(said)
        await server.until(lambda: "MESSAGE_DELETE" in bot.told, what="the end")
        assert [one for one in bot.told if one.startswith("MESSAGE")] == [
            "MESSAGE_CREATE",
            "MESSAGE_UPDATE",
            "MESSAGE_DELETE",
        ]
        assert [one.text for one in said.edits] == ["first"] and server.messages(channel) == []


async def test_an_edit_keeps_the_files_it_names(server: DiscordServer, channel: Channel) -> None:
    async with running(server) as bot:
        files = [discord.File(io.BytesIO(b"x"), name) for name in ("a.txt", "b.txt")]
        sent = await bot.get_channel(int(channel.id)).send("x", files=files)
        await sent.edit(attachments=[sent.attachments[1], discord.File(io.BytesIO(b"y"), "c.txt")])
        (message,) = server.messages(channel)
        assert [one.name for one in message.files] == ["b.txt", "c.txt"]
        with pytest.raises(discord.NotFound):
            await sent.attachments[0].read()


async def test_own_messages_are_deleted_pinned_and_reacted_to(
    server: DiscordServer, channel: Channel, ada: Person
) -> None:
    theirs = await ada.say(channel, "mine")
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        sent = await place.send("x")
        async with place.typing():
            pass
        await sent.add_reaction("✅")
        await sent.pin()
        assert (await place.fetch_message(sent.id)).reactions[0].me and [one.id async for one in place.pins()] == [
            sent.id
        ]
        await sent.delete()
        assert server.messages(channel) == [theirs]
        partial = place.get_partial_message(int(theirs.id))
        for attempt, code in ((partial.delete, 50013), (lambda: partial.edit(content="x"), 50005)):
            with pytest.raises(discord.Forbidden) as caught:
                await attempt()
            assert caught.value.code == code


async def test_voice_messages_need_their_figures(server: DiscordServer, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    entry = {"id": "0", "filename": "voice.ogg", "duration_secs": 1.5, "waveform": "AAAA"}

    async def send(body: Body) -> int:
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", discord.utils._to_json({"flags": 1 << 13, **body}))
        form.add_field("files[0]", b"OggS", filename="voice.ogg", content_type="audio/ogg")
        return (await raw(server, "POST", path, data=form))[1].get("code", 0)

    assert await send({"attachments": [{"id": "0", "filename": "voice.ogg"}]}) == 50161
    assert await send({"attachments": [entry], "content": "x"}) == 50159
    assert await send({"attachments": [entry]}) == 0
    (message,) = server.messages(channel)
    assert (await raw(server, "PATCH", f"{path}/{message.id}", json={"content": "x"}))[1]["code"] == 50162


# --- what an app may see ------------------------------------------------------------------------------------------


async def test_without_the_intent_content_is_empty_but_for_the_five_exceptions() -> None:
    intents = discord.Intents(guilds=True, messages=True)
    async with DiscordServer(content_intent=False, check_answers=True) as server:
        guild = server.guild()
        channel = guild.channel()
        ada = server.person("ada", guild)
        bot = Bot(intents=intents)
        answered: list[str] = []

        @bot.tree.context_menu(name="Refine with Easel")
        async def refine(interaction: discord.Interaction, message: discord.Message) -> None:
            answered.append(message.content)
            await interaction.response.send_message("an answer to an interaction")

        async with running(server, bot):
            place = bot.get_channel(int(channel.id))
            own = await place.send("own words")
            regular = server.messages(channel)[0]
            plain = await ada.say(channel, "plain", files=[("a.png", PNG)])
            seen = await ada.menu(plain, "Refine with Easel")
            answer = await seen.answer()
            await ada.say(channel, f"{server.bot.mention} mentioned")
            await ada.reply(regular, "pinging reply")
            await ada.reply(regular, "quiet reply", ping=False)
            await ada.reply(answer, "reply to an interaction's answer")
            await ada.say(ada.dm, "in private")
            await server.until(lambda: len(bot.heard) == 8, what="8 messages")
            contents = [one.content for one in bot.heard if one.author.id == int(ada.id)]
            mention = f"{server.bot.mention} mentioned"
            assert contents == ["", mention, "pinging reply", "", "", "in private"]
            assert bot.heard[1].attachments == [] and answered == ["plain"]
            assert (await place.fetch_message(int(plain.id))).content == ""
            assert (await place.fetch_message(own.id)).content == "own words"
        assert server.flawed == []


async def test_rights_are_computed_from_roles_and_overwrites(server: DiscordServer, guild: Guild) -> None:
    hidden, quiet, bare = guild.channel("hidden"), guild.channel("quiet"), guild.channel("bare")
    hidden.deny(server.bot, P.VIEW_CHANNEL)
    quiet.deny(guild, P.SEND_MESSAGES)
    quiet.deny(guild.bot_role, P.SEND_MESSAGES)
    bare.deny(server.bot, P.ATTACH_FILES, P.CREATE_PUBLIC_THREADS)
    async with running(server) as bot:

        async def code(act: Awaitable[Any]) -> int:
            with pytest.raises(discord.Forbidden) as caught:
                await act
            return caught.value.code

        place = {one.name: bot.get_channel(int(one.id)) for one in (hidden, quiet, bare)}
        assert await code(bot.get_partial_messageable(int(hidden.id)).send("x")) == 50001
        assert await code(place["quiet"].send("x")) == 50013
        assert await code(place["bare"].send(file=discord.File(io.BytesIO(b"x"), "a.txt"))) == 50013
        sent = await place["bare"].send("x")
        assert await code(sent.create_thread(name="t")) == 50013
        quiet.allow(server.bot, P.SEND_MESSAGES)
        await place["quiet"].send("x")
        ada = server.person("ada", guild)
        with pytest.raises(UserCannot):
            await ada.say(quiet, "x")
        administrator = guild.role("boss", P.ADMINISTRATOR)
        guild.members[ada.id].roles.append(administrator)
        await ada.say(quiet, "x")


async def test_direct_messages_reach_who_takes_them(server: DiscordServer, ada: Person) -> None:
    shy = server.person("shy", dms=False)
    async with running(server) as bot:
        await (await bot.fetch_user(int(ada.id))).send("hello")
        assert [one.text for one in ada.sees(ada.dm)] == ["hello"]
        with pytest.raises(discord.Forbidden) as caught:
            await (await bot.fetch_user(int(shy.id))).send("hello")
        assert caught.value.code == 50007


# --- threads ------------------------------------------------------------------------------------------------------


async def test_a_thread_lives_under_its_message(server: DiscordServer, channel: Channel, ada: Person) -> None:
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        sent = await place.send("status")
        thread = await sent.create_thread(name="A lighthouse")
        assert thread.id == sent.id and thread.me is not None
        with pytest.raises(discord.HTTPException) as caught:
            await sent.create_thread(name="again")
        assert caught.value.code == 160004
        await thread.send("inside")
        (kept,) = server.threads(channel)
        await ada.say(kept, "I too")
        await server.until(lambda: any(one.content == "I too" for one in bot.heard))
        assert [one.text for one in server.messages(kept)] == ["inside", "I too"] and ada.id in kept.thread.members
        fetched = await place.fetch_message(sent.id)
        assert fetched.thread is not None and fetched.flags.has_thread
        await thread.edit(archived=True)
        for attempt in (
            thread.send("x"),
            thread.get_partial_message(int(server.messages(kept)[0].id)).edit(content="x"),
        ):
            with pytest.raises(discord.HTTPException) as archived:
                await attempt
            assert archived.value.code == 50083
        await thread.edit(archived=False)
        await thread.send("open again")
        server.clock.advance(4321 * 60)
        with pytest.raises(discord.HTTPException) as idle:
            await thread.send("x")
        assert idle.value.code == 50083
        server.delete(kept)
        await server.until(lambda: place.get_thread(thread.id) is None)
        with pytest.raises(discord.NotFound) as gone:
            await thread.send("x")
        assert gone.value.code == 10003


async def test_threads_without_a_message_are_public_or_private(
    server: DiscordServer, guild: Guild, channel: Channel, ada: Person
) -> None:
    bob = server.person("bob", guild)
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        public = await place.create_thread(name="open", type=discord.ChannelType.public_thread)
        private = await place.create_thread(name="closed", invitable=False)
        await private.add_user(discord.Object(int(ada.id)))
        kept = next(one for one in server.threads(channel) if one.kind == Kind.PRIVATE_THREAD)
        await ada.say(kept, "hello")
        with pytest.raises(UserCannot):
            await bob.say(kept, "let me in")
        await private.leave()
        with pytest.raises(discord.Forbidden) as caught:
            await private.send("x")
        assert caught.value.code == 50001
        assert {one.name for one in await bot.guilds[0].active_threads()} == {"open"}
        assert [one.id for one in await public.fetch_members()] == [int(server.application_id)]
        dm = await (await bot.fetch_user(int(ada.id))).create_dm()
        status, body = await raw(server, "POST", f"/channels/{dm.id}/threads", json={"name": "t"})
        assert (status, body["code"]) == (403, 50024)


async def test_writing_in_a_thread_needs_its_own_right(server: DiscordServer, guild: Guild, channel: Channel) -> None:
    async with running(server) as bot:
        thread = await (await bot.get_channel(int(channel.id)).send("x")).create_thread(name="t")
        channel.deny(server.bot, P.SEND_MESSAGES)
        await thread.send("fine")
        channel.deny(server.bot, P.SEND_MESSAGES_IN_THREADS)
        with pytest.raises(discord.Forbidden) as caught:
            await thread.send("x")
        assert caught.value.code == 50013


# --- commands -----------------------------------------------------------------------------------------------------


def options(**more: Any) -> Body:
    return {
        "name": "create",
        "description": "d",
        "options": [{"type": 3, "name": "prompt", "description": "d", **more}],
    }


CHOICES = [{"name": str(i), "value": str(i)} for i in range(25)]
WRONG_COMMANDS: dict[str, list[Body]] = {
    "a name with capitals": [{"name": "Create", "description": "d"}],
    "a name with a space": [{"name": "make it", "description": "d"}],
    "no description": [{"name": "create"}],
    "a description of 101": [{"name": "create", "description": "d" * 101}],
    "one name twice": [{"name": "create", "description": "d"}] * 2,
    "26 options": [
        {
            "name": "a",
            "description": "d",
            "options": [{"type": 3, "name": f"o{i}", "description": "d"} for i in range(26)],
        }
    ],
    "26 choices": [options(choices=[*CHOICES, {"name": "x", "value": "x"}])],
    "choices and autocomplete": [options(choices=CHOICES, autocomplete=True)],
    "one choice twice": [options(choices=CHOICES[:1] * 2)],
    "required after optional": [
        {
            "name": "a",
            "description": "d",
            "options": [
                {"type": 3, "name": "x", "description": "d"},
                {"type": 3, "name": "y", "description": "d", "required": True},
            ],
        }
    ],
    "a menu with a description": [{"name": "Refine", "type": 3, "description": "d"}],
    "16 message menus": [{"name": f"Menu {i}", "type": 3} for i in range(16)],
    "8001 characters": [
        {
            "name": "a",
            "description": "d",
            "options": [
                {
                    "type": 3,
                    "name": f"o{n}",
                    "description": "d" * 100,
                    "choices": [{"name": f"{i}" + "n" * 80, "value": f"{i}" + "v" * 80} for i in range(25)],
                }
                for n in range(2)
            ],
        }
    ],
    "101 commands": [{"name": f"c{i}", "description": "d"} for i in range(101)],
}


@pytest.mark.parametrize("what", WRONG_COMMANDS)
@pytest.mark.parametrize("validate", [True, False])
async def test_wrong_commands_are_refused_with_and_without_the_description(what: str, validate: bool) -> None:
    async with DiscordServer(validate=validate) as server:
        path = f"/applications/{server.application_id}/commands"
        status, body = await raw(server, "PUT", path, json=WRONG_COMMANDS[what])
        assert (status, body["code"]) == (400, 50035), body
        assert server.commands == []


async def test_commands_keep_their_ids_and_a_day_has_200_new_ones(server: DiscordServer, guild: Guild) -> None:
    async with running(server) as bot:

        @bot.tree.command(name="create", description="d")
        async def create(interaction: discord.Interaction) -> None: ...

        first = (await bot.tree.sync())[0].id
        assert (await bot.tree.sync())[0].id == first == (await bot.tree.fetch_commands())[0].id
        place = discord.Object(int(guild.id))
        bot.tree.copy_global_to(guild=place)
        assert (await bot.tree.sync(guild=place))[0].guild_id == int(guild.id)
    server.rates.limits["commands"] = Limit(100, 1)
    for number in range(2):
        await register(server, *[f"c{number}-{i}" for i in range(99)])
    path = f"/applications/{server.application_id}/commands"
    assert (await raw(server, "PUT", path, json=[{"name": f"d{i}", "description": "d"} for i in range(9)]))[1][
        "code"
    ] == 30034


# --- limits and faults --------------------------------------------------------------------------------------------


async def test_a_client_that_reads_the_headers_is_never_refused(server: DiscordServer, channel: Channel) -> None:
    server.rates.limits["send"] = Limit(5, 0.5)
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        await asyncio.gather(*(place.send(str(number)) for number in range(12)))
        assert len(server.messages(channel)) == 12 and server.throttled == 0


async def test_the_sixth_message_in_five_seconds_is_refused_and_told_when(
    server: DiscordServer, channel: Channel
) -> None:
    path = f"{server.api_url}/channels/{channel.id}/messages"
    headers = {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        for left in (4, 3, 2, 1, 0):
            async with http.post(path, json={"content": "x"}) as fine:
                assert fine.status == 200 and fine.headers["X-RateLimit-Remaining"] == str(left)
                assert fine.headers["Content-Type"] == "application/json"
        async with http.post(path, json={"content": "x"}) as refused:
            body = await refused.json()
            assert refused.status == 429 and 4 < body["retry_after"] <= 5 and not body["global"]
            assert refused.headers["Via"] and refused.headers["X-RateLimit-Scope"] == "user"
        server.clock.advance(5)
        async with http.post(path, json={"content": "x"}) as again:
            assert again.status == 200
    assert server.throttled == server.invalid == 1


async def test_fifty_requests_a_second_are_the_most_but_for_interactions(server: DiscordServer) -> None:
    headers = {"Authorization": f"Bot {server.token}"}
    async with aiohttp.ClientSession(headers=headers) as http:

        async def ask(path: str) -> tuple[int, str]:
            async with http.get(server.api_url + path) as response:
                return response.status, response.headers.get("X-RateLimit-Global", "")

        places = [server.guild(str(number)).channel() for number in range(60)]
        answers = await asyncio.gather(*(ask(f"/channels/{one.id}") for one in places))
        assert answers.count((429, "true")) >= 10 and answers.count((200, "")) == 50
        path = f"/webhooks/{server.application_id}/none/messages/@original"
        assert (await ask(path))[0] == 404


async def test_renaming_is_allowed_twice_in_ten_minutes(server: DiscordServer, channel: Channel) -> None:
    async with running(server) as bot:
        thread = await (await bot.get_channel(int(channel.id)).send("x")).create_thread(name="t")
        for name in ("a", "b"):
            await thread.edit(name=name)
        status, body = await raw(server, "PATCH", f"/channels/{thread.id}", json={"name": "c"})
        assert status == 429 and body["retry_after"] > 500


async def test_faults_come_as_scripted(server: DiscordServer, channel: Channel) -> None:
    async with running(server) as bot:
        place = bot.get_channel(int(channel.id))
        server.script("send", throttles(0.05), refuses(40005))
        with pytest.raises(discord.HTTPException) as caught:
            await place.send("x")
        assert caught.value.code == 40005 and server.throttled == 1 and server.messages(channel) == []
        assert [call.behaviour for call in server.requests if call.name == "send"] == ["answers 429", "answers 413"]
        assert server.rejected == []


async def test_a_gateway_that_refuses_the_first_connection(server: DiscordServer) -> None:
    server.gateway.refuse_next.append(503)
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(server.gateway_url)
        async with http.ws_connect(server.gateway_url) as socket:
            assert (await socket.receive_json())["op"] == 10


async def test_events_fit_the_description(server: DiscordServer, channel: Channel, ada: Person) -> None:
    if server.oracle is None:
        pytest.skip("Discord's OpenAPI description is not beside this repository")
    message: Message = await ada.say(channel, "hello", files=[("a.png", PNG)])
    async with aiohttp.ClientSession() as http, http.ws_connect(server.gateway_url) as socket:
        await socket.receive_json()
        identity = {"token": server.token, "intents": 1 | 1 << 9 | 1 << 15, "properties": {"os": "x"}}
        await socket.send_json({"op": 2, "d": identity})
        ready, created = await socket.receive_json(), await socket.receive_json()
        await ada.reply(message, "again")
        told = await socket.receive_json()
    assert server.oracle.named("UserPIIResponse", ready["d"]["user"]) is None
    assert server.oracle.named("GuildResponse", created["d"]) is None
    assert server.oracle.named("GuildChannelResponse", created["d"]["channels"][0]) is None
    assert server.oracle.named("MessageResponse", told["d"]) is None
    assert told["d"]["referenced_message"]["attachments"][0]["filename"] == "a.png"
    assert server.oracle.named("MessageResponse", {**told["d"], "id": "x"}) is not None


def test_times_are_written_as_discord_writes_them() -> None:
    clock = Clock()
    clock.advance(60)
    written = discord.utils.parse_time(iso(clock.now()))
    assert written is not None and abs(written.timestamp() - clock.now()) < 1
