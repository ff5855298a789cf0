"""The manifest is what Slack takes and what Easel listens to, no more and no less."""

import json
import re
from pathlib import Path

import pytest
from jsonschema.validators import validator_for
from typer.testing import CliRunner

from bot.__main__ import app
from bot.slack.manifest import manifest, scopes
from tests.fakes.slack.events import SCOPES as EVENT_SCOPES
from tests.fakes.slack.methods import KNOWN_SCOPES
from tests.fakes.slack.world import EVENTS

ROOT = Path(__file__).parents[3]
SCHEMA = ROOT.parent / "shared" / "specs" / "slack-manifest.schema.json"
URL = "https://easel.example/"


@pytest.mark.parametrize("url", [None, URL])
def test_slacks_own_schema_takes_it(url: str | None) -> None:
    if not SCHEMA.exists():
        pytest.skip("Slack's schema of manifests does not lie beside the project")
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert [error.message for error in validator_for(schema)(schema).iter_errors(manifest(url))] == []


def test_with_an_address_everything_comes_by_http() -> None:
    made = manifest(URL)
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["interactivity"]["request_url"] == "https://easel.example/slack/events"
    assert made["oauth_config"]["redirect_urls"] == ["https://easel.example/slack/oauth_redirect"]
    assert {each["url"] for each in made["features"]["slash_commands"]} == {"https://easel.example/slack/events"}
    assert "url" not in str(manifest())


def test_every_event_exists_and_has_its_scope() -> None:
    """Slack's schema does not notice a misspelt event."""
    events = manifest()["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) <= EVENTS
    assert {EVENT_SCOPES[event] for event in events if event in EVENT_SCOPES} <= set(scopes())
    assert set(scopes()) <= KNOWN_SCOPES


def test_every_command_and_shortcut_is_listened_to() -> None:
    listeners = "".join(file.read_text("utf-8") for file in (ROOT / "bot" / "slack" / "listeners").glob("*.py"))
    features = manifest()["features"]
    for command in features["slash_commands"]:
        assert f'bolt.command("{command["command"]}")' in listeners
    for shortcut in features["shortcuts"]:
        assert f'"callback_id": "{shortcut["callback_id"]}"' in listeners


def test_the_guide_explains_each_scope() -> None:
    guide = (ROOT / "docs" / "slack.md").read_text("utf-8")
    assert set(re.findall(r"^\| `([a-z_.:]+)` \|", guide, re.MULTILINE)) == set(scopes())


def test_the_command_line_prints_it() -> None:
    printed = CliRunner().invoke(app, ["slack", "manifest", "--url", URL])
    assert json.loads(printed.stdout) == manifest(URL)
