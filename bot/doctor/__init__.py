"""What is configured, what is missing, and what would be used."""

from bot.doctor.examination import examine
from bot.doctor.findings import Finding, Mark

__all__ = ["Finding", "Mark", "examine"]
