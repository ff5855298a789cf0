"""Everything an operator may set, read once from the environment and `.env`. Nothing else reads the environment."""

import contextlib
import secrets
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROVIDERS = ("openai", "replicate", "runway")
"""Those beyond this machine's own."""
Usd = Annotated[float | None, Field(ge=0)]


def _blank_is_unset(value: Any) -> Any:
    """`NAME=` in a `.env` file means the default."""
    return None if isinstance(value, str) and not value.strip() else value


def _counts(value: Any) -> Any:
    """`runway=2, replicate=20`, as numbers by name."""
    if not isinstance(value, str):
        return value
    pairs = [each.partition("=") for each in value.split(",") if each.strip()]
    found = {name.strip(): count.strip() for name, _, count in pairs}
    if wrong := [name for name, count in found.items() if name not in PROVIDERS or not count.isdecimal()]:
        raise ValueError(
            f"write for example runway=2, replicate=20 (of {', '.join(PROVIDERS)}), not {', '.join(wrong)}"
        )
    return found


Text = Annotated[str | None, BeforeValidator(_blank_is_unset)]
AtOnce = Annotated[Mapping[str, Annotated[int, Field(ge=1)]] | None, NoDecode, BeforeValidator(_counts)]
Secret = Annotated[SecretStr | None, BeforeValidator(_blank_is_unset)]
Limit = Annotated[Usd, BeforeValidator(_blank_is_unset)]


def _env(name: str, default: Any = None, **more: Any) -> Any:
    return Field(default=default, validation_alias=name, **more)


class Settings(BaseSettings):
    """One field per variable; `.env.example` lists them all."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, env_ignore_empty=True
    )

    # --- where things lie and who may reach them
    data_dir: Path = _env("EASEL_DATA_DIR", Path("data"))
    database_url: Text = _env("DATABASE_URL")
    host: str = _env("EASEL_HOST", "127.0.0.1")
    port: int = _env("PORT", 8080, ge=0, le=65_535)
    public_url: Text = _env("EASEL_PUBLIC_URL")
    secret_key: Secret = _env("EASEL_SECRET_KEY")
    worker_id: str = _env("EASEL_WORKER_ID", "local")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _env("EASEL_LOG_LEVEL", "INFO")
    log_format: Annotated[Literal["console", "json"] | None, BeforeValidator(_blank_is_unset)] = _env(
        "EASEL_LOG_FORMAT"
    )
    metrics_port: Annotated[int | None, Field(ge=0, le=65_535), BeforeValidator(_blank_is_unset)] = _env(
        "EASEL_METRICS_PORT"
    )
    otel_endpoint: Text = _env("OTEL_EXPORTER_OTLP_ENDPOINT")

    # --- how work is done
    user_at_once: int = _env("EASEL_USER_AT_ONCE", 2, ge=0)
    at_once: int = _env("EASEL_AT_ONCE", 0, ge=0)
    providers_at_once: AtOnce = _env("EASEL_PROVIDERS_AT_ONCE")
    deadline_s: float = _env("EASEL_DEADLINE_S", 3_600, gt=0)
    drain_s: float = _env("EASEL_DRAIN_S", 120, ge=0)
    poll_s: Annotated[float | None, BeforeValidator(_blank_is_unset)] = _env("EASEL_POLL_S")
    agent_api: Literal["responses", "chat"] = _env("EASEL_AGENT_API", "responses")
    agent_model: Text = _env("EASEL_AGENT_MODEL")
    models_file: Annotated[Path | None, BeforeValidator(_blank_is_unset)] = _env("EASEL_MODELS_FILE")

    retention_days: Annotated[int | None, Field(ge=1), BeforeValidator(_blank_is_unset)] = _env("EASEL_RETENTION_DAYS")
    backup_hours: Annotated[float | None, Field(gt=0), BeforeValidator(_blank_is_unset)] = _env("EASEL_BACKUP_HOURS")
    check_outputs: Literal["off", "spoiler", "withhold"] = _env("EASEL_CHECK_OUTPUTS", "off")

    # --- money, in US dollars
    confirm_above_usd: Limit = _env("EASEL_CONFIRM_ABOVE_USD")
    rerun_uncertain_usd: float = _env("EASEL_RERUN_UNCERTAIN_USD", 0, ge=0)
    budget_creation_usd: Limit = _env("EASEL_BUDGET_CREATION_USD")
    budget_user_day_usd: Limit = _env("EASEL_BUDGET_USER_DAY_USD")
    budget_workspace_month_usd: Limit = _env("EASEL_BUDGET_WORKSPACE_MONTH_USD")
    budget_total_day_usd: Limit = _env("EASEL_BUDGET_TOTAL_DAY_USD")

    # --- providers
    openai_api_key: Secret = _env("OPENAI_API_KEY")
    openai_base_url: Text = _env("OPENAI_BASE_URL")
    replicate_api_token: Secret = _env("REPLICATE_API_TOKEN")
    replicate_base_url: Text = _env("REPLICATE_BASE_URL")
    runwayml_api_secret: Secret = _env("RUNWAYML_API_SECRET")
    runwayml_base_url: Text = _env("RUNWAYML_BASE_URL")

    # --- chat platforms
    discord_token: Secret = _env("DISCORD_TOKEN")
    discord_api_base_url: Text = _env("DISCORD_API_BASE_URL")
    discord_gateway_url: Text = _env("DISCORD_GATEWAY_URL")
    slack_bot_token: Secret = _env("SLACK_BOT_TOKEN")
    slack_app_token: Secret = _env("SLACK_APP_TOKEN")
    slack_signing_secret: Secret = _env("SLACK_SIGNING_SECRET")
    slack_client_id: Text = _env("SLACK_CLIENT_ID")
    slack_client_secret: Secret = _env("SLACK_CLIENT_SECRET")
    slack_api_base_url: Text = _env("SLACK_API_BASE_URL")

    # --- S3-compatible storage
    s3_bucket: Text = _env("S3_BUCKET")
    s3_endpoint_url: Text = _env("AWS_ENDPOINT_URL_S3")
    aws_access_key_id: Secret = _env("AWS_ACCESS_KEY_ID")
    aws_secret_access_key: Secret = _env("AWS_SECRET_ACCESS_KEY")
    aws_session_token: Secret = _env("AWS_SESSION_TOKEN")
    aws_region: Text = _env("AWS_REGION")
    s3_encryption: Literal["none", "AES256", "aws:kms"] = _env("EASEL_S3_ENCRYPTION", "none")
    s3_links: Literal["on", "off"] = _env("EASEL_S3_LINKS", "on")

    @field_validator(
        "openai_base_url", "replicate_base_url", "runwayml_base_url", "discord_api_base_url", "slack_api_base_url"
    )
    @classmethod
    def _encrypted_or_loopback(cls, url: str | None) -> str | None:
        """A key must not travel in clear text, except inside this machine."""
        if url and urlsplit(url).scheme != "https" and not is_loopback(urlsplit(url).hostname or ""):
            raise ValueError("plain http is allowed on a loopback host only")
        return url

    @model_validator(mode="after")
    def _postgres_needs_a_key(self) -> "Settings":
        """Several machines share one secret, so it cannot be made by each."""
        if self.on_postgres and not self.secret_key:
            raise ValueError("EASEL_SECRET_KEY must be set when DATABASE_URL is PostgreSQL")
        return self

    @property
    def on_postgres(self) -> bool:
        """Whether rows live in PostgreSQL."""
        return bool(self.database_url and self.database_url.startswith("postgres"))

    @property
    def paid_keys(self) -> tuple[str, ...]:
        """Names of the providers beyond this machine's own that are set up: by a key, or by a server's address."""
        keys = (self.openai_api_key or self.openai_base_url, self.replicate_api_token, self.runwayml_api_secret)
        return tuple(name for name, key in zip(PROVIDERS, keys, strict=True) if key)

    @property
    def chat_platforms(self) -> tuple[str, ...]:
        """Names of the chat platforms that are set up."""
        slack = self.slack_bot_token or (self.slack_client_id and self.slack_client_secret)
        return tuple(name for name, key in {"discord": self.discord_token, "slack": slack}.items() if key)

    @property
    def easel_database(self) -> str:
        """Address of Easel's own tables."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve() / 'easel.db'}"

    @property
    def engine_database(self) -> str:
        """Address of the durable engine's tables: another file on SQLite, the same database on PostgreSQL."""
        return self.easel_database if self.on_postgres else f"sqlite:///{self.data_dir.resolve() / 'engine.db'}"

    @property
    def loopback_only(self) -> bool:
        """Nobody outside this machine can reach Easel, as far as its settings say."""
        public_host = urlsplit(self.public_url).hostname or "" if self.public_url else "localhost"
        return is_loopback(self.host) and is_loopback(public_host)


class Host(BaseSettings):
    """What a hosting company says of the machine by itself; nobody sets these by hand."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    dyno: str | None = _env("DYNO")
    cloud_run: str | None = _env("K_SERVICE")
    render: str | None = _env("RENDER")
    fly: str | None = _env("FLY_APP_NAME")


def is_loopback(host: str) -> bool:
    """Whether a host name or address means this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def secret_key(settings: Settings) -> str:
    """The operator's key, or one made once in the data folder, readable by its owner alone."""
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    file = settings.data_dir / "secret.key"
    if not file.exists():
        _make_key(file)
    return file.read_text("utf-8").strip()


def _make_key(file: Path) -> None:
    """Whole or not at all: an empty key would sign for anybody, and of two processes the first one's counts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    part.touch(mode=0o600)
    part.write_text(secrets.token_urlsafe(48), "utf-8")
    with contextlib.suppress(FileExistsError):
        file.hardlink_to(part)
    part.unlink()
