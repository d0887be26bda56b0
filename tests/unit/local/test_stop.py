import io
from pathlib import Path

from infra.local.display import Display
from infra.local.files import read_object, write_privately
from infra.local.places import Places
from infra.local.stop import begin_anew, clean


def test_clean_removes_our_files_and_nobody_elses(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    places.make()
    write_privately(places.record, {"apiKey": "secret"})
    (places.pictures).mkdir()
    (places.state / "letter.txt").write_text("mine")

    clean(Display(io.StringIO()), places)

    assert [file.name for file in places.state.iterdir()] == ["letter.txt"]


def test_an_empty_state_folder_goes_too(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    places.make()

    clean(Display(io.StringIO()), places)

    assert not places.state.exists()


def test_a_copy_that_begins_anew_keeps_only_the_lock_that_is_held(tmp_path: Path) -> None:
    places = Places(tmp_path / "state")
    places.make()
    (places.emulator / "state").write_text("what vendors did")
    write_privately(places.record, {"apiKey": "secret"})
    places.lock.touch()

    begin_anew(Display(io.StringIO()), places)

    assert sorted(entry for entry in places.state.iterdir() if entry.is_file()) == [places.lock]
    assert list(places.emulator.iterdir()) == []


def test_files_with_keys_are_for_their_owner(tmp_path: Path) -> None:
    file = tmp_path / "local.json"

    write_privately(file, {"apiKey": "secret"})

    assert file.stat().st_mode & 0o777 == 0o600
    assert read_object(file) == {"apiKey": "secret"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["local.json"]
