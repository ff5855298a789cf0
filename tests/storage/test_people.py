from datetime import timedelta

import pytest

from storage import people
from storage.deletion import mark
from storage.errors import Forgotten
from storage.people import SIGN_IN_LIFE
from storage.tables import Token, now
from tests.storage.rows import Rows

pytestmark = pytest.mark.each_database


def test_the_same_account_is_the_same_person_and_another_workspace_another(rows: Rows) -> None:
    def person(*account: str) -> str:
        return rows.write(lambda session: people.user_of(session, *account).id)

    assert person("slack", "T1", "U1") == person("slack", "T1", "U1")
    ids = {
        person("slack", "T1", "U1"),
        person("slack", "T2", "U1"),
        person("discord", "T1", "U1"),
        person("slack", "T1", "U2"),
        person("slack", "", "U1"),
    }
    assert len(ids) == 5


def test_the_person_at_this_machine_is_always_one(rows: Rows) -> None:
    one, two = (rows.write(lambda session: people.local_user(session).id) for _ in range(2))
    assert one == two


def test_a_token_opens_for_its_person_only(rows: Rows) -> None:
    ada, bob = (rows.write(lambda session, name=name: people.add_token(session, name)) for name in ("ada", "bob"))
    owners = [rows.read(lambda session, token=token: people.user_by_token(session, token)) for token in (ada, bob)]
    assert None not in owners
    assert len(set(owners)) == 2


def test_two_tokens_of_one_name_are_one_person_s_and_local_s_is_this_machine_s(rows: Rows) -> None:
    def owner(name: str) -> str | None:
        token = rows.write(lambda session: people.add_token(session, name))
        return rows.read(lambda session: people.user_by_token(session, token))

    assert owner("ada") == owner("ada")
    assert owner("local") == rows.write(lambda session: people.local_user(session).id)


def test_no_token_is_kept_in_clear(rows: Rows) -> None:
    token = rows.write(lambda session: people.add_token(session, "ada"))
    assert token.startswith("easel_")
    assert len(token) > 40
    assert all(token not in str(row) and token[6:] not in str(row) for row in rows.sql("SELECT * FROM token"))


def test_a_wrong_or_revoked_token_opens_nothing(rows: Rows) -> None:
    token = rows.write(lambda session: people.add_token(session, "ada"))
    for wrong in ("", "easel_", token[:-1], token + "x", token.upper()):
        assert rows.read(lambda session, wrong=wrong: people.user_by_token(session, wrong)) is None

    def revoke(session):  # type: ignore[no-untyped-def]
        row = session.get_one(Token, rows.sql("SELECT id FROM token")[0][0])
        row.revoked_at = now()
        session.add(row)

    rows.write(revoke)
    assert rows.read(lambda session: people.user_by_token(session, token)) is None


def test_a_sign_in_link_is_good_once(rows: Rows, ada: str) -> None:
    link = rows.write(lambda session: people.add_sign_in(session, ada))
    used = [rows.write(lambda session: people.use_sign_in(session, link, now())) for _ in range(3)]
    assert used == [ada, None, None]


@pytest.mark.parametrize(("late", "good"), [(-1, True), (0, False), (1, False)])
def test_a_sign_in_link_ends_after_ten_minutes(rows: Rows, ada: str, late: int, good: bool) -> None:
    began = now()
    link = rows.write(lambda session: people.add_sign_in(session, ada))
    at = (began if late < 0 else now()) + SIGN_IN_LIFE + timedelta(seconds=late)
    assert (rows.write(lambda session: people.use_sign_in(session, link, at)) == ada) is good


def test_a_wrong_link_signs_nobody_in(rows: Rows, ada: str) -> None:
    rows.write(lambda session: people.add_sign_in(session, ada))
    assert rows.write(lambda session: people.use_sign_in(session, "guess", now())) is None


def test_a_person_who_asked_to_be_forgotten_lives_no_more(rows: Rows, ada: str) -> None:
    rows.write(lambda session: mark(session, ada))
    for user_id in (ada, "0" * 32):
        with pytest.raises(Forgotten):
            rows.read(lambda session, user_id=user_id: people.living(session, user_id))
