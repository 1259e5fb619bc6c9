"""Let MITRE's and Timesketch's own libraries read files: a program with those two.

Arguments: a layer of the ATT&CK Navigator, then files for Timesketch. It prints the
number of techniques, and of the rows of each file that would be sent.
"""

import json
import sys
from pathlib import Path
from typing import Any


class Sketch:
    """What the importer asks of a sketch, without a server behind it."""

    id, name, my_acl = 1, "made", ("read", "write")

    class api:  # noqa: N801 - the importer's own name
        """A server that is never called."""

        api_root = "http://127.0.0.1:9"


def main(layer: str, *files: str) -> None:
    from mitreattack.navlayers import Layer  # type: ignore
    from timesketch_import_client.importer import ImportStreamer  # type: ignore

    read = Layer(json.loads(Path(layer).read_text(encoding="utf-8")), strict=True)
    print(len(read.layer.techniques))
    for file in files:
        print(sent(ImportStreamer(), file))


def sent(streamer: Any, file: str) -> int:
    """Return how many rows of a file would go to Timesketch."""
    frames: list[Any] = []
    streamer.set_sketch(Sketch())
    streamer.set_timeline_name("made")
    streamer._upload_data_frame = lambda frame, *_, **__: frames.append(frame)
    streamer._upload_data_buffer = lambda *_, **__: None
    streamer.add_file(file)
    return sum(map(len, frames)) or len(streamer._data_lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
