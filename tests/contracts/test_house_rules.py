"""Rules of the architecture that neither the linter nor the import checker can hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.contracts import sources
from tests.contracts.sources import Module, dotted

# The runner keeps a stage's unforeseen failure with its reason; one file of many must not lose the others.
BROAD_EXCEPT = {"src/sapa/pipeline/runner.py"}
BROAD_EXCEPT_FOLDER = "src/sapa/calls/connectors/"
# They must name the settings module before Django is there to ask.
READS_ENVIRONMENT = {
    "src/sapa/config/env.py",
    "src/sapa/config/celery.py",
    "src/sapa/config/docs.py",
    "src/sapa/config/wsgi.py",
    "src/sapa/pipeline/cli.py",
}
READS_WALL_CLOCK = {"src/sapa/core/clock.py"}
RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}


def _calls(module: Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.Call))


def _tidies_and_passes_on(handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_models_are_not_fetched_by_name() -> None:
    found = [
        module.at(call)
        for module in sources.program_modules()
        for call in _calls(module)
        if dotted(call.func).endswith("apps.get_model")
    ]
    assert not found, "import the model, or move the code to its left:\n" + "\n".join(found)


def test_nobody_listens_to_signals() -> None:
    found = [
        module.at(node)
        for module in sources.program_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith(("dispatch", "signals"))
    ]
    assert not found, "call the service instead:\n" + "\n".join(found)


def test_relations_point_at_classes() -> None:
    """A class must be imported, so the layers hold; a name in quotes could point to the right."""
    found = [
        module.at(call)
        for module in sources.program_modules()
        for call in _calls(module)
        if dotted(call.func).rpartition(".")[2] in RELATIONS
        and call.args
        and isinstance(call.args[0], ast.Constant)
        and call.args[0].value != "self"
    ]
    assert not found, "\n".join(found)


def test_only_the_runner_and_connectors_swallow_everything() -> None:
    found = [
        module.at(node)
        for module in sources.program_modules()
        if module.name not in BROAD_EXCEPT and not module.name.startswith(BROAD_EXCEPT_FOLDER)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or dotted(node.type) in {"Exception", "BaseException"})
        and not _tidies_and_passes_on(node)
    ]
    assert not found, "name what may fail:\n" + "\n".join(found)


def test_only_the_settings_readers_read_the_environment() -> None:
    found = [
        module.at(node)
        for module in sources.program_modules()
        if module.name not in READS_ENVIRONMENT
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.getenv", "os.environb", "os.putenv"}
    ]
    assert not found, "read a setting:\n" + "\n".join(found)


def test_only_the_clock_reads_the_wall_clock() -> None:
    wall = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "timezone.now", "time.time"}
    found = [
        module.at(call)
        for module in sources.program_modules()
        if module.name not in READS_WALL_CLOCK
        for call in _calls(module)
        if any(dotted(call.func) == name or dotted(call.func).endswith(f".{name}") for name in wall)
    ]
    assert not found, "use core.clock.now_at, so tests can stop it:\n" + "\n".join(found)


def test_no_test_sleeps() -> None:
    found = [
        module.at(call)
        for module in sources.modules()
        if module.is_test
        for call in _calls(module)
        if dotted(call.func) in {"time.sleep", "sleep", "asyncio.sleep"}
        or dotted(call.func).endswith("wait_for_timeout")
    ]
    assert not found, "poll with a deadline:\n" + "\n".join(found)
