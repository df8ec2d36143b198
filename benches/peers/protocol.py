"""What `wgconv compare` says and hears, for peers in Python; README.md beside this file describes it."""

import json
import os
import queue
import sys
import threading
import time
import traceback

import numpy

# Whatever libraries print goes to standard error: standard output is for answers alone.
_out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


class Unsupported(Exception):
    """What the software cannot do at all."""


def answer(**fields):
    _out.write(json.dumps(fields) + "\n")
    _out.flush()


def cannot_start(why, install=None):
    answer(error=why, **({"install": install} if install else {}))
    sys.exit(0)


def load(case, name):
    """An operand with its shape, or None if the pass does not read it."""
    if name not in case["inputs"]:
        return None
    shapes = {
        "x": [case["batch"], case["channels_in"], *case["input"]],
        "w": [case["channels_out"], case["channels_in"] // case["groups"], *case["taps"]],
        "dy": [case["batch"], case["channels_out"], *case["output"]],
    }
    return numpy.fromfile(case["inputs"][name], dtype="<f4").reshape(shapes[name])


def _requests():
    """The lines of standard input, read by a thread of its own: where they end, the process does, whatever hangs."""
    lines = queue.Queue()

    def read():
        for line in sys.stdin:
            lines.put(json.loads(line))
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        yield lines.get()


def serve(prepare, wait):
    """Answers for ever. `prepare(case)` loads a case and gives two functions: one that starts the pass and returns its
    result, and one that makes a numpy array of a result. `wait()` returns when the device has done everything."""
    run = None
    for request in _requests():
        try:
            if request["request"] == "case":
                run = None  # frees the memory of the one before
                run, fetch = prepare(request)
                wait()
                start = time.perf_counter()
                result = run()
                wait()
                first = time.perf_counter() - start
                fetch(result).astype("<f4").tofile(request["result"])
                del result
                answer(first_ms=1e3 * first)
            else:
                start = time.perf_counter()
                for _ in range(request["repetitions"]):
                    run()
                wait()
                answer(ms=1e3 * (time.perf_counter() - start))
        except Unsupported as error:
            answer(unsupported=str(error))
        except Exception as error:  # the report quotes it, and the next case gets a chance
            traceback.print_exc()
            answer(error=f"{type(error).__name__}: {error}")
