"""A second clone takes every stage from an S3 bucket, and computes nothing that was computed."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pipeline.project import Project, tree

pytestmark = pytest.mark.slow
pytest.importorskip("dvc_s3", reason="needs the extra s3")
pytest.importorskip("moto", reason="needs a local S3 server")

LEARNED = ("data/models", "data/impressions")
# Its outputs are written for git and not cached, so that no cache can bring them.
ALWAYS_HERE = {"summarize"}


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a local S3 server that holds an empty bucket `ccsi`."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(key, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = (sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _make_bucket(f"{address}/ccsi", server)
            yield address
        finally:
            server.terminate()


def test_a_second_clone_runs_no_learning_stage(
    project: Project, tmp_path: Path, bucket: str
) -> None:
    project.dvc("remote", "add", "--default", "shared", "s3://ccsi/project")
    project.dvc("remote", "modify", "shared", "endpointurl", bucket)
    project.commit()
    project.dvc("push", "--run-cache")
    project.run("git", "clone", "--quiet", str(project.root), str(tmp_path / "second"))
    second = Project(tmp_path / "second")
    assert not (second.root / ".dvc/cache").exists()
    second.dvc("pull", "--run-cache", "--allow-missing")
    for folder in LEARNED:
        assert dict(tree(second.root / folder)) == dict(tree(project.root / folder))
    # Without the lock nothing but the run cache knows which inputs gave which outputs.
    (second.root / "dvc.lock").unlink()
    assert set(second.repro()) <= ALWAYS_HERE
    assert second.lock() == project.lock()


def _make_bucket(address: str, server: subprocess.Popen[bytes]) -> None:
    """Ask until the server has started."""
    for _ in range(1200):
        try:
            request = urllib.request.Request(address, method="PUT")
            with urllib.request.urlopen(request, timeout=60):
                return
        except OSError:
            assert server.poll() is None, "the S3 server ended"
            time.sleep(0.1)
    raise AssertionError("the S3 server did not start")
