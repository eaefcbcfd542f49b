"""An agent that shares no code with us: it signs with PyNaCl, as the protocol's own reference agent
(OSIRAA, which section 3.07 names as its example) does, speaks HTTP by Python's library, and judges
each answer by what the protocol's conformance tests ask of a covered business. A fault is a line;
no line is good.

    reference.py HOST:PORT AGENT BUSINESS SEED     SEED: 64 hexadecimal digits
"""

import base64
import http.client
import json
import sys
from datetime import datetime, timedelta, timezone

from nacl.signing import SigningKey

PLACE, AGENT, BUSINESS = sys.argv[1:4]
KEY = SigningKey(bytes.fromhex(sys.argv[4]))

STATUSES = {"in_progress", "open", "fulfilled", "revoked", "denied", "expired"}
FIELDS = {
    "request_id", "agent_request_id", "received_at", "expected_by", "status", "reason",
    "processing_details", "results_url", "user_verification_url", "expires_at",
}
REASONS = {
    "open": {None},
    "in_progress": {None, "need_user_verification"},
    "denied": {"outside_jurisdiction"},
}
TOKEN = None


def fault(where, what):
    print(f"{where}: {what}")


def seal(message, key=KEY):
    """libsodium's combined mode, in base64 (3.07.1)."""
    return base64.b64encode(key.sign(json.dumps(message).encode()))


def call(method, path, body=None, token=None, kind="text/plain"):
    link = http.client.HTTPConnection(PLACE, timeout=60)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    if body is not None and kind:
        headers["Content-Type"] = kind
    link.request(method, path, body=body, headers=headers)
    answer = link.getresponse()
    text = answer.read().decode()
    return answer.status, answer.getheader("content-type") or "", text


def envelope():
    now = datetime.now(timezone.utc)
    return {
        "agent-id": AGENT,
        "business-id": BUSINESS,
        "issued-at": now.isoformat(timespec="milliseconds"),
        "expires-at": (now + timedelta(minutes=15)).isoformat(timespec="milliseconds"),
    }


def exercise(right, regime):
    return envelope() | ({"regime": regime} if regime else {}) | {
        "drp.version": "0.9.4",
        "exercise": right,
        "status_callback": "https://agent.example/update_status/1",
        "name": "Berg, Ada",
        "email": f"ada.{right.replace(':', '.')}.{regime}@example.com",
        "email_verified": True,
        "phone_number": "+14155550123",
        "phone_number_verified": False,
        "address": {"street_address": "1 Main St", "locality": "Oakland", "region": "CA",
                    "postal_code": "94601", "country": "US"},
        "address_verified": False,
    }


def judged(where, answer):
    """The status in an answer, judged."""
    status, kind, text = answer
    if status != 200:
        fault(where, f"{status} {text[:200]}")
        return {}
    if not kind.startswith("application/json"):
        fault(where, f"content type {kind}")
    told = json.loads(text)
    for name in ("request_id", "received_at", "status"):
        if not told.get(name):
            fault(where, f"{name} is missing")
    for name in ("received_at", "expected_by", "expires_at"):
        if name in told:
            try:
                if datetime.fromisoformat(told[name]).tzinfo is None:
                    fault(where, f"{name} has no zone")
            except (TypeError, ValueError):
                fault(where, f"{name} is no ISO 8601 time: {told[name]!r}")
    if told.get("status") not in STATUSES:
        fault(where, f"status {told.get('status')!r}")
    allowed = REASONS.get(told.get("status"))
    if allowed is not None and told.get("reason") not in allowed:
        fault(where, f"{told['status']} with reason {told.get('reason')!r}")
    for name in set(told) - FIELDS:
        fault(where, f"unknown field {name}")
    for name in ("results_url", "user_verification_url"):
        if name in told and not str(told[name]).startswith("https://"):
            fault(where, f"{name} {told[name]!r}")
    return told


def refused(where, answer, expected):
    status, _, text = answer
    if status != expected:
        fault(where, f"{status} instead of {expected}: {text[:200]}")
    error = json.loads(text)
    if str(error.get("code")) != str(status) or not error.get("message"):
        fault(where, f"error {error}")


# Set-up (2.05): only who holds the key of the directory gets a token.
strange = SigningKey.generate()
if call("POST", f"/v1/agent/{AGENT}", seal(envelope(), strange))[::2] != (403, ""):
    fault("set-up by another key", "not 403 and nothing else")
status, _, text = call("POST", f"/v1/agent/{AGENT}", seal(envelope()))
answer = json.loads(text)
if status != 200 or answer.get("agent-id") != AGENT or not answer.get("token"):
    fault("set-up", f"{status} {text[:200]}")
TOKEN = answer.get("token")
if call("GET", f"/v1/agent/{AGENT}", token=TOKEN)[::2] != (200, "{}"):
    fault("agent information", "no empty object")

# Exercise (2.01): the rights that the directory's entry says we support, under the law and, with no
# regime named, voluntarily (3.01). That selling is allowed again only the person says: not supported.
again = seal(exercise("sale:opt-in", "ccpa"))
refused("sale:opt-in", call("POST", "/v1/data-rights-request", again, TOKEN), 400)
seen = {}
for right in ("sale:opt-out", "access", "access:categories", "access:specific", "deletion"):
    for regime in ("ccpa", None):
        body = seal(exercise(right, regime))
        where = f"{right} under {regime}"
        told = judged(where, call("POST", "/v1/data-rights-request", body, TOKEN))
        allowed = {"open", "in_progress"} | ({"denied"} if regime is None else set())
        if told.get("status") not in allowed:
            fault(where, f"status {told.get('status')!r}")
        if not told.get("expected_by") and told.get("status") != "denied":
            fault(where, "no promise of a date")
        if told.get("request_id") in seen:
            fault(where, "an id twice")
        seen[told.get("request_id")] = told

# What is not signed, or not by this agent, or changed on its way, is nobody's.
right = exercise("access", "ccpa")
bent = bytearray(base64.b64decode(seal(right)))
bent[-2] ^= 1
bent_signature = bytearray(base64.b64decode(seal(right)))
bent_signature[0] ^= 1
for where, body in {
    "signed by another": seal(right, strange),
    "a changed message": base64.b64encode(bytes(bent)),
    "a changed signature": base64.b64encode(bytes(bent_signature)),
}.items():
    refused(where, call("POST", "/v1/data-rights-request", body, TOKEN), 403)
status, _, text = call("POST", "/v1/data-rights-request", json.dumps(right).encode(), TOKEN)
if not 400 <= status < 500:
    fault("unsigned", f"{status}")

# Status (2.02) is what was told, and revoking (2.04), whose message has nothing but a reason, ends it.
for request_id, told in seen.items():
    again = judged("status", call("GET", f"/v1/data-rights-request/{request_id}", token=TOKEN))
    if again != told:
        fault("status", f"{again} after {told}")
    path = f"/v1/data-rights-request/{request_id}"
    body = seal({"reason": "I changed my mind."})
    if told.get("status") == "denied":
        continue
    revoked = judged("revoke", call("DELETE", path, body, TOKEN, kind=None))
    if revoked.get("status") != "revoked":
        fault("revoke", f"{revoked}")
    if judged("status", call("GET", path, token=TOKEN)) != revoked:
        fault("status", "not as revoked")

print(f"{len(seen)} requests", file=sys.stderr)
