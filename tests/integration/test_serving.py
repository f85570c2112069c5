"""Starting: what cannot work is said before anything slow, and what is kept is kept for this service alone."""

import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from showcase.commands import serving
from showcase.config import BadSettings, Settings
from tests.conftest import ROOT
from tests.integration.processes import Machine, wait_until

KEY = "only-for-tests-" + "0" * 32


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("command", [serving.run, serving.demo])
def test_a_port_in_use_is_said_before_the_database_is_touched(
    command: object, busy_port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO", "0")  # the demo sets it: put back after the test
    environment = {"PORT": str(busy_port), "INSTANCE_PATH": str(tmp_path / "instance"), "DATABASE_URL": ""}
    answer = CliRunner().invoke(command, env=environment)  # type: ignore[arg-type]
    assert answer.exit_code == 1
    assert answer.output.strip().splitlines()[-1] == (
        f"Error: Port {busy_port} is in use. Choose another one, such as PORT=8010."
    )
    assert not (tmp_path / "instance").exists()


def test_a_port_that_is_none_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("99999", "http"):
        answer = CliRunner().invoke(serving.run, env={"PORT": wrong})
        assert answer.output.strip() == f"Error: PORT must be a number up to 65535, not {wrong}."


@pytest.mark.parametrize("secret", ["", KEY])
def test_the_folder_of_the_database_is_for_this_service_alone(secret: str, tmp_path: Path) -> None:
    folder = tmp_path / "kept" / "instance"
    Settings.from_environment({"INSTANCE_PATH": str(folder), "SECRET_KEY": secret})
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSettings, match=r"DATABASE_URL is not set and .* cannot be used"):
        Settings.from_environment({"INSTANCE_PATH": str(tmp_path / "file" / "instance"), "SECRET_KEY": KEY})


def test_the_demo_says_where_its_emails_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INSTANCE_PATH", raising=False)
    monkeypatch.setenv("SMTP_URL", "")
    serving._introduce()
    said = capsys.readouterr().out
    assert "any address at camden.demo.example or durham.demo.example" in said
    assert "instance/mail" in said
    monkeypatch.setenv("SMTP_URL", "smtp://localhost")
    serving._introduce()
    assert "instance/mail" not in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux alone tells the children")
def test_web_and_worker_end_when_what_started_them_is_killed(tmp_path: Path) -> None:
    machine = Machine(f"sqlite:///{tmp_path / 'showcase.sqlite'}", tmp_path)
    with machine.log.open("ab") as log:
        command = [sys.executable, "-m", "showcase.commands", "run"]
        started = subprocess.Popen(command, env=machine.environment, cwd=ROOT, stdout=log, stderr=log)
    try:
        wait_until(lambda: machine.health() == 200, "the web server answers")
        children = psutil.Process(started.pid).children(recursive=True)
        assert len(children) >= 3  # the web server, the process that answers, the worker
    finally:
        started.kill()
        started.wait(20)
    wait_until(lambda: not any(child.is_running() for child in children), "they have ended")
