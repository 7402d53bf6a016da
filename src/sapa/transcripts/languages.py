"""Languages that a speech engine can be told, by their codes.

An engine itself knows them only with its model in memory, hundreds of megabytes, which a process that takes calls in
does not have. A test of the engine holds this list to its own.
"""

from __future__ import annotations

_WHISPER = """
af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is
it ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl
sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh
"""
LANGUAGES = frozenset(_WHISPER.split())
