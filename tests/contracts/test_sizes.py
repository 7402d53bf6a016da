"""Nothing grows past what a person reads in one sitting."""

from __future__ import annotations

import ast

from tests.contracts import sources

MODULE_LINES = 400
TEST_MODULE_LINES = 600
FUNCTION_LINES = 60
SCRIPT_LINES = 150


def test_no_module_is_longer_than_its_limit() -> None:
    long = [
        f"{module.name}: {module.lines} lines"
        for module in sources.modules()
        if not module.is_migration and module.lines > (TEST_MODULE_LINES if module.is_test else MODULE_LINES)
    ]
    assert not long, "split by verb or noun:\n" + "\n".join(long)


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = [
        f"{module.at(node)} {node.name}: {length} lines"
        for module in sources.modules()
        if not module.is_migration
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, "split:\n" + "\n".join(long)


def test_no_script_is_longer_than_one_behaviour() -> None:
    long = [
        f"{path.relative_to(sources.ROOT)}: {lines} lines"
        for path in sources.scripts()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > SCRIPT_LINES
    ]
    assert not long, "one behaviour per module:\n" + "\n".join(long)
