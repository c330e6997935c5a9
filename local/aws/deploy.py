"""What `cdk deploy` does with a synthesized cloud assembly, through boto3: publish the assets, create the stack."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import boto3
    from types_boto3_cloudformation.type_defs import StackTypeDef

POLL_SECONDS = 0.02


class StackFailed(Exception):
    """CloudFormation gave up on a stack; the message names each resource that failed, and why."""


class StackMissing(Exception):
    """A cloud assembly has no stack of the name that was asked for."""


class Deployment:
    """One stack of a cloud assembly, on its way to one endpoint."""

    def __init__(
        self, *, assembly: Path, stack_name: str, account: str, endpoint_url: str, session: boto3.Session
    ) -> None:
        """Read the assembly's manifest.

        Raises:
            StackMissing: the assembly has no stack of this name.
        """
        artifacts = json.loads((assembly / "manifest.json").read_text())["artifacts"]
        if stack_name not in artifacts:
            stacks = [name for name, artifact in artifacts.items() if artifact["type"] == "aws:cloudformation:stack"]
            raise StackMissing(f"{assembly} has no stack {stack_name}, but {', '.join(stacks)}")
        self._assembly = assembly
        self._name = stack_name
        self._stack: dict[str, Any] = artifacts[stack_name]["properties"]
        self._assets: dict[str, Any] = json.loads((assembly / f"{stack_name}.assets.json").read_text())
        self._endpoint_url = endpoint_url
        self._session = session
        self._values = {"Partition": "aws", "AccountId": account, "Region": session.region_name}
        self._cloudformation = session.client("cloudformation")

    def run(self) -> dict[str, str]:
        """Publish, create or update, wait; return the stack's outputs.

        Raises:
            StackFailed: the stack was rolled back.
        """
        self._bootstrap()
        self._publish()
        token = self._submit()
        stack = self._settled()
        if stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise StackFailed(f"{self._name} is {stack['StackStatus']}: {'; '.join(self._failures(token))}")
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def _bootstrap(self) -> None:
        """Leave what `cdk bootstrap` leaves and a template looks for: the bucket of the assets, and the version."""
        # us-east-1 needs no location constraint, and lets its owner create a bucket again.
        s3 = self._session.client("s3", region_name="us-east-1")
        for bucket in {bucket for _, bucket, _ in self._destinations()}:
            s3.create_bucket(Bucket=bucket)
        self._session.client("ssm").put_parameter(
            Name=self._stack["bootstrapStackVersionSsmParameter"],
            Value=str(self._stack["requiresBootstrapStackVersion"]),
            Type="String",
            Overwrite=True,
        )

    def _publish(self) -> None:
        s3 = self._session.client("s3")
        for source, bucket, key in self._destinations():
            path = self._assembly / source["path"]
            content = _zipped(path) if source["packaging"] == "zip" else path.read_bytes()
            s3.put_object(Bucket=bucket, Key=key, Body=content)

    def _destinations(self) -> Iterator[tuple[dict[str, str], str, str]]:
        """Yield each file asset's source, bucket and key; the template is one of them."""
        for asset in self._assets["files"].values():
            for destination in asset["destinations"].values():
                yield asset["source"], self._filled(destination["bucketName"]), self._filled(destination["objectKey"])

    def _filled(self, text: str) -> str:
        for name, value in self._values.items():
            text = text.replace(f"${{AWS::{name}}}", value)
        return text

    def _submit(self) -> str:
        """Ask CloudFormation for the stack as it is in the assembly; return the token its events will carry."""
        token = uuid.uuid4().hex
        template = self._filled(self._stack["stackTemplateAssetObjectUrl"]).removeprefix("s3://")
        submit = self._cloudformation.update_stack if self._exists() else self._cloudformation.create_stack
        try:
            submit(
                StackName=self._name,
                TemplateURL=f"{self._endpoint_url}/{template}",
                Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
                Tags=[{"Key": key, "Value": value} for key, value in self._stack.get("tags", {}).items()],
                ClientRequestToken=token,
            )
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
        return token

    def _exists(self) -> bool:
        """Tell whether there is a stack to update; what is left of a failed creation is not one."""
        try:
            return self._settled()["StackStatus"] != "ROLLBACK_COMPLETE"
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            return False

    def _settled(self) -> StackTypeDef:
        """Return the stack as soon as nothing is in progress."""
        while True:
            stack = self._cloudformation.describe_stacks(StackName=self._name)["Stacks"][0]
            if not stack["StackStatus"].endswith("_IN_PROGRESS"):
                return stack
            time.sleep(POLL_SECONDS)

    def _failures(self, token: str) -> list[str]:
        events = self._cloudformation.describe_stack_events(StackName=self._name)["StackEvents"]
        return [
            f"{event['LogicalResourceId']} ({event['ResourceType']}): {event['ResourceStatusReason']}"
            for event in reversed(events)
            if event.get("ClientRequestToken") == token and event["ResourceStatus"].endswith("_FAILED")
        ]


def _zipped(folder: Path) -> bytes:
    """Return a zip that depends on the files' names and contents only."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())  # its date is 1980-01-01
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
