"""Files as they come: whose they are, which notebook is marked, and a refusal that says what to do."""

from __future__ import annotations

import os
import re
import shutil
import time
import zipfile

import pytest

from weightinit_course import submissions as module
from weightinit_course.examples.broken import write_broken
from weightinit_course.problem_set import grader
from weightinit_course.reading import read
from weightinit_course.roster import Person
from weightinit_course.submissions import Refused, find, locate
from weightinit_course.terms import ROOT, CourseError
from weightinit_course.whose import moment

ROSTER = {
    person.id: person
    for person in (
        Person("ada", "Ada", "Lovelace", "ada@example.org", "1111"),
        Person("ben", "Ben", "Null", "ben@example.org", "2222"),
        Person("zoë", "Zoë", "Ångström", "zoe@example.org", "3333"),
        Person("b_c", "Bob", "van Clay", "bob@example.org", "4444"),
    )
}


def put(folder, *names, content="{}"):
    """Files below `folder`, with the given names."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def found(folder, people=ROSTER, name="ps2"):
    """Submissions of those who handed something in, by student."""
    submissions = find(folder, name, people, folder.parent / "unpacked")
    return {s.student: s for s in submissions if s.entry}


def zipped(folder, target):
    """A zip file of a folder's contents."""
    shutil.make_archive(str(target.with_suffix("")), "zip", folder)
    return target


def ids(cells):
    return [grader(cell).get("grade_id") for cell in cells]


# ---- whose ----------------------------------------------------------------------------------------------------------
AS_THEY_COME = {
    "a folder a student": "ada/ps2.ipynb",
    "its id in capitals": "ADA/ps2.ipynb",
    "by address": "ada@example.org/ps2.ipynb",
    "by name": "Ada Lovelace/ps2.ipynb",
    "by name, the last one first": "Lovelace, Ada/ps2.ipynb",
    "nbgrader's folders": "ada/ps2/ps2.ipynb",
    "nbgrader's exchange": "ada+ps2+2027-03-01 23:59:01.123456 UTC+f00/ps2.ipynb",
    "flat, by id": "ada.ipynb",
    "flat, id and set": "ada_ps2.ipynb",
    "flat, by name": "Ada Lovelace - my ps2.ipynb",
    "Canvas": "lovelaceada_1111_22_ps2.ipynb",
    "Canvas, late, second attempt": "lovelaceada_LATE_1111_22_ps2-1.ipynb",
    "Canvas, any name": "lovelaceada_1111_22_Untitled.ipynb",
    "Canvas, number not in the roster": "lovelaceada_9_22_ps2.ipynb",
    "Moodle": "Ada Lovelace_1234567_assignsubmission_file/ps2.ipynb",
    "Moodle, older": "Ada Lovelace_1234567_assignsubmission_file_/ps2.ipynb",
    "Moodle, flat": "Ada Lovelace_1234567_assignsubmission_file_ps2.ipynb",
    "Blackboard": "ps2_ada_attempt_2027-03-01-23-59-01_ps2.ipynb",
    "Blackboard, title with blanks": "Problem Set 2_ada_attempt_2027-03-01-23-59-01_any.ipynb",
    "Brightspace": "12345-67890 - Ada Lovelace - 1 March, 2027 1159 PM/ps2.ipynb",
    "Brightspace, American": "12345-67890 - Ada Lovelace- Mar 1, 2027 1159 PM/ps2.ipynb",
    "Brightspace, flat": "12345-67890 - Ada Lovelace - Mar 1, 2027 1159 PM - ps2.ipynb",
    "from GitHub": "ada/ps2-main/ps2.ipynb",
    "another name": "ada/PS2 (1).ipynb",
    "spaces and brackets": "ada/my [final] (files)/ps2.ipynb",
}


@pytest.mark.parametrize("kind", AS_THEY_COME)
def test_every_platform_s_files_are_understood(kind, tmp_path):
    put(tmp_path / "in [1] (2)", AS_THEY_COME[kind])
    (student, submission), *more = found(tmp_path / "in [1] (2)").items()
    assert (student, more) == ("ada", []) and locate(submission) == tmp_path / "in [1] (2)" / AS_THEY_COME[kind]


def test_the_guide_s_examples_are_understood(tmp_path):
    guide = (ROOT / "coursework" / "instructor-guide.md").read_text(encoding="utf8")
    table = guide[guide.index("| From | For example |") : guide.index("`STUDENTS` is a CSV file")]
    names = [name for name in re.findall(r"`([^`]+\.ipynb)`", table) if "ada" in name.casefold()]
    assert len(names) == 9
    for number, name in enumerate(names):
        put(tmp_path / str(number), name)
        roster = {"ada": Person("ada", "Ada", "Lovelace", "", "12345")}
        assert list(found(tmp_path / str(number), roster)) == ["ada"], name


@pytest.mark.parametrize("kind", AS_THEY_COME)
def test_they_are_understood_in_one_zip_file(kind, tmp_path):
    put(tmp_path / "in", AS_THEY_COME[kind], "index.html", "__MACOSX/._x")
    archive = zipped(tmp_path / "in", tmp_path / "all of them.zip")
    (student, submission), *more = found(archive).items()
    assert (student, more) == ("ada", [])
    assert locate(submission) == tmp_path / "unpacked" / "class" / AS_THEY_COME[kind]


@pytest.mark.parametrize("name", ["Zoe Angstrom", "ZOË ÅNGSTRÖM", "Zoe\u0308 A\u030angstro\u0308m", "zoe\u0308"])
def test_accents_and_how_they_are_stored_do_not_matter(name, tmp_path):
    put(tmp_path / "in", f"{name}/ps2.ipynb")
    assert list(found(tmp_path / "in")) == ["zoë"]


def test_names_in_an_old_encoding(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / os.fsdecode("Zoë Ångström_12_assignsubmission_file_ps2.ipynb".encode("latin-1"))).touch()
    (tmp_path / "in" / os.fsdecode("M\xfcller_12_34_ps2.ipynb".encode("latin-1"))).touch()
    everybody = found(tmp_path / "in")
    assert list(everybody) == ["Müller_12_34_ps2", "zoë"]
    assert everybody["Müller_12_34_ps2"].refusal == "unknown student: 'Müller_12_34_ps2' is not in the roster"


def test_gradescope_says_whose_a_folder_is(tmp_path):
    export = tmp_path / "in" / "assignment_77_export"
    put(export, "submission_1/ps2.ipynb", "submission_2/ps2.ipynb", "submission_3/ps2.ipynb")
    (export / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Ada Lovelace\n    :sid: ''\n    :email: ada@example.org\n"
        "  :created_at: 2027-03-01 12:00:00.000000000 -05:00\n"
        "submission_2:\n  :submitters:\n  - :name: Ben Null\n  - :name: Bob van Clay\n  :created_at: 2027-03-01 12:00:00 Z\n"
        "submission_3:\n  :submitters:\n  - :name: Eve\n  - :name: Zoë Ångström\n"
    )
    everybody = found(tmp_path / "in")
    assert list(everybody) == ["ada", "b_c", "ben", "submission_3 Eve", "zoë"]  # a group gets the same marks
    assert everybody["ada"].handed_in == moment("2027-03-01 17:00:00 UTC")
    assert everybody["ben"].notebook == everybody["b_c"].notebook == export / "submission_2" / "ps2.ipynb"
    assert everybody["submission_3 Eve"].refusal == "unknown student: 'submission_3 Eve' is not in the roster"
    told = ["Eve", "ada@example.org", "submission_2 Ben Null", "submission_2 Bob van Clay", "submission_3 Zoë Ångström"]
    assert list(found(export, None)) == told  # without a roster only what can be an id
    (export / "submission_metadata.yml").write_text("submission_1: [")
    with pytest.raises(CourseError, match="not as Gradescope writes it"):
        found(tmp_path / "in")


@pytest.mark.parametrize(
    "name",
    [
        "mallory_2222_77_x_ada_attempt_2027-03-01-23-59-01_ps2.ipynb",  # ben by Canvas, ada by Blackboard
        "Ben Null_5_assignsubmission_file_x_ada_attempt_2027-03-01-23-59-01_ps2.ipynb",
        "b_c_ps2.ipynb",  # b, or b_c
    ],
)
def test_what_can_be_of_two_people_is_nobody_s(name, tmp_path):
    put(tmp_path / "in", name)
    (submission,) = found(tmp_path / "in", ROSTER | {"b": Person("b")}).values()
    assert submission.person is None and submission.refusal.startswith("it may be of ")
    assert "put it into a folder that is called as the student's id" in submission.refusal


def test_two_of_one_name_are_refused_by_name_and_told_apart_by_number(tmp_path):
    twins = {"a1": Person("a1", "Ada", "Lovelace", "", "11"), "a2": Person("a2", "Ada", "Lovelace", "", "12")}
    put(tmp_path / "in", "Ada Lovelace_77_assignsubmission_file/ps2.ipynb", "lovelaceada_12_22_ps2.ipynb")
    refused, second = sorted(found(tmp_path / "in", twins).values(), key=lambda s: bool(s.person))
    assert refused.refusal.startswith("it may be of Ada Lovelace (a1) or Ada Lovelace (a2): put it into a folder")
    assert second.student == "a2" and second.notebook


def test_without_a_roster_everybody_is_known_whose_id_is_said(tmp_path):
    put(
        tmp_path / "in",
        "ada/ps2.ipynb",
        "eve_ps2.ipynb",
        "dan_12_34_ps2.ipynb",
        "x_joe_attempt_2027-03-01-23-59-01_p.ipynb",
    )
    assert list(found(tmp_path / "in", None)) == ["ada", "dan", "eve", "joe"]
    put(tmp_path / "names", "Ada Lovelace_77_assignsubmission_file/ps2.ipynb", "ada lovelace!/ps2.ipynb")
    said = {student: s.refusal for student, s in found(tmp_path / "names", None).items()}
    assert "only with a roster (STUDENTS=…)" in said["Ada Lovelace_77_assignsubmission_file"]
    assert said["ada lovelace!"] == "the name of the file or folder is no student's id: 'ada lovelace!'"


def test_unknown_and_missing_students(tmp_path):
    put(tmp_path / "in", "eve/ps2.ipynb", "ada/ps2.ipynb")
    submissions = {s.student: s for s in find(tmp_path / "in", "ps2", ROSTER, tmp_path / "unpacked")}
    assert list(submissions) == ["ada", "b_c", "ben", "eve", "zoë"]
    assert (
        submissions["eve"].refusal == "unknown student: 'eve' is not in the roster"
        and submissions["eve"].person is None
    )
    assert submissions["ben"].refusal == "nothing was submitted" and submissions["ben"].entry is None
    with pytest.raises(Refused, match="nothing was submitted"):
        locate(submissions["ben"])


def test_what_platforms_and_systems_add_is_no_submission(tmp_path):
    put(
        tmp_path / "in",
        "index.html",
        "__MACOSX/ada/._ps2.ipynb",
        ".DS_Store",
        "grades.csv",
        "Thumbs.db",
        "ada/.DS_Store",
    )
    put(
        tmp_path / "in",
        "ps2_ada_attempt_2027-03-01-23-59-01.txt",
        "ada/ps2.ipynb",
        "ada/.ipynb_checkpoints/ps2-checkpoint.ipynb",
    )
    (submission,) = found(tmp_path / "in").values()
    assert submission.remarks == () and submission.notebook == tmp_path / "in" / "ada" / "ps2.ipynb"


def test_a_folder_that_does_not_exist_or_is_empty(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in.tar").touch()
    (tmp_path / "in.zip").write_text("no zip")
    for folder, words in {
        "no": "no does not exist",
        "in.tar": "no zip file either",
        "in.zip": "cannot be unpacked",
    }.items():
        with pytest.raises(CourseError, match=f"SUBMISSIONS=.*{words}"):
            found(tmp_path / folder)
    for roster in ({}, {"roster": None}):  # a whole class that is late is the wrong folder
        with pytest.raises(CourseError, match="no submission of ps2"):
            found(tmp_path / "in", *roster.values())


# ---- which ----------------------------------------------------------------------------------------------------------
SEVERAL = {
    "the attempt is a number": [
        "lovelaceada_1111_9_ps2.ipynb",
        "lovelaceada_1111_10_ps2-2.ipynb",
        "lovelaceada_1111_11_ps2-10.ipynb",
    ],
    "Canvas's own number, if the names say nothing": ["lovelaceada_1111_9_ps2.ipynb", "lovelaceada_1111_10_ps2.ipynb"],
    "the time before the number": [
        "ps2_ada_attempt_2027-03-01-23-59-01_ps2-3.ipynb",
        "ps2_ada_attempt_2027-03-02-00-01-00_ps2.ipynb",
    ],
    "Brightspace's time": [
        "12-34 - Ada Lovelace - Mar 1, 2027 105 PM/ps2.ipynb",
        "12-34 - Ada Lovelace - Mar 1, 2027 1150 AM/ps2.ipynb",
    ][::-1],
    "the time before the name": [
        "ps2_ada_attempt_2027-03-01-23-59-01_ps2.ipynb",
        "ps2_ada_attempt_2027-03-05-08-00-00_ps2 final.ipynb",
    ],
    "Brightspace's time before the name": [
        "12-34 - Ada Lovelace - Mar 1, 2027 105 PM/ps2.ipynb",
        "12-34 - Ada Lovelace - Mar 5, 2027 900 AM/ps2 corrected.ipynb",
    ],
    "the only notebook of the last hand-in, whatever its name": [
        "12-34 - Ada Lovelace - Mar 1, 2027 105 PM/ps2.ipynb",
        "12-34 - Ada Lovelace - Mar 5, 2027 900 AM/homework.ipynb",
    ],
    "the name within one hand-in": [
        "ps2_ada_attempt_2027-03-01-23-59-01_trial.ipynb",
        "ps2_ada_attempt_2027-03-01-23-59-01_ps2.ipynb",
    ],
    "a browser's number": ["ada/ps2.ipynb", "ada/ps2 (1).ipynb"],
    "its name before any other": ["ada/ps2_old_version.ipynb", "ada/ps2.ipynb"],
}


@pytest.mark.parametrize("kind", SEVERAL)
def test_of_several_the_latest_is_marked_and_both_are_named(kind, tmp_path):
    put(tmp_path / "in", *SEVERAL[kind])
    (submission,) = found(tmp_path / "in").values()
    *earlier, last = SEVERAL[kind]
    assert submission.notebook == tmp_path / "in" / last
    assert submission.remarks == (f"there are several notebooks: {last} was marked, not {', '.join(earlier[::-1])}",)


def test_what_is_no_notebook_hides_none(tmp_path):
    put(tmp_path / "in", "lovelaceada_1111_1_derivation.pdf", "lovelaceada_LATE_1111_2_ps2.ipynb")
    put(tmp_path / "in", "ben/a.jpg", "ben/ps2.ipynb", "ben/ps1/ps1.ipynb", "ben/ps2/page.pdf")
    everybody = found(tmp_path / "in")
    assert everybody["ada"].notebook.name == "lovelaceada_LATE_1111_2_ps2.ipynb"
    assert everybody["ada"].remarks == (
        "also handed in: lovelaceada_1111_1_derivation.pdf; look at it when you mark by hand",
        "the learning platform calls it late",
    )
    assert everybody["ben"].remarks == (
        "also handed in: ben/a.jpg, ben/ps2/page.pdf; look at it when you mark by hand",
    )


REFUSED = {
    "another kind of file": (["ada.pdf"], "ada.pdf is not a notebook (.ipynb); hand in ps2.ipynb itself"),
    "another name": (["ada/Untitled.ipynb"], "wrong name: expected ps2.ipynb, found Untitled.ipynb"),
    "another set": (
        ["ada/ps1/ps1.ipynb", "ada/ps1/timestamp.txt"],
        "nothing was submitted for ps2: there is only ada/ps1/ps1.ipynb",
    ),
    "another kind of file in a folder": (
        ["ada/ps2.docx"],
        "ps2.docx is not a notebook (.ipynb); hand in ps2.ipynb itself",
    ),
    "several files of another kind": (
        ["ada/a.pdf", "ada/b.jpg"],
        "a.pdf, b.jpg are no notebooks (.ipynb); hand in ps2.ipynb itself",
    ),
    "another name beside another kind": (
        ["ada/Untitled.ipynb", "ada/a.pdf"],
        "wrong name: expected ps2.ipynb, found Untitled.ipynb",
    ),
    "an empty folder": (["ada/.DS_Store"], "the folder is empty"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_without_a_notebook_it_is_said_what_is_there(kind, tmp_path):
    files, words = REFUSED[kind]
    put(tmp_path / "in", *files)
    (submission,) = found(tmp_path / "in").values()
    assert (submission.refusal, submission.person) == (words, ROSTER["ada"])


@pytest.mark.parametrize("level", ["in/ada.ipynb", "in/ada", "in/ada/ps2", "in/ada/ps2/ps2.ipynb", "in/ada/ps2.ipynb"])
@pytest.mark.parametrize("target", ["out", "out/ps2.ipynb", "in/ben", "in/ben/ps2/ps2.ipynb"])
def test_no_link_is_followed_at_any_level(level, target, tmp_path):
    put(tmp_path, "out/ps2.ipynb", "out/ps2/ps2.ipynb", "in/ben/ps2/ps2.ipynb")
    link = tmp_path / level
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(tmp_path / target)
    submission = found(tmp_path / "in")["ada"]
    shown = level.removeprefix("in/")
    assert submission.refusal == f"{shown} is a link, not a file; hand in ps2.ipynb itself"


def test_a_link_beside_the_notebook_is_left_out(tmp_path):
    put(tmp_path, "out/ps2.ipynb", "in/ada/ps2.ipynb")
    (tmp_path / "in" / "ada" / "ps2 (1).ipynb").symlink_to(tmp_path / "out" / "ps2.ipynb")
    (submission,) = found(tmp_path / "in").values()
    assert submission.notebook == tmp_path / "in" / "ada" / "ps2.ipynb"
    assert submission.remarks == ("ada/ps2 (1).ipynb is a link, not a file; it was left out",)


def test_a_pipe_is_not_waited_for_and_a_closed_folder_stops_nobody(tmp_path, monkeypatch):
    put(tmp_path / "in", "ben/ps2.ipynb", "ada/x.txt")
    os.mkfifo(tmp_path / "in" / "ada" / "ps2.ipynb")
    closed = tmp_path / "in" / "zoë"
    closed.mkdir()
    listed = module.Path.iterdir

    def iterdir(path):
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(module.Path, "iterdir", iterdir)
    everybody = found(tmp_path / "in")
    assert everybody["ben"].notebook and everybody["ada"].refusal.startswith("x.txt is not a notebook (.ipynb)")
    assert everybody["zoë"].refusal == "zoë cannot be opened (Permission denied); hand in ps2.ipynb itself"


# ---- zip files of students ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["ada/ps2.zip", "lovelaceada_1111_22_homework.zip", "ada.ZIP"])
def test_a_student_s_zip_file_is_looked_into(name, tmp_path):
    put(tmp_path / "work", "ps2-main/ps2.ipynb", "ps2-main/photo.png", "__MACOSX/ps2-main/._ps2.ipynb")
    put(tmp_path / "in", name)
    shutil.move(zipped(tmp_path / "work", tmp_path / "made.zip"), tmp_path / "in" / name)
    (submission,) = found(tmp_path / "in").values()
    assert submission.notebook.read_text() == "{}" and submission.notebook.is_relative_to(tmp_path / "unpacked")
    assert submission.remarks == (f"also handed in: {name}/ps2-main/photo.png; look at it when you mark by hand",)


def test_a_broken_zip_file_is_refused_and_hides_no_notebook(tmp_path):
    put(tmp_path / "in", "ada.zip", "ben/ps2.ipynb", "ben/more.zip", content="no zip")
    everybody = found(tmp_path / "in")
    assert everybody["ada"].refusal == "the zip file ada.zip cannot be unpacked (BadZipFile); hand in ps2.ipynb itself"
    assert everybody["ben"].notebook and "it was left out" in everybody["ben"].remarks[0]


def test_a_second_run_forgets_what_was_unpacked_and_nothing_else(tmp_path):
    put(tmp_path / "in", "ada.zip")
    with zipfile.ZipFile(tmp_path / "in" / "ada.zip", "w") as archive:
        archive.writestr("ps2.ipynb", "{}")
    assert found(tmp_path / "in")["ada"].notebook.is_file()
    (tmp_path / "in" / "ada.zip").unlink()
    put(tmp_path / "in", "ben.ipynb")
    put(tmp_path / "unpacked", "mine")
    assert list(found(tmp_path / "in")) == ["ben"]
    assert [path.name for path in (tmp_path / "unpacked").iterdir()] == ["mine"]


# ---- when -----------------------------------------------------------------------------------------------------------
TIMES = {
    "ada/ps2.ipynb": None,
    "lovelaceada_1111_22_ps2.ipynb": None,
    "ps2_ada_attempt_2027-03-01-23-59-01_ps2.ipynb": "2027-03-01 23:59:01",
    "12345-67890 - Ada Lovelace - 1 March, 2027 1159 PM/ps2.ipynb": "2027-03-01 23:59:00",
    "12345-67890 - Ada Lovelace - Mar 1, 2027 105 AM/ps2.ipynb": "2027-03-01 01:05:00",
    "ada+ps2+2027-03-01 23:59:01.123 UTC/ps2.ipynb": "2027-03-01 23:59:01 UTC",
}


@pytest.mark.parametrize("name", TIMES)
def test_the_time_of_the_act_is_taken_from_the_name(name, tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    put(tmp_path / "in", name)
    (submission,) = found(tmp_path / "in").values()
    assert submission.handed_in == (None if TIMES[name] is None else moment(TIMES[name]))
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2027-03-01 23:59:00 UTC\n", 1803945540.0),
        ("2027-03-01 23:59:00.123456 +0100", 1803941940.0),
        ("2027-03-01 23:59:00 Europe/Berlin", 1803941940.0),
        ("yesterday", None),
        ("2027-03-01 23:59:00 ../../etc/passwd", None),
        ("2027-13-01 23:59:00 UTC", None),
    ],
)
def test_the_exchange_s_timestamp_counts(text, when, tmp_path):
    put(tmp_path / "in", "ada/ps2/ps2.ipynb")
    put(tmp_path / "in", "ada/ps2/timestamp.txt", content=text)
    (submission,) = found(tmp_path / "in").values()
    assert submission.handed_in == when and submission.remarks == ()


# ---- all kinds of broken ones ---------------------------------------------------------------------------------------
def test_broken_submissions_say_why(tmp_path, ps2):
    everything = write_broken(tmp_path / "in", ps2)
    submissions = found(tmp_path / "in", None)
    assert set(submissions) == {broken.student for broken in everything}
    for broken in everything:
        with pytest.raises(Refused) as said:
            read(locate(submissions[broken.student]), ps2)
        assert broken.reason in str(said.value)


def test_a_time_counts_for_all_that_lies_below_it(tmp_path):
    put(tmp_path / "in", "ada/ps2/timestamp.txt", content="2027-03-05 10:00:00 UTC")
    put(tmp_path / "in", "ada/ps2/work/ps2.ipynb", "ada/ps2/my ps2 trial.ipynb")
    (submission,) = found(tmp_path / "in").values()
    assert submission.notebook == tmp_path / "in" / "ada" / "ps2" / "work" / "ps2.ipynb"
    assert submission.handed_in == moment("2027-03-05 10:00:00 UTC")
