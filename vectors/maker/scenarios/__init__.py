"""The scenarios, one module a theme; each has `scenarios()`, which yields them in order."""

from collections.abc import Iterator

from ..bench import Scenario
from . import (
    age,
    age_malformed,
    artifact,
    commitment,
    good,
    good_grants,
    good_sizes,
    grant,
    header,
    header_json,
    keyring,
    keyring_malformed,
    length,
    manifest,
    order,
    order_age,
    order_grant,
    parts,
    policy,
    segments,
    signature,
    signature_points,
    tables,
    terms,
    trust,
)

THEMES = (
    good,
    good_grants,
    good_sizes,
    header,
    header_json,
    trust,
    signature,
    signature_points,
    keyring,
    keyring_malformed,
    length,
    tables,
    segments,
    commitment,
    grant,
    terms,
    age,
    age_malformed,
    manifest,
    parts,
    policy,
    order,
    order_age,
    order_grant,
    artifact,
)


def all_scenarios() -> Iterator[Scenario]:
    for theme in THEMES:
        yield from theme.scenarios()
