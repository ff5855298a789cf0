"""A gallery worth keeping: tags, collections, shares, looks, credits, and an index that knows all of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SHOWN = sa.text("visibility = 'workspace'")
BARE = sa.text("NOT sidecar")


def upgrade() -> None:
    # Added in place: rebuilding a table that others refer to would drop what refers to it.
    op.add_column("user", sa.Column("joined_to", sa.String(), nullable=True))
    op.create_index("ix_user_joined_to", "user", ["joined_to"])
    op.add_column("turn", sa.Column("blanked_at", MOMENT, nullable=True))
    op.add_column("step", sa.Column("spooled_at", MOMENT, nullable=True))
    op.add_column("thread", sa.Column("head_id", sa.String(), nullable=True))
    op.add_column("asset", sa.Column("reply", sa.String(), nullable=False, server_default=""))
    op.add_column("asset", sa.Column("tags", sa.String(), nullable=False, server_default=""))
    op.add_column("asset", sa.Column("hung_in", sa.String(), nullable=False, server_default=""))
    op.add_column("asset", sa.Column("rating", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("asset", sa.Column("inputs", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("asset", sa.Column("credit_id", sa.String(), nullable=True))
    op.add_column("asset", sa.Column("links_ended", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("asset", sa.Column("sidecar", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("asset_bare", "asset", ["seq"], sqlite_where=sa.text("sidecar = 0"), postgresql_where=BARE)
    op.create_index("ix_asset_credit_id", "asset", ["credit_id"])
    op.create_index("asset_user_created", "asset", ["user_id", "created_at"])
    op.create_index("asset_sha256", "asset", ["sha256"])
    op.create_index("asset_shown", "asset", ["workspace_id", "seq"], sqlite_where=SHOWN, postgresql_where=SHOWN)
    _keeping()
    _people()
    op.execute(
        """UPDATE asset SET rating = (
            SELECT value FROM vote WHERE vote.asset_id = asset.id AND vote.user_id = asset.user_id
        ) WHERE EXISTS (SELECT 1 FROM vote WHERE vote.asset_id = asset.id AND vote.user_id = asset.user_id)"""
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in (*SEARCH_SQLITE, *KEPT_SQLITE) if on_sqlite else (*SEARCH_POSTGRES, *KEPT_POSTGRES):
        op.execute(statement)


def _keeping() -> None:
    op.create_table(
        "tag",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("asset_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("user_id", "name", "asset_seq"),
    )
    op.create_index("ix_tag_asset_seq", "tag", ["asset_seq"])
    op.create_table(
        "look",
        sa.Column("asset_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("bits", sa.BigInteger(), nullable=False),
        *(sa.Column(quarter, sa.Integer(), nullable=False) for quarter in ("q0", "q1", "q2", "q3")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("asset_seq"),
    )
    op.create_index("ix_look_user_id", "look", ["user_id"])
    for quarter in ("q0", "q1", "q2", "q3"):
        op.create_index(f"look_{quarter}", "look", [quarter, "user_id"])
    op.create_table(
        "collection",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("visibility", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "name"),
    )
    op.create_index("ix_collection_user_id", "collection", ["user_id"])
    op.create_index("ix_collection_workspace_id", "collection", ["workspace_id"])
    op.create_table(
        "placement",
        sa.Column("collection_id", sa.String(), nullable=False),
        sa.Column("asset_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["collection_id"], ["collection.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("collection_id", "asset_seq"),
    )
    op.create_index("ix_placement_asset_seq", "placement", ["asset_seq"])
    op.create_index("ix_placement_user_id", "placement", ["user_id"])
    op.create_index("placement_hung", "placement", ["collection_id", "created_at", "asset_seq"])
    op.create_table(
        "share",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("asset_id", sa.String(), nullable=True),
        sa.Column("collection_id", sa.String(), nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("user_id", "asset_id", "collection_id"):
        op.create_index(f"ix_share_{column}", "share", [column])


def _people() -> None:
    op.create_table(
        "membership",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("workspace_id", sa.String(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        sa.PrimaryKeyConstraint("user_id", "workspace_id"),
    )
    op.create_table(
        "joincode",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("sha256"),
    )
    op.create_index("ix_joincode_user_id", "joincode", ["user_id"])


def downgrade() -> None:
    raise NotImplementedError("people's collections and shares stand here: nothing takes them away")


def _words(row: str = "") -> str:
    """What whoever may look at an asset may find it by."""
    return " || ' ' || ".join(f"{row}{name}" for name in ("asked", "prompt", "alt_text"))


def _own(row: str = "") -> str:
    """What its own person alone may find it by."""
    return f"{row}reply || ' ' || {row}tags"


def _owner(row: str = "") -> str:
    return f"CASE {row}kind WHEN 'upload' THEN '0up' ELSE '0made' END || {row}user_id"


def _space(row: str = "") -> str:
    return f"CASE WHEN {row}visibility = 'workspace' THEN coalesce({row}workspace_id, '') ELSE '' END"


# Those that people ask for; two of them differ by six per cent at least, so a tolerance of three picks one.
RATIOS = ((1, 1), (5, 4), (4, 5), (4, 3), (3, 4), (3, 2), (2, 3), (16, 9), (9, 16), (2, 1), (1, 2), (21, 9), (9, 21))


def _facts(row: str = "", days: str = "''") -> str:
    """What is filtered by, a word each. A digit stands first, so that hardly any word typed begins the same.

    Last in each stands who may look, in brief: so the index keeps a short list for each, not one long list for all.
    What an owner thinks of their own is in words for them alone.
    """
    seen, own = f"{_plain(row)} || {days}", _marks(row)
    shown = f"CASE WHEN {row}visibility = 'workspace' THEN {_scoped(seen, f'{row}workspace_id')} ELSE '' END"
    return f"{_scoped(f'{seen} || {own}', f'{row}user_id')} || coalesce({shown}, '')"


def _scoped(words: str, scope: str) -> str:
    return f"replace({words} || ' ', ' ', substr({scope}, 1, 8) || ' ')"


def _plain(row: str) -> str:
    """What the asset is."""
    wide, high = f"{row}width", f"{row}height"
    shape = f"CASE WHEN {wide} > {high} THEN ' 0aspectwide' WHEN {wide} < {high} THEN ' 0aspecttall' ELSE '' END"
    near = " ".join(
        f"WHEN abs({wide} * {b} - {high} * {a}) * 100 <= 3 * {high} * {a} THEN ' 0aspect{a}x{b}'" for a, b in RATIOS
    )
    square = f"CASE WHEN {wide} = {high} THEN ' 0aspectsquare' ELSE '' END"
    return " || ".join(
        (
            f"'0kind' || {row}kind || ' 0tool' || {row}tool",
            f"' 0provider' || lower(replace(coalesce({row}provider, 'none'), ' ', '-'))",
            f"{shape} || {square} || CASE {near} ELSE '' END",
            _each(f"{row}hung_in", "0in"),
        )
    )


def _marks(row: str) -> str:
    """What its owner makes of it."""
    return " || ".join(
        (
            f"CASE WHEN {row}favourite THEN ' 0isfavourite' ELSE '' END",
            f"CASE WHEN {row}visibility IN ('workspace', 'link') THEN ' 0isshared' ELSE '' END",
            f"CASE {row}rating WHEN 1 THEN ' 0ratedup' WHEN -1 THEN ' 0rateddown' ELSE '' END",
            f"coalesce(' 0thread' || {row}thread_id, '')",
            _each(f"replace({row}tags, '-', '0')", "0tag"),
        )
    )


def _days(row: str = "") -> str:
    """Its day, month and year in UTC, so that any span of days is a few words. PostgreSQL asks the column itself."""
    day = f"replace(substr({row}created_at, 1, 10), '-', '')"
    return f"' 0y' || substr({day}, 1, 4) || ' 0m' || substr({day}, 1, 6) || ' 0d' || {day}"


def _each(words: str, name: str) -> str:
    return f"CASE WHEN {words} <> '' THEN ' {name}' || replace({words}, ' ', ' {name}') ELSE '' END"


_COLUMNS = "owner, space, facts, model, words, own"


def _values(row: str = "") -> tuple[str, ...]:
    return (
        _owner(row),
        _space(row),
        _facts(row, _days(row)),
        f"coalesce({row}model, '')",
        _words(row),
        _own(row),
    )


_NEW = _values("new.")
_SET = ", ".join(f"{name} = {value}" for name, value in zip(_COLUMNS.split(", "), _NEW, strict=True))

# The owner, the workspace that may look, and all that is filtered by stand inside the index: one walk of it, from its
# newest entry, answers every search and touches nobody else's entries.
SEARCH_SQLITE = (
    "DROP TRIGGER asset_search_insert",
    "DROP TRIGGER asset_search_delete",
    "DROP TRIGGER asset_search_update",
    "DROP TABLE asset_search",
    f"""CREATE VIRTUAL TABLE asset_search USING fts5(
        {_COLUMNS}, tokenize = "unicode61 remove_diacritics 2", prefix = '1 2 3'
    )""",
    "CREATE VIRTUAL TABLE asset_search_terms USING fts5vocab(asset_search, instance)",
    f"""INSERT INTO asset_search(rowid, {_COLUMNS})
        SELECT seq, {", ".join(_values())} FROM asset ORDER BY seq""",
    f"""CREATE TRIGGER asset_search_insert AFTER INSERT ON asset BEGIN
        INSERT INTO asset_search(rowid, {_COLUMNS}) VALUES (new.seq, {", ".join(_NEW)});
    END""",
    """CREATE TRIGGER asset_search_delete AFTER DELETE ON asset BEGIN
        DELETE FROM asset_search WHERE rowid = old.seq;
    END""",
    f"""CREATE TRIGGER asset_search_update
    AFTER UPDATE OF user_id, workspace_id, visibility, asked, prompt, alt_text, reply, tags, favourite, rating, hung_in,
        thread_id
    ON asset BEGIN
        UPDATE asset_search SET {_SET} WHERE rowid = old.seq;
    END""",
)
# What an asset's own person thinks of it, and where it hangs, stand in its row as well, whoever writes them.
KEPT_SQLITE = (
    *(
        f"""CREATE TRIGGER vote_{event.lower()} AFTER {event} ON vote BEGIN
        UPDATE asset SET rating = {value} WHERE id = {row}.asset_id AND user_id = {row}.user_id;
    END"""
        for event, row, value in (
            ("INSERT", "new", "new.value"),
            ("UPDATE", "new", "new.value"),
            ("DELETE", "old", "0"),
        )
    ),
    """CREATE TRIGGER placement_insert AFTER INSERT ON placement BEGIN
        UPDATE asset SET hung_in = ltrim(hung_in || ' ' || new.collection_id) WHERE seq = new.asset_seq;
    END""",
    """CREATE TRIGGER placement_delete AFTER DELETE ON placement BEGIN
        UPDATE asset SET hung_in = trim(replace(' ' || hung_in || ' ', ' ' || old.collection_id || ' ', ' '))
        WHERE seq = old.asset_seq;
    END""",
)
KEPT_POSTGRES = (
    """CREATE FUNCTION easel_voted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN
            UPDATE asset SET rating = 0 WHERE id = old.asset_id AND user_id = old.user_id;
        ELSE
            UPDATE asset SET rating = new.value WHERE id = new.asset_id AND user_id = new.user_id;
        END IF;
        RETURN NULL;
    END $$""",
    "CREATE TRIGGER vote_kept AFTER INSERT OR UPDATE OR DELETE ON vote FOR EACH ROW EXECUTE FUNCTION easel_voted()",
    """CREATE FUNCTION easel_hung() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'DELETE' THEN
            UPDATE asset SET hung_in = btrim(replace(' ' || hung_in || ' ', ' ' || old.collection_id || ' ', ' '))
            WHERE seq = old.asset_seq;
        ELSE
            UPDATE asset SET hung_in = ltrim(hung_in || ' ' || new.collection_id) WHERE seq = new.asset_seq;
        END IF;
        RETURN NULL;
    END $$""",
    "CREATE TRIGGER placement_kept AFTER INSERT OR DELETE ON placement FOR EACH ROW EXECUTE FUNCTION easel_hung()",
)
# PostgreSQL cuts words apart as SQLite's index does: accents and small or large letters make no difference, nor do the
# marks between words, of which its own parser would make numbers, addresses and paths. Queries are cut by the same.
WORDS_POSTGRES = r"""CREATE FUNCTION easel_words(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_tsvector('simple'::regconfig, regexp_replace(
        normalize(regexp_replace(normalize(lower(words), NFKD), '[\u0300-\u036f]+', '', 'g'), NFC),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g'
    ))"""
# The same in one vector: weight A is what must be exactly so (who may look, what is filtered by), B the model, C what the
# own person alone finds it by, D the words.
SEARCH_POSTGRES = (
    WORDS_POSTGRES,
    "DROP INDEX asset_search",
    "ALTER TABLE asset DROP COLUMN search",
    f"""ALTER TABLE asset ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(array_to_tsvector(string_to_array(
            btrim({_owner()} || ' 0space' || {_space()} || ' ' || {_facts()}), ' '
        )), 'A')
        || setweight(easel_words(coalesce(model, '')), 'B')
        || setweight(easel_words({_own()}), 'C')
        || easel_words({_words()})
    ) STORED""",
    "CREATE INDEX asset_search ON asset USING gin (search)",
)
