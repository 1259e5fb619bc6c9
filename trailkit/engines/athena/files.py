"""Result files in S3, read and deleted while the bucket still has its right owner."""

from typing import Any

from botocore.exceptions import BotoCoreError

from trailkit.aws.explain import is_refusal, is_unreached

_ATTEMPTS = 3


class ResultFiles:
    """The files that Athena wrote into one account's bucket."""

    def __init__(self, client: Any, owner: str | None) -> None:
        """Take an S3 client and the account that must own the bucket."""
        self._client, self._owner = client, owner

    def read(self, url: str) -> bytes:
        """Read a file whole; a connection lost half-way is tried again."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._read(url)
            except BotoCoreError as error:
                if not is_unreached(error):
                    raise
        return self._read(url)

    def delete(self, urls: list[str]) -> bool:
        """Delete files; without the right to, they stay, and the answer is False."""
        try:
            for url in urls:
                self._client.delete_object(**self._place(url))
        except self._client.exceptions.ClientError as error:
            if not is_refusal(error):
                raise
            return False
        return True

    def _read(self, url: str) -> bytes:
        return self._client.get_object(**self._place(url))["Body"].read()

    def _place(self, url: str) -> dict[str, str]:
        bucket, _, key = url.removeprefix("s3://").partition("/")
        owner = {"ExpectedBucketOwner": self._owner} if self._owner else {}
        return {"Bucket": bucket, "Key": key, **owner}
