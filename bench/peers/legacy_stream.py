"""The legacy stream as the Python peers read it: glued arrays with fragments between them that are no JSON."""

import codecs
import json

import requests

DECODE = json.JSONDecoder().raw_decode


def read_arrays(url, key):
    """Yields one list of users for each array of the stream; junk between arrays is skipped."""
    with requests.get(url, headers={"x-api-key": key}, stream=True, timeout=60) as response:
        response.raise_for_status()
        # A fragment between arrays may hold bytes that are no UTF-8.
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        text = ""
        for chunk in response.iter_content(chunk_size=256 << 10):
            text += decoder.decode(chunk)
            position = 0
            # An array is complete when its end is there; what has no end yet waits for the next chunk.
            while (start := text.find("[", position)) >= 0:
                try:
                    users, position = DECODE(text, start)
                except ValueError:
                    position = start
                    break
                yield users
            text = text[position:]
