"""Capacity that someone has reserved, and bills otherwise than by the byte."""

from trailkit.aws.failures import is_refusal
from trailkit.aws.session import Access


def reservation_of(access: Access, workgroup: str) -> str | None:
    """Return the capacity reservation that a workgroup uses; None if none is known.

    It takes athena:ListCapacityReservations and
    athena:GetCapacityAssignmentConfiguration; without them nothing is known.
    """
    athena = access.client("athena")
    try:
        listed = athena.list_capacity_reservations().get("CapacityReservations", ())
        for each in listed:
            name = each["Name"]
            if each.get("Status") == "ACTIVE" and workgroup in _assigned(athena, name):
                return name
    except athena.exceptions.ClientError as error:
        if not (is_refusal(error) or _is_elsewhere(error)):
            raise
    return None


def _assigned(athena: object, name: str) -> set[str]:
    """List the workgroups that are assigned to a reservation."""
    ask = athena.get_capacity_assignment_configuration  # type: ignore[attr-defined]
    found = ask(CapacityReservationName=name)["CapacityAssignmentConfiguration"]
    return {
        group
        for each in found.get("CapacityAssignments", ())
        for group in each.get("WorkGroupNames", ())
    }


def _is_elsewhere(error: Exception) -> bool:
    """Tell a Region that has no capacity reservations."""
    return "InvalidRequestException" in str(error)
