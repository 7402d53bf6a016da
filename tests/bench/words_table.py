"""`make bench-words`: how well words are heard, by language and source, beside the published library.

Hears every recording that has its words written down: the samples, the sets of a folder (SAPA_BENCH_CALLS, or
`../shared/calls` beside the checkout), or your own (`--folder DIR --language xx`: `x.txt` beside `x.wav`). What was
heard is kept in build/words, so that a table broken off goes on where it was. `--write` puts the figures of our engine
where the program reads them: a language in which too many words are wrong is not judged.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import django

from sapa.core.clock import now_at
from sapa.transcripts.engines import ENGINES
from sapa.transcripts.measured import MEASURED
from tests.bench import figures, heard, sets
from tests.bench.figures import Measured
from tests.bench.line import processor
from tests.bench.measured_file import written_anew
from tests.bench.plain_whisper import BATCHED, SEQUENTIAL

ARMS = ("sapa", "sapa-found", "library", "library-batched")
WORDS = (
    *("source", "kind", "heard by", "recordings", "minutes", "words"),
    *("wrong %", "95 %", "sub / del / ins %", "in figures %", "language"),
)
TIMES = ("source", "heard by", "edge of turns", "counted", "median off, s", "90 % within, s", "bias, s")
GUESSED_SPEED = 4.0  # × real time, of what nobody has heard yet
LEGEND = """
wrong %: words substituted, left out and put in, by the words said; "134" for "one hundred thirty four" is wrong, too.
95 %: of 10,000 drawings of whole recordings with replacement; none under five recordings.
in figures %: the part of it that may be figures written another way. bias: above 0 the words are late.
"""


def main() -> int:
    options = read_options(sys.argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sapa.config.settings")
    django.setup()
    from sapa.transcripts.services import ENGINE

    ours = heard.Ours(options.engine or ENGINE, options.model, is_told=True)
    arms = {name: arm for name, arm in _arms(ours).items() if name in options.arms}
    clips = chosen_clips(options)
    measured = measure(list(arms.values()), clips, is_fresh=options.fresh)
    print(f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"model: {ours.model}", "", sep="\n")
    print(*lines(WORDS, figures.word_rows(measured)), "", sep="\n")
    times = figures.time_rows(measured)
    if times:
        print(*lines(TIMES, times), "", sep="\n")
    print(*(f"{source.name}: {source.what}" for source in clips), LEGEND, sep="\n")
    if options.write:
        mine = [one for one in measured if one.title == ours.title]
        write_figures(ours.model, figures.language_figures(mine))
    return 0


def write_figures(model: str, found: Sequence[figures.LanguageFigure]) -> None:
    text = MEASURED.read_text(encoding="utf-8")
    MEASURED.write_text(written_anew(text, model, found, now_at().date()), encoding="utf-8")
    for figure in found:
        print(f"written: {figure.language} {figure.errors.wer_pct:.1f} % wrong, by {', '.join(figure.sources)}")


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    names = [source.name for source in sets.SOURCES]
    parser = argparse.ArgumentParser(prog="make bench-words", description=__doc__)
    parser.add_argument("--sets", type=_some_of(names), default=names, help=f"by comma, of: {', '.join(names)}")
    parser.add_argument("--arms", type=_some_of(ARMS), default=list(ARMS), help=f"who hears, of: {', '.join(ARMS)}")
    parser.add_argument("--engine", choices=sorted(ENGINES), help="else the one of the program")
    parser.add_argument("--model", default="", help="else SAPA_ASR_MODEL")
    parser.add_argument("--limit", type=int, default=0, help="so many recordings of each set at most")
    parser.add_argument("--folder", type=Path, help="your own recordings, instead of the sets")
    parser.add_argument("--language", default="", help="of --folder")
    parser.add_argument("--fresh", action="store_true", help="hear all anew")
    parser.add_argument("--write", action="store_true", help="let the program know the figures")
    options = parser.parse_args(arguments)
    if bool(options.folder) != bool(options.language):
        parser.error("--folder and --language go together")
    if options.write and (options.limit or options.sets is not names or "sapa" not in options.arms):
        parser.error("--write takes whole sets, all of them, heard by sapa")
    return options


def _some_of(names: Iterable[str]) -> Callable[[str], list[str]]:
    known = list(names)

    def read(text: str) -> list[str]:
        asked = [name.strip() for name in text.split(",") if name.strip()]
        unknown = [name for name in asked if name not in known]
        if unknown or not asked:
            raise argparse.ArgumentTypeError(
                f"not known: {', '.join(unknown) or 'nothing'}; there are {', '.join(known)}"
            )
        return asked

    return read


def _arms(ours: heard.Ours) -> dict[str, heard.Arm]:
    made: tuple[heard.Arm, ...] = (
        ours,
        heard.Ours(ours.engine, ours.model, is_told=False),
        heard.Library(SEQUENTIAL, ours.model),
        heard.Library(BATCHED, ours.model),
    )
    return dict(zip(ARMS, made, strict=True))


def chosen_clips(options: argparse.Namespace) -> dict[sets.Source, list[sets.Clip]]:
    if options.folder:
        if not options.folder.is_dir():
            raise SystemExit(f"there is no folder {options.folder}")
        sources = [sets.own(options.folder, options.language)]
    else:
        sources = [source for source in sets.SOURCES if source.name in options.sets]
    calls = sets.calls_folder(os.environ.get("SAPA_BENCH_CALLS", ""))
    clips = {source: source.clips(calls)[: options.limit or None] for source in sources}
    absent = [source.name for source, found in clips.items() if not found]
    if absent:
        _tell(f"no recordings with words here, left out: {', '.join(absent)}")
    return {source: found for source, found in clips.items() if found}


def measure(arms: Sequence[heard.Arm], clips: dict[sets.Source, list[sets.Clip]], *, is_fresh: bool) -> list[Measured]:
    """Hears what is not kept yet, telling on stderr how far it is and how long it will take."""
    work = [(arm, source, clip, heard.kept_at(arm, clip)) for arm in arms for source in clips for clip in clips[source]]
    known = {} if is_fresh else {path: found for *_, path in work if (found := heard.kept(path))}
    waiting = [(arm, source, clip, path) for arm, source, clip, path in work if path not in known]
    lengths = {clip.path: heard.minutes_of(clip) for _, _, clip, _ in waiting}
    left = sum(lengths[clip.path] for _, _, clip, _ in waiting)
    done_minutes = done_seconds = 0.0
    for number, (arm, source, clip, path) in enumerate(waiting, start=1):
        speed = done_minutes * 60 / done_seconds if done_seconds else GUESSED_SPEED
        _tell(f"{number}/{len(waiting)} {arm.title}: {source.name} {clip.path.name}; about {left / speed:.0f} min left")
        known[path] = heard.hear(arm, clip)
        heard.keep(path, known[path])
        left -= lengths[clip.path]
        done_minutes, done_seconds = done_minutes + known[path].minutes, done_seconds + known[path].seconds
    return [
        Measured(
            source,
            arm.title,
            arm.is_told,
            tuple((clip, known[path]) for a, s, clip, path in work if (a, s) == (arm, source)),
        )
        for source in clips
        for arm in arms
    ]


def lines(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as the README has them."""
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    ruled = [heads, ["-" * width for width in widths], *rows]
    return ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in ruled]


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
