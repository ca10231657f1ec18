"""The publisher's policy: what it demands of a place, and policies that are malformed."""

from collections.abc import Iterator
from typing import Any

from ..bench import Bench, Scenario
from ..layout import Members

INVALID = "manifest-invalid"
ALL: Members = {"vault": True, "cache": ["off"], "guarantees": ["a.a"], "backends": ["onnxruntime"]}

CASES: tuple[tuple[str, str, str, Members, dict[str, Any]], ...] = (
    ("empty", "success", "A policy that says nothing.", {}, {"cache": "driver", "backend": "webgpu"}),
    ("vault-outside", "policy-vault", "Only in a vault, and this is none.", {"vault": True}, {}),
    ("vault-inside", "success", "Only in a vault, and this is one.", {"vault": True}, {"vault": True}),
    ("vault-false-outside", "success", "`vault` is false, and this is no vault.", {"vault": False}, {}),
    (
        *("cache-allowed", "success", "The second cache policy allowed."),
        *({"cache": ["off", "memory"]}, {"cache": "memory"}),
    ),
    (
        *("cache-not-allowed", "policy-cache", "A cache policy that isn't allowed."),
        *({"cache": ["off", "memory"]}, {"cache": "driver"}),
    ),
    ("cache-unsaid", "policy-cache", "The place doesn't say its cache policy.", {"cache": ["off", "memory"]}, {}),
    ("cache-none-allowed", "policy-cache", "An empty list allows no cache policy.", {"cache": []}, {"cache": "off"}),
    (
        *("backend-allowed", "success", "A backend that is allowed."),
        *({"backends": ["a", "onnxruntime"]}, {"backend": "onnxruntime"}),
    ),
    (
        *("backend-not-allowed", "policy-backend", "A backend that isn't allowed."),
        *({"backends": ["a", "b"]}, {"backend": "onnxruntime"}),
    ),
    (
        *("backend-case", "policy-backend", "A backend's name in capitals."),
        *({"backends": ["ONNXRuntime"]}, {"backend": "onnxruntime"}),
    ),
    ("backend-unsaid", "policy-backend", "The place doesn't say its backend.", {"backends": ["onnxruntime"]}, {}),
    (
        *("guarantees-hold", "success", "Both guarantees demanded hold, and a third."),
        *({"guarantees": ["b.b", "a.a"]}, {"guarantees": ["a.a", "c.c", "b.b"]}),
    ),
    (
        *("guarantee-missing", "policy-guarantee", "One of two guarantees demanded doesn't hold."),
        *({"guarantees": ["a.a", "b.b"]}, {"guarantees": ["a.a"]}),
    ),
    ("guarantees-unsaid", "policy-guarantee", "The place doesn't say its guarantees.", {"guarantees": ["a.a"]}, {}),
    ("guarantees-none-demanded", "success", "An empty list demands nothing.", {"guarantees": []}, {}),
    ("vault-first", "policy-vault", "The vault comes first.", ALL, {"cache": "driver", "backend": "x"}),
    (
        *("cache-second", "policy-cache", "The cache comes before the backend."),
        *(ALL, {"vault": True, "cache": "driver", "backend": "x"}),
    ),
    (
        *("backend-third", "policy-backend", "The backend comes before the guarantees."),
        *(ALL, {"vault": True, "cache": "off", "backend": "x"}),
    ),
    (
        *("guarantee-fourth", "policy-guarantee", "Only a guarantee is missing."),
        *(ALL, {"vault": True, "cache": "off", "backend": "onnxruntime", "guarantees": ["b.b"]}),
    ),
    (
        *("all-fulfilled", "success", "All four demands are met."),
        *(ALL, {"vault": True, "cache": "off", "backend": "onnxruntime", "guarantees": ["a.a"]}),
    ),
)

MALFORMED: tuple[tuple[str, str, object], ...] = (
    ("null", "`policy` is null.", None),
    ("cache-word-unknown", "A cache policy that doesn't exist.", {"cache": ["off", "disk"]}),
    ("backend-number", "A backend's name is a number.", {"backends": ["a", 1]}),
    ("cache-65-words", "65 cache policies.", {"cache": ["off"] * 65}),
    ("guarantees-65-words", "65 guarantees.", {"guarantees": [f"a.{index}" for index in range(65)]}),
    ("backends-65-words", "65 backends.", {"backends": [f"b{index}" for index in range(65)]}),
    ("guarantee-257-bytes", "A guarantee's id of 257 bytes, in 129 characters.", {"guarantees": ["é" * 128 + "e"]}),
    ("backend-empty", "A backend's name is empty.", {"backends": ["onnxruntime", ""]}),
)


def scenarios() -> Iterator[Scenario]:
    for name, code, comment, policy, place in CASES:
        at = Bench(f"policy/{name}")
        sealed = at.seal(manifest={"policy": policy})
        made = at.opens(comment, sealed) if code == "success" else at.fails(code, comment, sealed)
        yield made.but(**place)
    for name, comment, value in MALFORMED:
        at = Bench(f"policy/{name}")
        made = at.fails(INVALID, comment, at.seal(manifest={"policy": value}))
        yield made.but(vault=True, cache="off", backend="onnxruntime")
    at = Bench("policy/longest")
    longest: Members = {
        "cache": ["off"] * 64,
        "guarantees": ["é" * 128] + ["a"] * 63,
        "backends": [f"b{index}" for index in range(63)] + ["b" * 256],
    }
    sealed = at.seal(manifest={"policy": longest})
    made = at.opens("Lists of 64 words, the same ones again and some of 256 bytes.", sealed)
    yield made.but(cache="off", backend="b" * 256, guarantees=["a", "é" * 128])
