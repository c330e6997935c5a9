"""What Amazon would answer with a 400, CANCELLED or FATAL, minutes or hours later: refused before it is asked.

Only what is known to fail is refused, by the type's entry in the catalogue. What Amazon corrects is left to it.
"""

from datetime import datetime
from itertools import chain

from lambdas.payloads.request import Request
from lambdas.request import availability, options, report_types, window_reading
from lambdas.request.window import Window
from lambdas.request.window_reading import RequestRefused, WindowToAsk


def checked_window(request: Request, window: Window, *, now: datetime) -> WindowToAsk:
    """Return the window that Amazon is to be asked for, as the type reads it, and the days that it stands for.

    Raises:
        RequestRefused: one sentence that says what Amazon would not take, and what to write instead.
    """
    kind = report_types.get(request["reportType"])
    for problem in chain(availability.refusals(request, now=now), options.problems(request, kind, now=now)):
        raise RequestRefused(str(problem))
    asked = window_reading.window_to_ask(request, kind, window, now=now)
    for sentence in window_reading.too_long_or_old(request, kind, asked, now=now):
        raise RequestRefused(sentence)
    return asked
