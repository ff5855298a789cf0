"""What chats bring: files to fetch, and votes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added in place: rebuilding a table that others refer to would drop what refers to it.
    op.add_column("creation", sa.Column("files", sa.JSON(), nullable=False, server_default="[]"))
    op.create_index("post_message", "post", ["message_id"], unique=False)
    op.create_table(
        "vote",
        sa.Column("asset_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"]),
        sa.PrimaryKeyConstraint("asset_id", "user_id"),
    )
    op.create_index("ix_vote_user_id", "vote", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("vote")
    op.drop_index("post_message", "post")
    op.drop_column("creation", "files")
