"""How many calls to AWS each operation makes: they are most of its price and of its time.

The table is the measurement itself. When it changes, somebody decided so: paste what the failure shows.
"""

from __future__ import annotations

import boto3
import pytest
from tests.support.aws_calls import counted_aws_calls
from tests.support.emulator import Emulator
from tests.support.operations import Calls, as_table, measure

TABLE = """
make a workspace                  2  GetItem, TransactWriteItems
check a key, new to the process   2  GetItem, UpdateItem
check a key again                 1  UpdateItem
submit                            2  TransactWriteItems, SendMessage
submit with a key                 2  TransactWriteItems, SendMessage
submit it again                   2  TransactWriteItems, Query
submit what is refused            0
status, new to the process        2  Query, BatchGetItem
status                            1  Query
list, new to the process          2  Query, GetSecretValue
list                              1  Query
list by status                    3  Query, 2 x BatchGetItem
picture that is being made        1  Query
cancel                            3  Query, TransactWriteItems, StopExecution
create a product                  1  TransactWriteItems
product                           1  GetItem
products                          2  Query, GetItem
change a product                  2  GetItem, TransactWriteItems
change it to the same product     1  GetItem
delete a product                  2  GetItem, TransactWriteItems
announce an upload                1  PutItem
upload that is awaited            1  GetItem
check what arrived                7  GetItem, GetObject, UpdateItem, 2 x PutObject, UpdateItem, DeleteObject
check it again                    2  GetItem, DeleteObject
upload                            1  GetItem
uploads                           1  Query
delete an upload                  6  GetItem, UpdateItem, ListObjectVersions, DeleteObjects, ListObjectVersions, DeleteItem
make a template                   1  TransactWriteItems
change a template                 2  GetItem, TransactWriteItems
change it to the same             1  GetItem
templates                         1  Query
template                          1  GetItem
template that ships               0
try a template                    1  GetItem
submit with what ships            2  TransactWriteItems, SendMessage
submit with an own template       3  GetItem, TransactWriteItems, SendMessage
remove a template                 2  GetItem, TransactWriteItems
start                             4  GetItem, BatchGetItem, UpdateItem, StartExecution
render, delivered at once        15  ChangeMessageVisibility, Query, BatchGetItem, PutItem, BatchGetItem, PutItem, UpdateItem, 3 x PutObject, UpdateItem, Query, SendTaskSuccess, BatchGetItem, UpdateItem
render, job begun                 8  ChangeMessageVisibility, Query, BatchGetItem, PutItem, BatchGetItem, PutItem, UpdateItem, SendMessage
collect, still running            5  ChangeMessageVisibility, Query, BatchGetItem, UpdateItem, SendMessage
collect, delivered               12  ChangeMessageVisibility, Query, BatchGetItem, UpdateItem, 3 x PutObject, UpdateItem, Query, SendTaskSuccess, BatchGetItem, UpdateItem
callback                          1  SendMessage
follow a callback                12  ChangeMessageVisibility, Query, BatchGetItem, UpdateItem, 3 x PutObject, UpdateItem, Query, SendTaskSuccess, BatchGetItem, UpdateItem
follow it again                   4  ChangeMessageVisibility, Query, BatchGetItem, SendTaskSuccess
render, refused                  10  ChangeMessageVisibility, Query, BatchGetItem, PutItem, BatchGetItem, PutItem, UpdateItem, BatchGetItem, UpdateItem, SendTaskFailure
settle, delivered                 4  Query, GetItem, BatchGetItem, TransactWriteItems
settle, failed                    2  Query, TransactWriteItems
tell of an end                    4  Query, PutEvents, SendMessage, DeleteItem
picture                           1  Query
mark a picture                    2  BatchGetItem, TransactWriteItems
mark it again                     1  BatchGetItem
favourites                        2  Query, BatchGetItem
tags                              1  Query
sweep, nothing to do             17  17 x Query
wallet                            1  GetItem
statement                         1  Query
give credits                      2  GetItem, TransactWriteItems
give them again                   1  GetItem
take credits back                 3  2 x GetItem, TransactWriteItems
quote                             0
usage                             1  Query
own usage                         2  2 x GetItem
analytics                         1  Query
dashboard                         3  2 x Query, GetItem
set a budget                      2  BatchGetItem, TransactWriteItems
budget                            1  BatchGetItem
"""  # noqa: E501 - a table


@pytest.fixture(scope="module")
def measured(emulator: Emulator) -> dict[str, Calls]:
    return measure(emulator)


def test_each_operation_makes_these_calls_and_no_others(measured: dict[str, Calls]) -> None:
    assert as_table(measured).splitlines() == TABLE.strip().splitlines()


@pytest.mark.requirement("M-5")
def test_a_submit_is_one_transaction_and_one_message(measured: dict[str, Calls]) -> None:
    assert measured["submit"] == ("dynamodb:TransactWriteItems", "sqs:SendMessage")
    assert measured["submit with a key"] == measured["submit"]


def test_a_status_and_a_page_are_one_read_each(measured: dict[str, Calls]) -> None:
    assert (measured["status"], measured["list"]) == (("dynamodb:Query",), ("dynamodb:Query",))


def test_request_rates_cost_one_call_and_telling_them_none(measured: dict[str, Calls]) -> None:
    assert measured["check a key again"] == ("dynamodb:UpdateItem",)
    assert measured["check a key, new to the process"] == ("dynamodb:GetItem", "dynamodb:UpdateItem")


@pytest.mark.requirement("X-20")
def test_a_callback_is_one_message_and_nothing_is_read_for_it(measured: dict[str, Calls]) -> None:
    assert measured["callback"] == ("sqs:SendMessage",)
    assert measured["follow a callback"] == measured["collect, delivered"]


def test_a_quote_writes_nothing_and_reads_nothing(measured: dict[str, Calls]) -> None:
    assert measured["quote"] == ()


def test_a_template_that_ships_costs_no_call_and_an_own_one_a_single_read(measured: dict[str, Calls]) -> None:
    assert measured["template that ships"] == ()
    assert measured["submit with what ships"] == measured["submit"]
    assert measured["submit with an own template"] == ("dynamodb:GetItem", *measured["submit"])


def test_what_is_sent_is_counted_and_what_is_only_signed_is_not(emulator: Emulator) -> None:
    with counted_aws_calls() as calls:
        dynamodb = boto3.client("dynamodb", **emulator.client_options())
        s3 = boto3.client("s3", **emulator.client_options())

        sent = calls.during(lambda: [dynamodb.list_tables(), dynamodb.list_tables(), s3.list_buckets()])
        signed = calls.during(lambda: s3.generate_presigned_url("get_object", {"Bucket": "bucket", "Key": "key"}))
    outside = boto3.client("sqs", **emulator.client_options())

    assert sent == ("dynamodb:ListTables", "dynamodb:ListTables", "s3:ListBuckets")
    assert signed == ()
    assert calls.during(outside.list_queues) == ()
