"""The workgroup that queries are run in: what one may scan, and where its answer is, and for how long."""

from aws_cdk import aws_athena as athena
from constructs import Construct

from infra.storage import ReportStorage

# 5 cents a query: a year of one selling partner's reports of a type is some MB.
MOST_SCANNED_BYTES = 10 * 1024**3


class QueryWorkgroup(Construct):
    """A workgroup of Athena's; its answers are under `<zone>athena/` for a week."""

    def __init__(self, scope: Construct, construct_id: str, *, name: str, storage: ReportStorage, zone: str) -> None:
        """Make it, with the encryption of its zone."""
        super().__init__(scope, construct_id)
        athena.CfnWorkGroup(
            self,
            "Workgroup",
            name=name,
            recursive_delete_option=True,
            work_group_configuration=athena.CfnWorkGroup.WorkGroupConfigurationProperty(
                enforce_work_group_configuration=True,
                publish_cloud_watch_metrics_enabled=True,
                bytes_scanned_cutoff_per_query=MOST_SCANNED_BYTES,
                engine_version=athena.CfnWorkGroup.EngineVersionProperty(
                    selected_engine_version="Athena engine version 3"
                ),
                result_configuration=athena.CfnWorkGroup.ResultConfigurationProperty(
                    output_location=f"s3://{storage.bucket.bucket_name}/{zone}athena/",
                    encryption_configuration=athena.CfnWorkGroup.EncryptionConfigurationProperty(
                        encryption_option="SSE_KMS" if zone else "SSE_S3",
                        kms_key=storage.restricted_key.key_arn if zone else None,
                    ),
                ),
            ),
        )
