"""Which store of objects the settings name."""

from pydantic import SecretStr

from bot.settings import Settings
from storage.objects import FileObjects, ObjectStore
from storage.s3 import S3Objects
from storage.s3_wire import Bucket


def object_store(settings: Settings) -> ObjectStore:
    """A bucket where one is set, else files in the data folder."""
    return bucket_store(settings) if settings.s3_bucket else file_store(settings)


def file_store(settings: Settings) -> FileObjects:
    """Files in the data folder."""
    return FileObjects(settings.data_dir / "objects")


def bucket_store(settings: Settings) -> S3Objects:
    """The bucket that is set."""
    bucket = Bucket(
        name=settings.s3_bucket or "",
        endpoint=settings.s3_endpoint_url,
        region=settings.aws_region,
        access_key_id=_plain(settings.aws_access_key_id),
        secret_access_key=_plain(settings.aws_secret_access_key),
        session_token=_plain(settings.aws_session_token),
        encryption=settings.s3_encryption,
        links=settings.s3_links == "on",
    )
    return S3Objects(bucket)


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
