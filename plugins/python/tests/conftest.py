import pytest

import host


@pytest.fixture
def launch(tmp_path):
    """Starts plugins, given as the body of a class, and ends them after the test."""
    started = []

    def start(body: str = "", **options) -> host.Plugin:
        folder = tmp_path / f"plugin-{len(started)}"
        folder.mkdir()
        started.append(host.Plugin(host.script(folder, body), **options))
        return started[-1]

    yield start
    for p in started:
        p.end()


@pytest.fixture
def data(tmp_path):
    return host.dataset(tmp_path / "data")


@pytest.fixture
def model(tmp_path):
    """New empty folders for models."""
    count = 0

    def new():
        nonlocal count
        count += 1
        folder = tmp_path / f"model-{count}"
        folder.mkdir()
        return folder

    return new


@pytest.fixture
def launch_file(tmp_path):
    """Starts plugins, given as whole files, and ends them after the test."""
    started = []

    def start(text: str) -> host.Plugin:
        path = tmp_path / f"plugin_{len(started)}.py"
        path.write_text(text)
        started.append(host.Plugin(path))
        return started[-1]

    yield start
    for p in started:
        p.end()
