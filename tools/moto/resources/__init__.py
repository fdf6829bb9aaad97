"""The adapters, a module for each service. Importing this package fills the table of types."""

from . import (  # noqa: F401
    apigatewayv2,
    budgets,
    cloudfront,
    cloudwatch,
    dynamodb,
    iam,
    kinesis,
    kms,
    lambdas,
    logs,
    s3,
    scheduler,
    secretsmanager,
    sns,
    sqs,
    ssm,
)
