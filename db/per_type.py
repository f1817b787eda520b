"""Write out the SQL that is the same for every object type, so that no view lists types by hand.

A file says it once. In the text between `-- for each type:` (or `-- for each type that merges:`)
and `-- end`, `<type>` stands for a type's name and `<links>` for the types whose ids it has in
columns; `<types>` is the list of all names. A file whose name has `each_type` in it is a file for
each type, in which `<columns>` are the type's own and `<later>` the ones that came after a release.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from hubspot.objects import ObjectType

EACH_TYPE = "each_type"
_BLOCK = re.compile(r"^ *-- for each type( that merges)?:\n(.*?)^ *-- end\n", re.M | re.S)


def written_out(
    path: PurePath, text: str, kinds: Iterable[ObjectType]
) -> Iterator[tuple[str, str]]:
    """Yield the path and text of each file that this one stands for; mostly itself."""
    known = list(kinds)
    if EACH_TYPE not in path.name:
        yield str(path), repeated(text, known)
        return
    for kind in known:
        own = path.with_name(path.name.replace(EACH_TYPE, kind.name))
        yield str(own), of_type(text, kind)


def repeated(text: str, kinds: Iterable[ObjectType]) -> str:
    """Repeat each marked block for every type that it is about, and list the types."""
    known = list(kinds)

    def block(found: re.Match[str]) -> str:
        wanted = [kind for kind in known if kind.merges or not found[1]]
        return "".join(_block_of(kind, found[2]) for kind in wanted)

    names = ", ".join(f"'{kind.name}'" for kind in known)
    return _BLOCK.sub(block, text).replace("<types>", names)


def _block_of(kind: ObjectType, text: str) -> str:
    return text.replace("<type>", kind.name).replace("<links>", ",".join(kind.link_columns))


def of_type(text: str, kind: ObjectType) -> str:
    """Fill in one type: its name, its name in words, its note, and its columns with its links."""
    columns = [*(column.name for column in kind.columns if not column.later)]
    columns += kind.link_columns.values()
    later = "".join(f",\n    {column.name}" for column in kind.columns if column.later)
    words = kind.name.replace("_", " ")
    filled = text.replace("<type>", kind.name).replace("<type in words>", words)
    filled = filled.replace("<note>", kind.note).replace("<later>", later)
    return filled.replace("<columns>", ",\n    ".join(columns))
