"""What limits spending, and what is looked at before it is shown."""

from collections.abc import Iterator

from bot.app import App
from bot.doctor.findings import Finding, good, note
from bot.doctor.servers import at_openai


def money(app: App) -> Iterator[Finding]:
    """The budgets, and what may be paid twice."""
    settings = app.settings
    limits = {
        "creation": settings.budget_creation_usd,
        "user and day": settings.budget_user_day_usd,
        "workspace and month": settings.budget_workspace_month_usd,
        "installation and day": settings.budget_total_day_usd,
    }
    told = ", ".join(f"${usd:g} per {scope}" for scope, usd in limits.items() if usd is not None)
    if told or app.offline:
        yield good("Budgets", f"{told}." if told else "No limit is set.")
    else:
        names = ", ".join(settings.paid_keys) or "A provider"
        yield note("Budgets", f"No limit is set, and {names} may cost money: set EASEL_BUDGET_TOTAL_DAY_USD.")
    if settings.rerun_uncertain_usd:
        most = f"${settings.rerun_uncertain_usd:g} (EASEL_RERUN_UNCERTAIN_USD)"
        yield note("Paying twice", f"Work that may have been paid is made again up to {most}.")


def checks(app: App) -> Iterator[Finding]:
    """Moderation of what people ask for and of what was made."""
    policy, name = app.settings.check_outputs, "EASEL_CHECK_OUTPUTS"
    if "openai" not in app.settings.paid_keys:
        if policy != "off":
            yield note("Checks", f"{name} is {policy}, but without OpenAI nobody looks at finished pictures.")
        return
    where = "" if at_openai(app.settings) else ", where your server has /moderations"
    if policy == "off":
        left_out = f"finished pictures are not looked at ({name} is off)"
        yield note("Checks", f"Wishes and uploads are moderated{where}; {left_out}.")
    else:
        yield good("Checks", f"Wishes, uploads and finished pictures are moderated{where}; a flagged one: {policy}.")
