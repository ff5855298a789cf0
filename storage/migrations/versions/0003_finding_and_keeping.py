"""A gallery worth keeping: tags, collections, shares, looks, credits, and an index that knows all of it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
SHOWN = sa.text("visibility = 'workspace'")


def upgrade() -> None:
    # Added in place: rebuilding a table that others refer to would drop what refers to it.
    op.add_column("user", sa.Column("joined_to", sa.String(), nullable=True))
    op.create_index("ix_user_joined_to", "user", ["joined_to"])
    op.add_column("thread", sa.Column("head_id", sa.String(), nullable=True))
    op.add_column("asset", sa.Column("reply", sa.String(), nullable=False, server_default=""))
    op.add_column("asset", sa.Column("tags", sa.String(), nullable=False, server_default=""))
    op.add_column("asset", sa.Column("inputs", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("asset", sa.Column("credit_id", sa.String(), nullable=True))
    op.create_index("ix_asset_credit_id", "asset", ["credit_id"])
    op.create_index("asset_user_created", "asset", ["user_id", "created_at"])
    op.create_index("asset_sha256", "asset", ["sha256"])
    op.create_index("asset_shown", "asset", ["workspace_id", "seq"], sqlite_where=SHOWN, postgresql_where=SHOWN)
    _keeping()
    _people()
    for statement in SEARCH_SQLITE if op.get_bind().dialect.name == "sqlite" else SEARCH_POSTGRES:
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
    return " || ' ' || ".join(f"{row}{name}" for name in ("asked", "prompt", "alt_text", "reply", "tags"))


def _facts(row: str = "") -> str:
    """What is filtered by: each fact as a phrase, so that `model gpt image` finds every model of that family."""
    shape = (
        f"CASE WHEN {row}width > {row}height THEN 'wide' WHEN {row}width < {row}height THEN 'tall' ELSE 'square' END"
    )
    return " || ' ' || ".join(
        (
            f"'kind ' || {row}kind",
            f"'tool ' || {row}tool",
            f"'provider ' || coalesce({row}provider, 'none')",
            f"'model ' || coalesce({row}model, 'none')",
            f"'aspect ' || {shape}",
        )
    )


def _space(row: str = "") -> str:
    return f"CASE WHEN {row}visibility = 'workspace' THEN coalesce({row}workspace_id, '') ELSE '' END"


_OF_NEW = f"new.seq, new.user_id, {_space('new.')}, {_facts('new.')}, {_words('new.')}"

# The owner, and the workspace that may look, stand inside the index: a search touches nobody else's entries.
SEARCH_SQLITE = (
    "DROP TRIGGER asset_search_insert",
    "DROP TRIGGER asset_search_delete",
    "DROP TRIGGER asset_search_update",
    "DROP TABLE asset_search",
    """CREATE VIRTUAL TABLE asset_search USING fts5(
        owner, space, facts, words, tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
    )""",
    f"""INSERT INTO asset_search(rowid, owner, space, facts, words)
        SELECT seq, user_id, {_space()}, {_facts()}, {_words()} FROM asset ORDER BY seq""",
    f"""CREATE TRIGGER asset_search_insert AFTER INSERT ON asset BEGIN
        INSERT INTO asset_search(rowid, owner, space, facts, words) VALUES ({_OF_NEW});
    END""",
    """CREATE TRIGGER asset_search_delete AFTER DELETE ON asset BEGIN
        DELETE FROM asset_search WHERE rowid = old.seq;
    END""",
    f"""CREATE TRIGGER asset_search_update
    AFTER UPDATE OF user_id, workspace_id, visibility, asked, prompt, alt_text, reply, tags ON asset BEGIN
        UPDATE asset_search SET owner = new.user_id, space = {_space("new.")}, words = {_words("new.")}
        WHERE rowid = old.seq;
    END""",
)
# PostgreSQL cuts words apart as SQLite's index does: accents and small or large letters make no difference, nor do the
# marks between words, of which its own parser would make numbers, addresses and paths. Queries are cut by the same.
WORDS_POSTGRES = r"""CREATE FUNCTION easel_words(words text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN to_tsvector('simple'::regconfig, regexp_replace(
        normalize(regexp_replace(normalize(lower(words), NFKD), '[\u0300-\u036f]+', '', 'g'), NFC),
        '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u303f]+', ' ', 'g'
    ))"""
# The same in one vector: weight A names who may look, B what is filtered by, D the words.
SEARCH_POSTGRES = (
    WORDS_POSTGRES,
    "DROP INDEX asset_search",
    "ALTER TABLE asset DROP COLUMN search",
    f"""ALTER TABLE asset ADD COLUMN search tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple', 'owner' || user_id), 'A')
        || setweight(to_tsvector('simple', 'space' || {_space()}), 'A')
        || setweight(to_tsvector('simple', {_facts()}), 'B')
        || easel_words({_words()})
    ) STORED""",
    "CREATE INDEX asset_search ON asset USING gin (search)",
)
