"""The way into an AWS account: a session, a region, a client for each service.

boto3 is imported by the first of them: who asks local files has no need of it.
"""

import threading
from functools import cached_property
from typing import TYPE_CHECKING, Any

from trailkit.errors import NotConfigured

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config

AT_ONCE = 16
"""The most requests that one client has under way."""

APPLICATION = "trailkit"
"""The user agent of each request ends with ``app/trailkit``; CloudTrail keeps it."""


def settings() -> "Config":
    """Return the settings of every client."""
    from botocore.config import Config

    return Config(max_pool_connections=AT_ONCE, user_agent_appid=APPLICATION)


class Access:
    """A boto3 session in one region, made when it is first needed.

    ``session`` wins over ``profile``, and ``region`` over the session's own;
    ``otherwise`` is for services that find what they need from any Region.
    """

    def __init__(
        self,
        session: "boto3.Session | None",
        profile: str | None,
        region: str | None,
        otherwise: str | None = None,
    ) -> None:
        """Remember what is wanted; nothing is read yet."""
        self._session, self._profile, self._region = session, profile, region
        self._otherwise = otherwise
        self._clients: dict[tuple[str, str], Any] = {}
        self._making = threading.Lock()

    def renew(self) -> None:
        """Read the credentials anew: from now on clients are made of a new session.

        A session that was given stays: it renews its own, or cannot.
        """
        with self._making:
            self._clients.clear()
            if self._session is None:
                self.__dict__.pop("session", None)

    @cached_property
    def session(self) -> Any:
        """The session given, or one of the profile."""
        if self._session:
            return self._session
        import boto3

        return boto3.Session(profile_name=self._profile)

    @cached_property
    def region(self) -> str:
        """The region; raises NotConfigured where no one has set one."""
        region = self._region or self.session.region_name or self._otherwise
        if not region:
            raise NotConfigured(
                'No AWS region is set. Name it in the call: region="eu-west-1".'
            )
        return region

    def caller(self) -> tuple[str, ...]:
        """Return the ARN of the session's identity, and its access key; asks AWS."""
        arn = self.client("sts").get_caller_identity()["Arn"]
        credentials = self.session.get_credentials()
        return (arn, credentials.access_key) if credentials else (arn,)

    def client(self, service: str, region: str | None = None) -> Any:
        """Return the client of a service, in this region or another; to any thread."""
        key = service, region or self.region
        with self._making:  # a client may be shared between threads, a session not
            if key not in self._clients:
                self._clients[key] = self.session.client(
                    service,
                    region_name=key[1],
                    config=settings(),
                )
        return self._clients[key]
