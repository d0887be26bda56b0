"""What is kept: shaped for its access patterns, private, and not lost with the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.tables import CORE_INDEXES

if TYPE_CHECKING:
    from tests.infra.synthesized import Synthesize, Synthesized

STATEFUL = {
    "AWS::DynamoDB::Table",
    "AWS::KMS::Key",
    "AWS::Logs::LogGroup",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
}

# A logical id that changes replaces the resource: its data stays behind in one that nobody reads.
PINNED = {
    "Data/Core": "DataCoreD2B56B43",
    "Data/Ledger": "DataLedgerDBC368C7",
    "Data/Images": "DataImagesE36FBF16",
    "Data/Signing": "DataSigning1809020F",
    "Data/Session": "DataSessionFCA3CE6E",
    "Data/TelegramBot": "DataTelegramBotAFF71393",
    "Data/WavespeedKey": "DataWavespeedKeyE1A6282A",
    "Data/OpenaiKey": "DataOpenaiKey8B87172B",
    "Data/GoogleKey": "DataGoogleKey392F6606",
    "Data/NanobananaKey": "DataNanobananaKeyE047F7EC",
    "Data/WavespeedWebhook": "DataWavespeedWebhookBA0FFAC0",
    "Events/Bus": "EventsBus45DE4339",
    "Identity/Users": "IdentityUsers61009EFD",
    "Identity/Users/Apps": "IdentityUsersApps5FFCE912",
    "Front/Http": "FrontHttp9361FE58",
    "Queues/CollectWavespeed/Queue": "QueuesCollectWavespeedQueue9F3CD5C0",
    "Queues/Generations/Queue": "QueuesGenerationsQueueD3E872AA",
    "Queues/Integration/Queue": "QueuesIntegrationQueue650F619C",
    "Queues/RenderSandbox/Queue": "QueuesRenderSandboxQueue08A1024D",
    "Queues/RenderWavespeed/Queue": "QueuesRenderWavespeedQueueACD13639",
    "Workflow/Machine": "WorkflowMachine0C2E3460",
}


def test_nothing_stateful_goes_with_the_stack_or_with_a_replacement(production: Synthesized) -> None:
    for logical_id, resource in production.template["Resources"].items():
        if resource["Type"] in STATEFUL:
            policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
            # What a first deployment has made goes when it fails, or the deployment could not be repeated.
            assert policies == ("RetainExceptOnCreate", "Retain"), logical_id
        else:
            assert resource.get("DeletionPolicy") != "Delete", logical_id


def test_nothing_that_is_protected_keeps_a_failed_first_deployment_from_being_removed(synthesize: Synthesize) -> None:
    first = synthesize(stage="production", deletionProtection="false")

    assert not first.stack.termination_protection
    tables = first.of_type("AWS::DynamoDB::Table")
    assert [path for path, table in tables.items() if table.get("DeletionProtectionEnabled")] == []
    (pool,) = first.of_type("AWS::Cognito::UserPool").values()
    assert pool["DeletionProtection"] == "INACTIVE"


def test_a_trial_stack_leaves_nothing_behind(dev: Synthesized) -> None:
    resources = dev.template["Resources"].items()
    kept = [logical_id for logical_id, resource in resources if "Retain" in resource.get("DeletionPolicy", "")]
    assert kept == []


def test_only_trial_stacks_can_be_deleted_by_mistake(
    production: Synthesized, dev: Synthesized, local: Synthesized
) -> None:
    assert production.stack.termination_protection
    assert not dev.stack.termination_protection
    assert not local.stack.termination_protection


def test_the_logical_ids_of_what_holds_data_are_pinned(production: Synthesized) -> None:
    actual = {production.path_of(logical_id): logical_id for logical_id in production.template["Resources"]}
    assert {path: actual.get(path) for path in PINNED} == PINNED


def test_the_core_table(production: Synthesized) -> None:
    table = production.of_type("AWS::DynamoDB::Table")["Data/Core"]
    assert _keys(table) == ("pk", "sk")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert {attribute["AttributeType"] for attribute in table["AttributeDefinitions"]} == {"S"}


def test_the_indexes_hold_keys_only(production: Synthesized) -> None:
    table = production.of_type("AWS::DynamoDB::Table")["Data/Core"]
    indexes = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
    assert {name: _keys(index) for name, index in indexes.items()} == {
        index.name: (index.partition, index.sort) for index in CORE_INDEXES
    }
    for index in CORE_INDEXES:
        also = {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(index.also)}
        assert indexes[index.name]["Projection"] == (also if index.also else {"ProjectionType": "KEYS_ONLY"})


def test_nothing_in_the_ledger_expires_and_every_second_of_it_can_be_restored(production: Synthesized) -> None:
    table = production.of_type("AWS::DynamoDB::Table")["Data/Ledger"]
    assert _keys(table) == ("pk", "sk")
    assert "TimeToLiveSpecification" not in table
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    indexes = {index["IndexName"]: _keys(index) for index in table["GlobalSecondaryIndexes"]}
    assert indexes == {"grants_by_expiry": ("expiryShard", "grantExpiresAt")}


def test_what_is_ephemeral_goes_by_itself(production: Synthesized) -> None:
    table = production.of_type("AWS::DynamoDB::Table")["Data/Ephemeral"]
    assert _keys(table) == ("pk", "sk")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expiresAt", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_the_bucket_is_private_and_encrypted(production: Synthesized) -> None:
    bucket = production.of_type("AWS::S3::Bucket")["Data/Images"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "AES256" in str(bucket["BucketEncryption"])


def test_the_bucket_refuses_plain_http(production: Synthesized) -> None:
    policy = production.of_type("AWS::S3::BucketPolicy")["Data/Images/Policy"]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Principal"]) == ("Deny", "s3:*", {"AWS": "*"})
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert [production.text(arn) for arn in statement["Resource"]] == ["Data/Images", "Data/Images/*"]


def test_deleted_pictures_can_be_brought_back_where_versions_are_switched_on(
    production: Synthesized, varied: Synthesized
) -> None:
    assert "VersioningConfiguration" not in production.of_type("AWS::S3::Bucket")["Data/Images"]

    bucket = varied.of_type("AWS::S3::Bucket")["Data/Images"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = bucket["LifecycleConfiguration"]["Rules"]
    kept = [rule["NoncurrentVersionExpiration"] for rule in rules if "NoncurrentVersionExpiration" in rule]
    assert kept == [{"NoncurrentDays": 30}]


def test_what_is_not_a_result_expires_and_results_never_do(production: Synthesized) -> None:
    rules = production.of_type("AWS::S3::Bucket")["Data/Images"]["LifecycleConfiguration"]["Rules"]
    expiring = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}
    assert expiring == {"incoming/": 2, "archives/": 2, "batches/": 30, "lent/": 1}
    assert [rule["AbortIncompleteMultipartUpload"] for rule in rules if "AbortIncompleteMultipartUpload" in rule] == [
        {"DaysAfterInitiation": 1}
    ]


def test_browsers_reach_the_bucket_from_the_set_origins_only(production: Synthesized, dev: Synthesized) -> None:
    rules = production.of_type("AWS::S3::Bucket")["Data/Images"]["CorsConfiguration"]["CorsRules"]
    assert [rule["AllowedOrigins"] for rule in rules] == [["https://app.example.com"]]
    assert "CorsConfiguration" not in dev.of_type("AWS::S3::Bucket")["Data/Images"]


def test_the_signing_secret_is_generated_and_vendor_keys_start_unset(production: Synthesized) -> None:
    secrets = production.of_type("AWS::SecretsManager::Secret")
    assert secrets["Data/Signing"]["GenerateSecretString"]["PasswordLength"] == 64
    vendors = {f"Data/{vendor}Key" for vendor in ("Wavespeed", "Openai", "Google", "Nanobanana")}
    assert {secrets[path]["SecretString"] for path in vendors} == {"unset"}
    assert secrets["Data/WavespeedWebhook"]["SecretString"] == "unset"
    assert secrets["Data/Session"]["GenerateSecretString"]["PasswordLength"] == 64
    assert secrets["Data/TelegramBot"]["SecretString"] == "unset"
    assert set(secrets) == {"Data/Signing", "Data/Session", "Data/TelegramBot", "Data/WavespeedWebhook"} | vendors


def _keys(table: dict[str, list[dict[str, str]]]) -> tuple[str, str]:
    partition, sort = table["KeySchema"]
    assert (partition["KeyType"], sort["KeyType"]) == ("HASH", "RANGE")
    return partition["AttributeName"], sort["AttributeName"]
