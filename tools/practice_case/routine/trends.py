"""Insights about ordinary work: a sale, a large plan, a backlog."""

from datetime import timedelta

from tools.practice_case.insights import Unusual, insight
from tools.practice_case.organization import (
    ANALYTICS,
    LAKE_CRAWLER,
    MANAGEMENT,
    ORDER_WORKER,
    PRODUCTION,
    TERRAFORM,
)
from tools.practice_case.record_writer import RecordWriter
from tools.practice_case.routine import days
from tools.practice_case.routine.pipeline import TERRAFORM_AGENT

SEEN = (
    (
        1,
        Unusual(
            "ssm:DescribeParameters",
            PRODUCTION,
            PRODUCTION.region,
            TERRAFORM[1].session_arn("run-4711"),
            TERRAFORM_AGENT,
            rate=6.5,
            baseline=0.0021,
            error="ThrottlingException",
        ),
    ),
    (
        4,
        Unusual(
            "secretsmanager:GetSecretValue",
            PRODUCTION,
            PRODUCTION.region,
            ORDER_WORKER.session_arn("order-worker"),
            "lambda.amazonaws.com",
            rate=31.2,
            baseline=0.05,
        ),
    ),
    (
        7,
        Unusual(
            "glue:BatchCreatePartition",
            ANALYTICS,
            ANALYTICS.region,
            LAKE_CRAWLER.session_arn("GlueJobRunnerSession"),
            "glue.amazonaws.com",
            rate=12.0,
            baseline=9.8e-5,
        ),
    ),
    (
        9,
        Unusual(
            "iam:GetRole",
            MANAGEMENT,
            MANAGEMENT.region,
            TERRAFORM[0].session_arn("run-8080"),
            TERRAFORM_AGENT,
            rate=24.4,
            baseline=0.4,
        ),
    ),
)


def notice(writer: RecordWriter) -> None:
    """Tell what CloudTrail Insights noticed on some working days."""
    for number, unusual in SEEN:
        minutes = writer.chance.between(6, 40)
        start = days.WORKING[number] + timedelta(hours=11, minutes=minutes)
        insight(writer, unusual, start, minutes)
