"""What is handed to operators beside the code: it names only what there is."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bot.settings import Settings
from core.creation.view import CreationView
from storage.tables import CreationState
from tests.bot.house import served, web_of
from tests.bot.test_watch import scraped
from tests.fakes.house import opened

ROOT = Path(__file__).parents[2]
ALERTS = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())
DASHBOARD = json.loads((ROOT / "deploy/grafana/easel.json").read_text())
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
GUIDE = (ROOT / "docs/operate.md").read_text()
METRIC = re.compile(r"\b(?:easel|process)_[a-z0-9_]+")
OUR_ALERTS = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PARTS = ("_total", "_bucket", "_count", "_sum")


def alert_queries() -> list[tuple[str, str]]:
    return [(rule["alert"], rule["expr"]) for rule in OUR_ALERTS]


def panel_queries() -> list[tuple[str, str]]:
    return [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]


def names(query: str) -> set[str]:
    """The metrics that a query asks for, without what stands in braces and in `by`."""
    return set(METRIC.findall(re.sub(r"\{[^}]*\}", "", query)))


@pytest.fixture
async def exposed(settings: Settings) -> dict[str, Any]:
    """Every family of a house that has made something."""
    async with opened(settings) as house, served(web_of(house.app)) as address:
        view: CreationView = await house.made()
        assert view.state is CreationState.SUCCEEDED
        return {family.name: family for family in text_string_to_metric_families((await scraped(address)).text)}


def missing(queries: list[tuple[str, str]], exposed: dict[str, Any]) -> list[tuple[str, str]]:
    """What is asked for and is not there, part by part: a histogram has no `_total`."""
    there = set()
    for name, family in exposed.items():
        parts = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        there |= {f"{name}{part}" for part in parts}
    return [(where, name) for where, query in queries for name in sorted(names(query)) if name not in there]


async def test_every_metric_of_the_dashboard_and_the_alerts_is_one_that_a_house_exposes(
    exposed: dict[str, Any],
) -> None:
    queries = [*alert_queries(), *panel_queries()]
    assert len(queries) > 50
    assert all(names(query) for _, query in queries)
    assert missing(queries, exposed) == []
    assert missing([("made up", "rate(easel_creations_ended_bucket[5m]) / easel_nonsense")], exposed) == [
        ("made up", "easel_creations_ended_bucket"),
        ("made up", "easel_nonsense"),
    ]


async def test_every_metric_of_easel_is_on_the_dashboard_in_an_alert_or_in_the_guide(exposed: dict[str, Any]) -> None:
    asked = " ".join(query for _, query in (*alert_queries(), *panel_queries())) + GUIDE
    own = [name for name in exposed if name.startswith("easel_") and not name.endswith("_created")]
    assert len(own) > 30
    assert [name for name in own if name not in asked] == []


async def test_labels_that_are_asked_for_are_labels_that_there_are(settings: Settings) -> None:
    async with opened(settings, worker=False) as house:
        figures = house.app.watch.figures
        labels = {
            metric._name: set(metric._labelnames) for metric in vars(figures).values() if hasattr(metric, "_name")
        }
    outside = {"instance", "job", "le"}
    for where, query in (*alert_queries(), *panel_queries()):
        for name, inside in re.findall(r"\b(easel_[a-z0-9_]+)\{([^}]*)\}", query):
            family = next(each for each in (name, *(name.removesuffix(part) for part in PARTS)) if each in labels)
            used = set(re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", inside))
            assert used <= labels[family] | outside, (where, name)


def test_the_dashboards_panels_have_their_own_place_and_number() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert (DASHBOARD["uid"], DASHBOARD["schemaVersion"] >= 36) == ("easel", True)
    cells = [
        (x, y)
        for panel in panels
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]
    assert len(set(cells)) == len(cells), "two panels in one place"
    assert max(x for x, _ in cells) < 24
    sources = {panel["datasource"]["uid"] for panel in panels if "datasource" in panel}
    assert sources == {"${datasource}"}, "it must work with any Prometheus"


def test_every_alert_says_what_to_do_and_stands_in_the_guide() -> None:
    for rule in OUR_ALERTS:
        assert rule["labels"]["severity"] in ("page", "warn")
        assert set(rule["annotations"]) == {"summary", "description"}
        assert f"`{rule['alert']}`" in GUIDE, rule["alert"]
    text = (ROOT / "deploy/prometheus/alerts.yml").read_text()
    assert len(re.findall(r"- alert: \w+\n +# ", text)) == len(OUR_ALERTS), "each threshold has its reason"


def test_the_threat_model_names_tests_that_there_are() -> None:
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", (ROOT / "SECURITY.md").read_text()))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


# --- the container ------------------------------------------------------------------------------------------------


def instructions(word: str) -> list[str]:
    return re.findall(rf"^{word} (.+)$", DOCKERFILE, re.MULTILINE)


def test_what_the_image_copies_is_there_and_not_kept_out_of_its_reach() -> None:
    ignored = [line.rstrip("/") for line in (ROOT / ".dockerignore").read_text().split() if not line.startswith("#")]
    copied = [line.split() for line in instructions("COPY") if not line.startswith("--from")]
    sources = [word for words in copied for word in words[:-1] if not word.startswith("--")]
    assert {"requirements.lock", "bot", "core", "storage"} <= {source.rstrip("/") for source in sources}
    for source in sources:
        assert (ROOT / source).exists(), source
        assert source.rstrip("/") not in ignored
    assert {"data", ".env", ".venv", ".git"} <= set(ignored), "secrets and what is large stay outside"


def test_the_image_runs_as_nobody_special_and_is_asked_how_it_is() -> None:
    users = instructions("USER")
    assert users, "it would run as root"
    assert users[-1] not in ("root", "0")
    assert instructions("CMD") == ['["easel", "run", "--host", "0.0.0.0"]']
    (check,) = instructions("HEALTHCHECK")
    assert "/healthz" in check
    assert "curl" not in DOCKERFILE


def test_no_secret_stands_in_the_image_or_in_the_compose_file() -> None:
    assert not re.search(r"(?i)(password|secret|token|api_key)\s*=\s*['\"]?[\w-]{6,}", DOCKERFILE)
    for name, service in COMPOSE["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|API_KEY|DATABASE_URL", variable):
                assert value is None or "${" in str(value), f"{name}: {variable}"


def test_every_variable_of_easels_containers_is_a_setting() -> None:
    known = {str(field.validation_alias) for field in Settings.model_fields.values()}
    ours = {name: each for name, each in COMPOSE["services"].items() if each.get("image") == "easel"}
    assert set(ours) == {"web", "worker", "migrate"}
    for name, service in ours.items():
        assert set(service["environment"]) <= known, name


def test_the_parts_of_the_compose_file_fit_together() -> None:
    services = COMPOSE["services"]
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        for condition in service.get("depends_on", {}).values():
            assert condition["condition"] in ("service_healthy", "service_completed_successfully")
        for needed, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_healthy" or "healthcheck" in services[needed]
        for volume in service.get("volumes", ()):
            assert volume.split(":")[0] in COMPOSE["volumes"], volume
        assert service.get("restart") in ("unless-stopped", "no")
    assert services["worker"]["deploy"]["replicas"] == 2
    assert "--no-worker" in services["web"]["command"]
    assert "ports" not in services["database"], "nobody outside reaches the rows"
