"""What schemathesis cannot know from a description."""

import itertools

import requests
import schemathesis

callers = itertools.count()
send = requests.Session.send


def from_elsewhere(session, request, **options):
    """Sends a request as if everybody came from elsewhere: limits count by address."""
    caller = next(callers)
    address = f"10.{caller >> 16 & 255}.{caller >> 8 & 255}.{caller & 255}"
    request.headers["X-Forwarded-For"] = address
    return send(session, request, **options)


requests.Session.send = from_elsewhere


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes sound requests sound in what no description can say; unsound ones stay as they are."""
    if not case.meta.generation.mode.is_positive:
        return
    query = case.query if isinstance(case.query, dict) else {}
    # A cursor is a word that an answer gave. The past is bounded, and has begun.
    for name in ("cursor", "from", "until", "since", "month"):
        query.pop(name, None)
    # At which version something is, only an answer says.
    case.headers.pop("If-Match", None)
    body = case.body if isinstance(case.body, dict) else {}
    # A snooze ends in the future. Shares and spans are words of their own.
    for name, sound in (("until", "2099-01-01T00:00:00Z"), ("low", "5%"), ("stale_after", "2h")):
        if isinstance(body.get(name), str):
            body[name] = sound
    # 45.0 is an integer to JSON Schema.
    for name, value in body.items():
        if isinstance(value, float) and value.is_integer():
            body[name] = int(value)
