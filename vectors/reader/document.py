"""What the first reading of every document has in common: strict JSON, `format`, `critical`."""

from . import strict_json
from .fault import Fault, Malformed
from .members import Members


def read_document(data: bytes, format_name: str, invalid: str) -> Members:
    """The members of a header, grant or keyring; `invalid` is the code of a malformed one."""
    try:
        members = strict_json.parse(data)
    except Malformed as error:
        raise Fault(invalid, str(error)) from error
    found = members.get("format")
    if not isinstance(found, str):
        raise Fault(invalid, "format is missing or not a string")
    if found != format_name:
        raise Fault("format-unsupported")
    check_critical(members, invalid)
    return members


def check_critical(members: Members, invalid: str) -> None:
    """This format has no critical members, so a well-formed `critical` is always one too many."""
    if "critical" not in members:
        return
    critical = members["critical"]
    if not isinstance(critical, list) or not critical or not all(isinstance(name, str) for name in critical):
        raise Fault(invalid, "critical is not an array of strings, or empty")
    raise Fault("critical-unknown")
