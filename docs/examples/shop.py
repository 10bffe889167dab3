"""The functions that `router.json` names."""

from typing import Any


def ship(event: dict[str, Any]) -> None:
    """Take the whole event."""
    print("shipping order", event["detail"]["id"])


def charge(order: dict[str, Any]) -> None:
    """Take the detail alone; an exception is another attempt later."""
    if "card" not in order:
        raise LookupError("the order has no card")
    print("charging", order["total"], "to", order["card"])
