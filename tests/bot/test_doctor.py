"""The doctor: what it says of keys, models, money and addresses; the providers are asked, and nothing is paid."""

import re
import time
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.app import running
from bot.doctor import Finding, Mark, examine
from bot.doctor.live.answers import LIMIT_S
from bot.settings import Settings
from tests.bot.test_cli import ROOT, Terminal
from tests.fakes import replicate as replicate_fake
from tests.fakes import runway as runway_fake
from tests.fakes.openai import GatewayPage, Hang, OpenAIServer, Status
from tests.fakes.openai.models import OPENAI, Model, Use
from tests.fakes.replicate import ReplicateServer, flux, stand_ins
from tests.fakes.runway import RunwayServer
from tests.furnished import furnish

KEY = "sk-test-1"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
async def openai() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer() as server:
        yield server


@pytest.fixture
async def replicate() -> AsyncIterator[ReplicateServer]:
    async with ReplicateServer() as server:
        yield server


@pytest.fixture
async def runway() -> AsyncIterator[RunwayServer]:
    async with RunwayServer() as server:
        yield server


class Findings(list[Finding]):
    """What the doctor said, to be asked by subject."""

    def of(self, subject: str) -> str:
        return " ".join(finding.sentence for finding in self if finding.subject == subject)

    def marks(self, subject: str) -> set[Mark]:
        return {finding.mark for finding in self if finding.subject == subject}

    @property
    def bad(self) -> list[str]:
        return [finding.subject for finding in self if finding.mark is Mark.BAD]


async def consult(folder: Path, *, offline: bool = False, **values: Any) -> Findings:
    settings = Settings(_env_file=None, EASEL_DATA_DIR=folder / "data", **values)
    async with running(furnish(settings), worker=False) as app:
        return Findings(await examine(app, offline=offline))


def at_openai(server: OpenAIServer, **more: Any) -> dict[str, Any]:
    return {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url} | more


def at_replicate(server: ReplicateServer, **more: Any) -> dict[str, Any]:
    return {"REPLICATE_API_TOKEN": server.api_token, "REPLICATE_BASE_URL": server.base_url} | more


def at_runway(server: RunwayServer, **more: Any) -> dict[str, Any]:
    return {"RUNWAYML_API_SECRET": server.api_key, "RUNWAYML_BASE_URL": server.base_url} | more


# --- all together ------------------------------------------------------------------------------------------------


async def test_three_good_keys_leave_nothing_bad_and_cost_nothing(
    tmp_path: Path, openai: OpenAIServer, replicate: ReplicateServer, runway: RunwayServer
) -> None:
    found = await consult(tmp_path, **at_openai(openai), **at_replicate(replicate), **at_runway(runway))
    assert found.bad == []
    assert found.marks(openai.base_url) == found.marks("Replicate") == found.marks("Runway") == {Mark.GOOD}
    assert (sum(openai.paid.values()), replicate.paid, runway.paid) == (0, 0, 0)


async def test_without_a_provider_nobody_is_asked_and_all_is_well(tmp_path: Path) -> None:
    found = await consult(tmp_path)
    assert found.bad == []
    assert "offline" in found.of("Planner")
    assert found.of("Budgets") == "No limit is set."
    assert found.marks("Budgets") == {Mark.GOOD}


async def test_offline_means_that_no_provider_hears_anything(tmp_path: Path, openai: OpenAIServer) -> None:
    found = await consult(tmp_path, offline=True, **at_openai(openai))
    assert openai.calls == []
    assert "not asked" in found.of("Providers")


async def test_providers_that_cannot_be_reached_are_a_note_and_not_a_fault(tmp_path: Path) -> None:
    found = await consult(
        tmp_path,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=f"{NOWHERE}/v1",
        REPLICATE_API_TOKEN="r8_x",
        REPLICATE_BASE_URL=NOWHERE,
        RUNWAYML_API_SECRET="key_x",
        RUNWAYML_BASE_URL=NOWHERE,
    )
    assert found.bad == []
    for who in (f"{NOWHERE}/v1", "Replicate", "Runway"):
        assert found.of(who) == "It could not be reached just now."
        assert found.marks(who) == {Mark.NOTE}


async def test_providers_that_never_answer_are_waited_for_together_and_not_for_long(
    tmp_path: Path, openai: OpenAIServer, replicate: ReplicateServer, runway: RunwayServer
) -> None:
    openai.script("models", Hang())
    replicate.always("account", replicate_fake.hangs())
    runway.always("organization", runway_fake.hangs())
    begun = time.monotonic()
    found = await consult(tmp_path, **at_openai(openai), **at_replicate(replicate), **at_runway(runway))
    assert time.monotonic() - begun < LIMIT_S + 4
    assert [found.of(who) for who in (openai.base_url, "Replicate", "Runway")] == [
        "It could not be reached just now."
    ] * 3


async def test_wrong_keys_are_bad_and_named_by_their_variables(
    tmp_path: Path, openai: OpenAIServer, replicate: ReplicateServer, runway: RunwayServer
) -> None:
    found = await consult(
        tmp_path,
        **at_openai(openai, OPENAI_API_KEY="sk-wrong"),
        **at_replicate(replicate, REPLICATE_API_TOKEN="r8_wrong"),
        **at_runway(runway, RUNWAYML_API_SECRET="key_wrong"),
    )
    assert found.bad == [openai.base_url, "Replicate", "Runway"]
    assert "OPENAI_API_KEY" in found.of(openai.base_url)
    assert "REPLICATE_API_TOKEN" in found.of("Replicate")
    assert "RUNWAYML_API_SECRET" in found.of("Runway")
    said = " ".join(finding.sentence for finding in found)
    assert not [key for key in ("sk-wrong", "r8_wrong", "key_wrong") if key in said]


async def test_a_page_of_somebody_else_s_is_told_from_an_answer(
    tmp_path: Path, openai: OpenAIServer, replicate: ReplicateServer, runway: RunwayServer
) -> None:
    openai.script("models", GatewayPage(200))
    replicate.always("account", replicate_fake.html_page())
    runway.always("organization", runway_fake.html_page())
    found = await consult(tmp_path, **at_openai(openai), **at_replicate(replicate), **at_runway(runway))
    assert found.bad == []
    for who in (openai.base_url, "Replicate", "Runway"):
        assert "could not be reached" in found.of(who)


async def test_a_provider_s_own_trouble_is_a_note(tmp_path: Path, openai: OpenAIServer, runway: RunwayServer) -> None:
    openai.script("models", Status(503))
    runway.always("organization", runway_fake.server_error())
    found = await consult(tmp_path, **at_openai(openai), **at_runway(runway))
    assert found.bad == []
    assert "503" in found.of(openai.base_url)
    assert "500" in found.of("Runway")


# --- OpenAI and its like -----------------------------------------------------------------------------------------


async def test_a_planner_that_the_server_does_not_have_is_bad_and_others_are_named(tmp_path: Path) -> None:
    async with OpenAIServer("localai") as server:
        found = await consult(tmp_path, OPENAI_BASE_URL=server.base_url)
        assert found.bad == ["Planner"]
        assert "EASEL_AGENT_MODEL" in found.of("Planner")
        assert "qwen3-8b" in found.of("Planner")
        assert "gpt-image-2.6-flare" in found.of(server.base_url)
        well = await consult(tmp_path, OPENAI_BASE_URL=server.base_url, EASEL_AGENT_MODEL="qwen3-8b")
    assert well.bad == []
    assert "No catalogue lists qwen3-8b (EASEL_AGENT_MODEL)" in well.of("Planner")
    assert "free" in well.of("Planner")


async def test_a_name_without_its_tag_is_there(tmp_path: Path) -> None:
    models = [Model("llama3.2:latest", Use.CHAT, date(2026, 1, 1))]
    async with OpenAIServer("localai", models=models) as server:
        found = await consult(tmp_path, OPENAI_BASE_URL=server.base_url, EASEL_AGENT_MODEL="llama3.2")
    assert found.bad == []


async def test_a_missing_picture_model_is_a_note(tmp_path: Path) -> None:
    left = [model for model in OPENAI if model.id != "gpt-image-2.6-sunburst"]
    async with OpenAIServer(models=left) as server:
        found = await consult(tmp_path, **at_openai(server))
        assert "gpt-image-2.6-sunburst" in found.of(server.base_url)
    assert found.bad == []


async def test_shutdown_dates_that_the_catalogue_does_not_know_are_told(tmp_path: Path) -> None:
    ends = {"gpt-6-luna": date(2099, 5, 1), "gpt-4o-mini-tts": date(2027, 1, 5)}
    models = [Model(each.id, each.use, each.created, ends.get(each.id, each.shutdown)) for each in OPENAI]
    async with OpenAIServer(models=models) as server:
        found = await consult(tmp_path, **at_openai(server))
    assert "01 May 2099; the catalogue does not know that" in found.of("gpt-6-luna")
    assert "05 January 2027; the catalogue says 06 January 2027" in found.of("gpt-4o-mini-tts")


async def test_the_dates_that_the_catalogue_knows_are_no_news(tmp_path: Path, openai: OpenAIServer) -> None:
    found = await consult(tmp_path, **at_openai(openai))
    assert not any("the catalogue" in finding.sentence for finding in found)


async def test_a_model_that_ends_within_two_months_is_named(tmp_path: Path) -> None:
    soon = date.fromordinal(date.today().toordinal() + 30)
    own = tmp_path / "own.toml"
    own.write_text(
        '[[model]]\nid = "soon"\ntitle = "Soon"\nprovider = "offline"\nmakes = "image"\n'
        f'abilities = ["generate_image"]\nends = {soon}\n'
    )
    found = await consult(tmp_path, EASEL_MODELS_FILE=own)
    assert f"{soon:%d %B %Y}" in found.of("soon")


async def test_a_planner_setting_without_a_server_is_told(tmp_path: Path) -> None:
    found = await consult(tmp_path, EASEL_AGENT_MODEL="gpt-6-luna")
    assert "EASEL_AGENT_MODEL" in found.of("Planner")
    assert found.marks("Planner") == {Mark.NOTE}


# --- Replicate ---------------------------------------------------------------------------------------------------

OWN = """
[[model]]
id = "flux-dev"
name = "black-forest-labs/flux-dev"
title = "FLUX dev"
provider = "replicate"
makes = "image"
abilities = ["generate_image"]
settings = {settings}
"""


def own(folder: Path, settings: str, name: str = "black-forest-labs/flux-dev") -> Path:
    file = folder / "models.toml"
    file.write_text(OWN.replace("{settings}", settings).replace("black-forest-labs/flux-dev", name))
    return file


async def test_every_model_of_the_catalogue_is_compared_with_its_schema(
    tmp_path: Path, replicate: ReplicateServer
) -> None:
    file = own(tmp_path, '{ aspect = "aspect_ratio", fixed = { go_fast = true } }')
    found = await consult(tmp_path, **at_replicate(replicate, EASEL_MODELS_FILE=file))
    for model in ("flux-2-pro", "flux-1.1-pro", "flux-dev"):
        assert "every input" in found.of(model)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ('{ aspect = "ratio" }', "ratio"),
        ('{ prompt = "words" }', "words"),
        ("{ fixed = { turbo = true } }", "turbo"),
        ('{ format = "png" }', "format"),
    ],
)
async def test_an_input_that_a_model_does_not_have_is_bad(
    tmp_path: Path, replicate: ReplicateServer, settings: str, word: str
) -> None:
    found = await consult(tmp_path, **at_replicate(replicate, EASEL_MODELS_FILE=own(tmp_path, settings)))
    assert found.bad == ["flux-dev"]
    assert word in found.of("flux-dev")


async def test_a_pinned_version_is_looked_at_by_its_number(tmp_path: Path, replicate: ReplicateServer) -> None:
    dev = flux.flux_dev()
    there = own(tmp_path, "{}", f"{dev.slug}:{dev.version}")
    assert (await consult(tmp_path, **at_replicate(replicate, EASEL_MODELS_FILE=there))).bad == []
    gone = own(tmp_path, "{}", f"{dev.slug}:{'0' * 64}")
    found = await consult(tmp_path, **at_replicate(replicate, EASEL_MODELS_FILE=gone))
    assert "does not have" in found.of("flux-dev")


async def test_a_model_that_is_gone_is_passed_over(tmp_path: Path) -> None:
    async with ReplicateServer(models=[flux.flux_2_pro(), stand_ins.video()]) as server:
        found = await consult(tmp_path, **at_replicate(server))
    assert found.bad == []
    assert "Replicate does not have black-forest-labs/flux-1.1-pro" in found.of("flux-1.1-pro")


# --- Runway ------------------------------------------------------------------------------------------------------


async def test_runway_s_credits_and_places_are_told(tmp_path: Path) -> None:
    async with RunwayServer(credits=1_250, concurrency=2) as server:
        found = await consult(tmp_path, **at_runway(server))
    assert "1,250 credits are left, about $12.50." in found.of("Runway")
    assert "2 gen4.5" in found.of("Runway")


async def test_an_empty_account_at_runway_is_bad(tmp_path: Path) -> None:
    async with RunwayServer(credits=0) as server:
        found = await consult(tmp_path, **at_runway(server))
    assert found.bad == ["Runway"]


# --- money, checks, addresses ------------------------------------------------------------------------------------


async def test_paid_providers_without_a_budget_are_told(tmp_path: Path, runway: RunwayServer) -> None:
    found = await consult(tmp_path, **at_runway(runway), EASEL_RERUN_UNCERTAIN_USD=0.5)
    assert "runway may cost money: set EASEL_BUDGET_TOTAL_DAY_USD" in found.of("Budgets")
    assert "$0.5" in found.of("Paying twice")
    well = await consult(tmp_path, **at_runway(runway), EASEL_BUDGET_TOTAL_DAY_USD=20)
    assert well.of("Budgets") == "$20 per installation and day."


async def test_what_is_checked_is_told(tmp_path: Path, openai: OpenAIServer) -> None:
    assert "EASEL_CHECK_OUTPUTS is off" in (await consult(tmp_path, **at_openai(openai))).of("Checks")
    on = await consult(tmp_path, **at_openai(openai), EASEL_CHECK_OUTPUTS="withhold")
    assert (on.marks("Checks"), "withhold" in on.of("Checks")) == ({Mark.GOOD}, True)
    nobody = await consult(tmp_path, EASEL_CHECK_OUTPUTS="spoiler")
    assert "nobody looks" in nobody.of("Checks")


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, False),
        ({"EASEL_HOST": "0.0.0.0"}, True),
        ({"EASEL_PUBLIC_URL": "http://easel.example.org"}, True),
        ({"EASEL_HOST": "0.0.0.0", "EASEL_PUBLIC_URL": "https://easel.example.org"}, False),
    ],
)
async def test_plain_http_beyond_this_machine_is_told(tmp_path: Path, values: dict[str, str], told: bool) -> None:
    assert bool((await consult(tmp_path, **values)).of("Plain http")) is told


# --- the guide ---------------------------------------------------------------------------------------------------


def guide() -> list[str]:
    """The catalogues that docs/providers.md shows: for a server of one's own, and for Replicate."""
    return re.findall(r"```toml\n(.*?)```", (ROOT / "docs" / "providers.md").read_text("utf-8"), re.DOTALL)


async def test_the_guide_s_catalogue_for_an_own_server_is_what_that_server_has(tmp_path: Path) -> None:
    file = tmp_path / "models.toml"
    file.write_text(guide()[0])
    async with OpenAIServer("localai") as server:
        found = await consult(tmp_path, OPENAI_BASE_URL=server.base_url, EASEL_MODELS_FILE=file)
        assert "gpt-image-2.6-flare" not in found.of(server.base_url)
    assert found.bad == []


async def test_the_guide_s_model_on_replicate_has_the_inputs_that_it_names(
    tmp_path: Path, replicate: ReplicateServer
) -> None:
    file = tmp_path / "models.toml"
    file.write_text(guide()[1])
    found = await consult(tmp_path, **at_replicate(replicate, EASEL_MODELS_FILE=file))
    assert found.bad == []
    assert "every input" in found.of("flux-dev")


# --- the command -------------------------------------------------------------------------------------------------


async def test_the_command_ends_with_1_where_a_key_is_wrong_and_says_which(
    tmp_path: Path, runway: RunwayServer
) -> None:
    terminal = Terminal(tmp_path)
    keys = {"RUNWAYML_BASE_URL": runway.base_url, "RUNWAYML_API_SECRET": "key_wrong"}
    ended = await terminal.run("doctor", **keys)
    assert (ended.code, "It does not accept RUNWAYML_API_SECRET." in ended.out) == (1, True)
    assert ended.err == ""
    unasked = await terminal.run("doctor", "--offline", **keys)
    assert (unasked.code, "--offline" in unasked.out) == (0, True)
